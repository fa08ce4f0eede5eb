"""Bodies that are no JSON object of a model, and fields inside of fields."""

from __future__ import annotations

import pytest


@pytest.mark.anyio
async def test_a_pattern_is_one_line(client, router):
    route = router.post("/v3/cache-management/evict-origin").respond(200)
    for bad in ("", "a\nb", b"a\r\nb"):
        with pytest.raises(ValueError, match="one line"):
            await client.cache_management.evict_origin(bad)
    assert not route.called
    await client.cache_management.evict_origin("/news/é.*")
    assert route.calls.last.request.content == "/news/é.*".encode()


@pytest.mark.anyio
async def test_tags_are_a_bare_list(client, router):
    route = router.put("/v3/feature-rules/r/versions/1/tags").respond(200)
    for given in (["a", "b"], ("a", "b")):
        await client.feature_rules.versions.save_tags("r", 1, given)
        assert route.calls.last.request.content == b'["a","b"]'
    for wrong in ("ab", {"a": 1}, [1], None, 7):
        with pytest.raises(TypeError, match="body"):
            await client.feature_rules.versions.save_tags("r", 1, wrong)
    assert route.call_count == 2


@pytest.mark.anyio
async def test_a_static_item_is_sent_as_it_is(client, router):
    route = router.put("/v3/static/1").respond(201)
    for item, sent in (("{not JSON", b"{not JSON"), ('"quoted"', b'"quoted"'), (b"\x00\xff", b"\x00\xff"), ("", b"")):
        await client.static_items.save("1", item)
        assert route.calls.last.request.content == sent


@pytest.mark.anyio
async def test_a_products_entitlement_needs_its_own_fields(client, router):
    product = {"entitlement": {"id": "gold"}, "mapping": {}}
    with pytest.raises(ValueError, match=r"body\.entitlement\.type is required"):
        await client.products.save("one", product)
    points = {"braintree_one_off": {"price_points": [{"price": "10"}]}}
    with pytest.raises(TypeError, match=r"body\.mapping\.braintree_one_off\.price_points\[0\]\.price must be a number"):
        await client.products.save("one", {"entitlement": {"id": "g", "type": "bundle"}, "mapping": points})
    assert not router.calls
