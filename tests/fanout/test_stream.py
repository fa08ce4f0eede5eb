from __future__ import annotations

import pytest

import asyncsdk
from asyncsdk import Page, Pager, ServerError

PAGES = {"a": 3, "b": 1, "c": 12, "d": 2}


async def collected(stream):
    async with stream:
        return [pair async for pair in stream]


def pairs(net):
    return [(key, (key, number)) for key, number in net.items()]


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 32])
@pytest.mark.parametrize("seed", range(3))
async def test_it_gives_each_item_beside_its_key(network, concurrency, seed):
    net = network(PAGES, seed)
    found = await collected(asyncsdk.fan_out(PAGES, net.pager, concurrency=concurrency))
    assert sorted(found) == pairs(net)


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 32])
@pytest.mark.parametrize("seed", range(3))
async def test_ordered_means_the_order_of_the_keys_and_of_their_pages(network, concurrency, seed):
    net = network(PAGES, seed)
    found = await collected(asyncsdk.fan_out(PAGES, net.pager, concurrency=concurrency, ordered=True))
    assert found == pairs(net)


@pytest.mark.anyio
async def test_keys_may_arrive_asynchronously(network):
    net = network(PAGES)

    async def keys():
        for key in PAGES:
            yield key

    assert sorted(await collected(asyncsdk.fan_out(keys(), net.pager))) == pairs(net)


@pytest.mark.anyio
async def test_a_pager_gives_the_keys_of_a_fan_out(network):
    async def listing(cursor):
        return Page(["a", "b"], cursor="next") if cursor is None else Page(["c"])

    net = network({"a": 1, "b": 2, "c": 1})
    assert sorted(await collected(asyncsdk.fan_out(Pager(listing), net.pager))) == pairs(net)


@pytest.mark.anyio
async def test_empty_lists_and_pages_give_nothing():
    async def nothing(cursor):
        return Page([], cursor="more") if cursor is None else Page([])

    assert await collected(asyncsdk.fan_out([1, 2], lambda key: Pager(nothing))) == []


@pytest.mark.anyio
async def test_it_may_be_left_and_taken_up_again(network):
    net = network({"a": 5, "b": 5}, seed=1)
    found = []
    async with asyncsdk.fan_out(net.pages, net.pager) as stream:
        async for pair in stream:
            found.append(pair)
            if len(found) == 3:
                break
        found += [pair async for pair in stream]
    assert sorted(found) == pairs(net)


@pytest.mark.anyio
async def test_the_first_error_names_its_key(network):
    net = network(PAGES)
    net.errors["c", 2] = ServerError("500: no", status_code=500)
    with pytest.raises(ServerError) as caught:
        await collected(asyncsdk.fan_out(PAGES, net.pager))
    assert (caught.value.shard, caught.value.cursor) == ("c", "2")


@pytest.mark.anyio
async def test_failures_may_be_collected(network):
    net = network(PAGES)
    net.errors["c", 1] = ServerError("500: no", status_code=500)
    stream = asyncsdk.fan_out(PAGES, net.pager, on_error="collect")
    assert {key for key, _ in await collected(stream)} == {"a", "b", "d"}
    assert [failure.key for failure in stream.failures] == ["c"]


@pytest.mark.anyio
async def test_without_its_block_it_says_how_it_is_used(network):
    stream = asyncsdk.fan_out(PAGES, network(PAGES).pager)
    with pytest.raises(RuntimeError, match="async with"):
        await anext(stream)
