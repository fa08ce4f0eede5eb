from __future__ import annotations

import anyio
import pytest

from asyncsdk.chain.turns import Events, Turns

pytestmark = pytest.mark.anyio


class Desk:
    """Where what was decoded lies until it is used."""

    def __init__(self):
        self.busy = False
        self.turns = Turns(lambda: self.busy, Events())
        self.decoded = []

    async def decode(self, name):
        await self.turns.come()
        self.decoded.append(name)
        self.turns.pass_on()

    async def decode_for_a_consumer(self, name):
        await self.decode(name)
        self.busy = True

    def use(self):
        self.busy = False
        self.turns.pass_on()


async def line_up(group, decode, names):
    """Let them come one after the other."""
    for name in names:
        group.start_soon(decode, name)
        await anyio.wait_all_tasks_blocked()


async def test_who_comes_to_an_empty_desk_decodes_at_once():
    desk = Desk()
    await desk.decode("a")
    await desk.decode("b")
    assert desk.decoded == ["a", "b"]


async def test_nobody_decodes_while_something_waits_to_be_used():
    desk = Desk()
    async with anyio.create_task_group() as group:
        await line_up(group, desk.decode_for_a_consumer, "abc")
        for count in (1, 2, 3):
            await anyio.wait_all_tasks_blocked()
            assert desk.decoded == list("abc")[:count]
            desk.use()


async def test_they_decode_in_the_order_they_came_when_nobody_takes_anything():
    desk = Desk()
    desk.busy = True
    async with anyio.create_task_group() as group:
        await line_up(group, desk.decode, "abcd")
        assert desk.decoded == []
        desk.use()
    assert desk.decoded == list("abcd")


async def test_whoever_finds_the_desk_taken_again_keeps_the_place():
    desk = Desk()
    desk.busy = True
    async with anyio.create_task_group() as group:
        await line_up(group, desk.decode, "abc")
        desk.use()
        desk.busy = True  # before the one whose turn it is has run
        await anyio.wait_all_tasks_blocked()
        assert desk.decoded == []
        desk.use()
    assert desk.decoded == list("abc")


@pytest.mark.parametrize("leaving", ["a", "b", "c"])
async def test_who_is_cancelled_holds_up_nobody(leaving):
    desk = Desk()
    desk.busy = True
    scopes = {}

    async def decode(name):
        with anyio.CancelScope() as scopes[name]:
            await desk.decode(name)

    async with anyio.create_task_group() as group:
        await line_up(group, decode, "abc")
        scopes[leaving].cancel()
        await anyio.wait_all_tasks_blocked()
        desk.use()
    assert desk.decoded == [name for name in "abc" if name != leaving]


async def test_a_turn_that_comes_with_the_cancellation_is_handed_on():
    desk = Desk()
    desk.busy = True
    scope = anyio.CancelScope()

    async def first():
        with scope:
            await desk.decode("a")

    async with anyio.create_task_group() as group:
        group.start_soon(first)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(desk.decode, "b")
        await anyio.wait_all_tasks_blocked()
        desk.use()
        scope.cancel()
    assert desk.decoded[-1] == "b"
