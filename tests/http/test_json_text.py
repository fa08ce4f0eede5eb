from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from asyncsdk.http.json_text import read_json, write_json

# with lone surrogates, which Hypothesis leaves out unless asked
TEXTS = (
    st.text(max_size=8) | st.text(st.characters(codec=None, exclude_categories=()), max_size=8) | st.just("caf\ud83d")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


def joined(value):
    """As JSON reads it back: two halves that stand side by side are one character."""
    return json.loads(json.dumps(value))


@given(value=JSON, ordered=st.booleans())
def test_what_is_written_is_read_again(value, ordered):
    assert repr(read_json(write_json(value))) == repr(joined(value))
    assert read_json(write_json(value, ordered=ordered)) == joined(value)


@given(
    value=JSON, ascii_only=st.booleans(), spaces=st.sampled_from([None, 1]), mark=st.booleans(), as_text=st.booleans()
)
def test_whatever_json_writes_is_read_as_json_reads_it(value, ascii_only, spaces, mark, as_text):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=spaces)
    given_text = "\ufeff" * mark + text
    given_json = given_text if as_text else given_text.encode("utf-8", "surrogatepass")
    assert repr(read_json(given_json)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text", [r'"\ud83d"', r'"\ude00"', r'["\ud83dA", 1]', r'{"\udc00": "\ude00\ud83d"}', r'"\ud83dx\ud83d\ude00"']
)
def test_half_of_a_surrogate_pair_is_read_and_written_as_its_escape(text):
    for given_json in (text, text.encode(), bytearray(text, "ascii")):
        assert read_json(given_json) == json.loads(text)
    assert json.loads(write_json(json.loads(text))) == json.loads(text)
    assert write_json("caf\ud83d").isascii()


def test_names_are_sorted_where_that_is_asked_for():
    for value in ({"b": 1, "a": {"d": 2, "c": 3}}, {"b\ud83d": 1, "a": {"d": 2, "c": 3}}):
        assert list(read_json(write_json(value, ordered=True))) == sorted(value)
        assert write_json(value, ordered=True).index(b'"c"') < write_json(value, ordered=True).index(b'"d"')


def test_other_encodings_are_told_by_their_beginning():
    for encoding in ("utf-16", "utf-32", "utf-16-le", "utf-16-be"):
        assert read_json('["ü"]'.encode(encoding)) == ["ü"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NaN", "NaN is no number"),
        ("[1, -Infinity]", "-Infinity is no number"),
        ('{"a": Infinity, "b": "\\ud83d"}', "Infinity is no number"),
        ("1e400", "out of range"),
        ('["\\ud83d", -1e999]', "out of range"),
        ("1" * 5000, "out of range"),
        ("", ""),
        ("\ufeff", ""),
        ("{", ""),
        ("[1] [2]", "trailing"),
        ("[" * 200_000, ""),
        ('"a\x01"', "invalid character"),
        ('["\\ud83d", ]', ""),
        ("'a'", "invalid character"),
    ],
    ids=lambda text: text[:9],
)
def test_anything_else_is_refused_and_it_says_why(text, why):
    for given_json in (text, text.encode()):
        with pytest.raises(ValueError, match=why or None) as caught:
            read_json(given_json)
        assert caught.value.__cause__ is None
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("body", [b"\xff", b'"\xff"', b'"\xc3"', b"\xef\xbb"])
def test_bytes_that_are_no_text_are_refused(body):
    with pytest.raises(ValueError):
        read_json(body)


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_nothing_makes_it_stumble(text):
    with suppress(ValueError):
        read_json(text)


def test_what_has_no_json_form_is_not_written():
    for value in (object(), {"a\ud83d": object()}, {None: 1}):
        with pytest.raises(TypeError):
            write_json(value)
