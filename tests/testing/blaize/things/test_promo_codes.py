from __future__ import annotations

import pytest

from asyncsdk import GraphQLError, to_dict

NEW = {
    "discountId": "10-off",
    "code": "new",
    "discount": 12.5,
    "billingCycles": 5,
    "limit": 100,
    "absoluteDiscount": True,
}
HOSTILE = '"}) { status } } } # {é\n\\'


@pytest.fixture
def post(send):
    """Sends a document as it is."""

    async def posted(document):
        answer = await send(
            "POST", "/v4/admin/graphql", document.encode(), headers={"content-type": "application/graphql"}
        )
        return answer.status_code, answer.json()

    return posted


@pytest.mark.anyio
@pytest.mark.parametrize("code", ["new", HOSTILE])
async def test_a_life(blaize, code):
    before = await blaize.promo_codes.list().to_list()
    receipt = await blaize.promo_codes.create({**NEW, "code": code})
    assert to_dict(receipt) == {"status": "ok", "message": "created"}
    listed = await blaize.promo_codes.list().to_list()
    assert listed[:-1] == before
    assert to_dict(listed[-1]) == {**NEW, "code": code, "claimed": 0}
    with pytest.raises(GraphQLError, match="There is such a promo code already"):
        await blaize.promo_codes.create({**NEW, "code": code})
    assert to_dict(await blaize.promo_codes.delete(code)) == {"status": "ok", "message": "deleted"}
    assert await blaize.promo_codes.list().to_list() == before
    with pytest.raises(GraphQLError, match="There is no such promo code"):
        await blaize.promo_codes.delete(code)


@pytest.mark.anyio
async def test_the_documents_examples_are_answered(post, contract):
    for python in ("promo_codes.list", "promo_codes.delete", "promo_codes.create"):
        told = contract[python]
        assert await post(told.request.text) == (200, told.example)


@pytest.mark.anyio
async def test_a_list_has_what_was_asked_for(post):
    assert await post("query { listBraintreePromoCodes { claimed code } }") == (
        200,
        {"data": {"listBraintreePromoCodes": [{"claimed": 0, "code": "code"}]}},
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("{discount: 1}", "promoCode.code is required"),
        ("{code: 1}", "promoCode.code must be text, not a number"),
        ('"code"', "promoCode must be an object, not text"),
    ],
)
async def test_a_promo_code_that_is_none_is_refused_in_the_answer(post, argument, message):
    status, answer = await post("{ mutation { createBraintreePromoCode(promoCode: " + argument + ") { status } } }")
    assert (status, answer) == (200, {"data": {"createBraintreePromoCode": {"status": "error", "message": message}}})


@pytest.mark.anyio
async def test_a_document_that_cannot_be_read_is_refused(blaize, post):
    status, answer = await post("{ mutation {")
    assert status == 400
    assert answer["message"].startswith("The document cannot be read: ")
    assert await post("{ query { users { id } } }") == (200, {"errors": [{"message": "There is no field users"}]})
    assert await post("{ query }") == (200, {"errors": [{"message": "The document asks for nothing"}]})
    answer = await blaize.http.post("/v4/admin/graphql", content=b"\xff")
    assert (answer.status_code, answer.json()) == (400, {"message": "The body is not UTF-8"})
