from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from asyncsdk.blaize.graphql import literal
from asyncsdk.testing.blaize.things.graphql import DocumentError, Field, parse

names = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]*", fullmatch=True)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_the_client_writes_is_read_back(value):
    (field,) = parse("{ a(b: " + literal(value) + ") }")
    assert field.arguments["b"] == value


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_changes_the_document(text):
    document = "{ mutation { deleteBraintreePromoCode(promoCodeId: " + literal(text) + "){ status } } }"
    assert parse(document) == (
        Field("mutation", {}, (Field("deleteBraintreePromoCode", {"promoCodeId": text}, (Field("status"),)),)),
    )


def test_a_document_with_all_that_is_known():
    document = """
    # a comment, with { in it
    query {
        a, b(x: -1.5e3, y: [1 2, [true]], z: {n: null m: "\\u00e9\\n"}, e: MONTHLY) { c { d } }
    }
    """
    arguments = {"x": -1500.0, "y": [1, 2, [True]], "z": {"n": None, "m": "é\n"}, "e": "MONTHLY"}
    assert parse(document) == (Field("a"), Field("b", arguments, (Field("c", {}, (Field("d"),)),)))


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "{ a",
        "{ a }}",
        "{ a } { b }",
        "a",
        "{ a(b) }",
        "{ a(b:) }",
        "{ a(b: }) }",
        "{ a(b: [1) }",
        '{ a(b: "x) }',
        '{ a(b: "\n") }',
        '{ a(b: "\\x") }',
        '{ a(b: """x""") }',
        "{ a(b: 01) }",
        "{ ! }",
        "{ é }",
        "subscription { a }",
        "{ a" * 200 + "}" * 200,
        "{ a(b: " + "[" * 10_000,
    ],
)
def test_what_cannot_be_read_is_refused(document):
    with pytest.raises(DocumentError):
        parse(document)


@given(st.text() | st.text('{}()[]:, "\\ab1-.#\n'))
def test_any_text_is_read_or_refused(document):
    try:
        fields = parse(document)
    except DocumentError:
        return
    assert all(isinstance(field, Field) for field in fields)


def test_a_number_may_be_too_large_to_be_finite():
    (field,) = parse("{ a(b: 1e999) }")
    assert math.isinf(field.arguments["b"])
