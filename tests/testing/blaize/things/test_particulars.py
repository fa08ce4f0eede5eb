from __future__ import annotations

import pytest

from asyncsdk import ConflictError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.clock import FakeClock


@pytest.mark.anyio
async def test_the_life_of_a_gift(connect):
    service = BlaizeService(clock=FakeClock(1_524_820_528))
    async with connect(service, clock=FakeClock(1_524_820_528)) as blaize:
        before = await blaize.gifts.list().to_list()
        made = await blaize.gifts.create({"uri": "/news/local/story"})
        assert len(made.gift) == 16
        gift = (await blaize.gifts.list().to_list())[-1]
        assert to_dict(gift) == {"id": made.gift, "created": "2018-04-27T09:15:28Z", "uri": "/news/local/story"}
        assert (await blaize.gifts.create({"id": "mine", "created": "now"})).gift == "mine"
        assert (await blaize.gifts.delete("mine")).status_code == 200
        assert (await blaize.gifts.delete(made.gift)).status_code == 200
        assert await blaize.gifts.list().to_list() == before
        with pytest.raises(NotFoundError, match="Gift not found"):
            await blaize.gifts.delete(made.gift)


@pytest.mark.anyio
@pytest.mark.parametrize("same", ["label", "mapping"])
async def test_no_two_products_have_the_same_name_or_mapping(blaize, same):
    one = to_dict(await blaize.products.get("one"))
    other = {**one, "label": "Another", "mapping": {"braintree_recurring": {"plan_id": "p"}}, same: one[same]}
    with pytest.raises(ConflictError, match=f"Another product has the same {same}"):
        await blaize.products.save("two", other)
    assert (await blaize.products.save("one", other)).status_code == 200


@pytest.mark.anyio
async def test_a_request_rule_is_known_by_its_label(blaize, example):
    rule = example("request_rules.save")[0]
    assert (await blaize.request_rules.save({**rule, "editing_mode": "graph"})).status_code == 200
    assert (await blaize.request_rules.get("id")).editing_mode == "graph"
    receipt = await blaize.request_rules.save({**rule, "label": "Another"})
    assert receipt.status_code == 201
    assert (await blaize.request_rules.get(receipt.id)).label == "Another"
    assert [each.label for each in await blaize.request_rules.list().to_list()] == ["Test", "Another"]
    assert (await blaize.request_rules.delete(receipt.id)).status_code == 200
    for gone in (blaize.request_rules.get(receipt.id), blaize.request_rules.delete(receipt.id)):
        with pytest.raises(NotFoundError, match="Request rule not found"):
            await gone


@pytest.mark.anyio
@pytest.mark.parametrize("text", ['{\n"Lorem ipsum..."\n}', "", "<p>é</p>", '{"a": 1}'])
async def test_a_static_item_is_kept_as_it_is(blaize, text):
    receipt = await blaize.static_items.save("my/item", text)
    assert (receipt.status_code, receipt.uri) == (201, "http://sandbox.test/v3/static/my%2Fitem")
    assert to_dict(await blaize.static_items.get("my/item")) == {"id": "my/item", "item": text}
    assert [to_dict(each) for each in await blaize.static_items.list().to_list()][-1] == {"id": "my/item"}
    assert (await blaize.static_items.save("my/item", "other")).status_code == 200
    assert (await blaize.static_items.get("my/item")).item == "other"
    assert (await blaize.static_items.delete("my/item")).status_code == 200
    with pytest.raises(NotFoundError, match="Static item not found"):
        await blaize.static_items.get("my/item")


@pytest.mark.anyio
async def test_the_user_schema_speaks_in_the_documents_words(blaize, example):
    body, _ = example("user_schema.save")
    assert to_dict(await blaize.user_schema.save("city", body)) == {
        "message": "Field added to user schema successfully",
        "uri": "http://sandbox.test/v3/schema/users/city",
    }
    assert (await blaize.user_schema.delete("city")).message == "Field removed from schema successfully"
