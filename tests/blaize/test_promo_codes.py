"""Promo codes: whatever a value holds, it stays a value."""

from __future__ import annotations

import json

import graphql
import pytest
from hypothesis import given, strategies as st

from asyncsdk import DecodeError, GraphQLError, to_dict
from asyncsdk.blaize import PromoCode
from asyncsdk.blaize.graphql import literal
from asyncsdk.blaize.promo_codes import create_document, delete_document

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1) | st.sampled_from(
    [
        '"',
        "\\",
        '\\"',
        '"}){x}}#',
        '"""',
        "\n",
        "\r\n",
        "\x00",
        "\u2028",
        "{",
        "}",
        "#",
        "😀",
        "é",
        "\\u0041",
        "$a",
        '", a: "',
    ]
)
NUMBER = st.integers(-(2**31), 2**31 - 1) | st.floats(allow_nan=False, allow_infinity=False)


def arguments(document):
    """The one call of a document, by an independent reading of it: its name and its arguments, as values."""
    tree = graphql.parse(document)
    (operation,) = tree.definitions
    (outer,) = operation.selection_set.selections
    (call,) = outer.selection_set.selections
    return outer.name.value, call.name.value, {each.name.value: value_of(each.value) for each in call.arguments}


def value_of(node):
    match node:
        case graphql.StringValueNode() | graphql.BooleanValueNode():
            return node.value
        case graphql.NullValueNode():
            return None
        case graphql.IntValueNode():
            return int(node.value)
        case graphql.FloatValueNode():
            return float(node.value)
        case graphql.ListValueNode():
            return [value_of(each) for each in node.values]
        case graphql.ObjectValueNode():
            return {each.name.value: value_of(each.value) for each in node.fields}
    pytest.fail(f"an unexpected {node.kind}")


@given(code=TEXT, discount_id=TEXT, discount=NUMBER, limit=st.integers(0, 2**31), absolute=st.booleans())
def test_no_value_changes_the_document_that_creates(code, discount_id, discount, limit, absolute):
    sent = {
        "discountId": discount_id,
        "code": code,
        "discount": discount,
        "limit": limit,
        "absoluteDiscount": absolute,
        "billingCycles": None,
    }
    assert arguments(create_document(sent)) == ("mutation", "createBraintreePromoCode", {"promoCode": sent})


@given(TEXT)
def test_no_code_changes_the_document_that_deletes(code):
    assert arguments(delete_document(code)) == ("mutation", "deleteBraintreePromoCode", {"promoCodeId": code})


@given(
    st.recursive(
        st.none() | st.booleans() | NUMBER | TEXT,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.from_regex(r"[_A-Za-z][_0-9A-Za-z]*", fullmatch=True), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_a_literal_is_read_back_as_the_value_it_is_of(value):
    assert value_of(graphql.parse_value(literal(value))) == value


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("\ud800", ValueError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        ({"a b": 1}, ValueError),
        ({"a}": 1}, ValueError),
        ({"": 1}, ValueError),
        ({1: 1}, ValueError),
        ([object()], TypeError),
        (b"a", TypeError),
    ],
)
def test_what_has_no_literal_is_refused(value, error):
    with pytest.raises(error):
        literal(value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("promo_code", "error", "text"),
    [
        ({"discountId": "d"}, ValueError, r"body\.code is required"),
        (PromoCode(discount=1), ValueError, r"body\.code is required"),
        ({"code": 7}, TypeError, r"body\.code must be text"),
        ({"code": "c", "limit": 1.5}, TypeError, r"body\.limit must be a whole number"),
        ({"code": "c", "absoluteDiscount": "no"}, TypeError, r"body\.absoluteDiscount must be true or false"),
        ({"code": "c", 'x: 1}) { status } } #"': 1}, ValueError, "whose name is none"),
        ("code", TypeError, "body must be an object"),
    ],
)
async def test_what_is_no_promo_code_is_refused_before_anything_is_sent(client, router, promo_code, error, text):
    with pytest.raises(error, match=text):
        await client.promo_codes.create(promo_code)
    for wrong, kind in (("", ValueError), (7, TypeError), (None, TypeError)):
        with pytest.raises(kind, match="code must"):
            await client.promo_codes.delete(wrong)
    assert not router.calls


@pytest.mark.anyio
async def test_what_was_listed_can_be_created_again_without_its_count(client, router):
    sent = {"code": "a", "discountId": "d", "claimed": 5, "new": [1]}
    route = router.post("/v4/admin/graphql").respond(json={"data": {"listBraintreePromoCodes": [sent]}})
    listed = await client.promo_codes.list().to_list()
    assert type(listed[0]) is PromoCode
    assert to_dict(listed) == [sent]
    route.respond(json={"data": {"createBraintreePromoCode": {"status": "ok", "message": "created"}}})
    receipt = await client.promo_codes.create(listed[0])
    _, _, given = arguments(route.calls.last.request.content.decode())
    assert given == {"promoCode": {"code": "a", "discountId": "d", "new": [1]}}
    assert (receipt.message, receipt.status_code) == ("created", 200)
    assert to_dict(receipt) == {"status": "ok", "message": "created"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"errors": [{"message": "no such discount"}, {"message": "and more"}]}, "no such discount; and more"),
        ({"data": None, "errors": [{"message": "denied"}]}, "denied"),
        ({"errors": "broken"}, "broken"),
        ({"data": {"createBraintreePromoCode": {"status": "error", "message": "code exists"}}}, "code exists"),
        ({"data": {"createBraintreePromoCode": {"status": "FAILED"}}}, "FAILED"),
    ],
)
async def test_an_error_in_an_answer_of_200_is_raised(client, router, answer, text):
    route = router.post("/v4/admin/graphql").respond(200, json=answer)
    with pytest.raises(GraphQLError, match=text) as caught:
        await client.promo_codes.create({"code": "a"})
    assert caught.value.status_code == 200
    assert caught.value.operation == "blaize.promo_codes.create"
    assert route.call_count == 1


@pytest.mark.anyio
async def test_an_error_names_no_secret(client, router):
    router.post("/v4/admin/graphql").respond(200, json={"errors": [{"message": "test-secret is wrong"}]})
    with pytest.raises(GraphQLError) as caught:
        await client.promo_codes.list().to_list()
    assert "test-secret" not in str(caught.value) + caught.value.body


@pytest.mark.anyio
@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": {"other": {}}}, [], "ok", 7])
async def test_an_answer_without_data_is_no_success(client, router, answer):
    router.post("/v4/admin/graphql").respond(200, text=json.dumps(answer))
    with pytest.raises(DecodeError):
        await client.promo_codes.delete("a")
    with pytest.raises(DecodeError):
        await client.promo_codes.list().to_list()


@pytest.mark.anyio
async def test_data_may_come_inside_of_the_outer_field(client, router):
    inner = {"deleteBraintreePromoCode": {"status": "ok", "message": "deleted"}}
    router.post("/v4/admin/graphql").respond(json={"data": {"mutation": inner}})
    assert (await client.promo_codes.delete("a")).message == "deleted"


@pytest.mark.anyio
async def test_no_promo_codes_are_an_empty_list(client, router):
    for codes in (None, []):
        router.post("/v4/admin/graphql").respond(json={"data": {"listBraintreePromoCodes": codes}})
        assert await client.promo_codes.list().to_list() == []
    router.post("/v4/admin/graphql").respond(json={"data": {"listBraintreePromoCodes": [None]}})
    with pytest.raises(DecodeError, match="a list of objects"):
        await client.promo_codes.list().to_list()
