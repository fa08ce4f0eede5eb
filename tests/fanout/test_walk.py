"""What a walk of a fan-out, whose pages come in any order, knows of its way."""

from __future__ import annotations

from random import Random

import anyio.lowlevel
import pytest

from asyncsdk import PaginationError, fan_out
from asyncsdk.fanout.schedule import Schedule
from asyncsdk.paging import Page, Pager, by_cursor, by_number


async def never(cursor):
    raise NotImplementedError


def page(position, total):
    return Page(("row",), position + 1, total)


@pytest.mark.parametrize("order", ["any", "shard", "plan"])
def test_a_total_that_vanishes_in_mid_walk_leaves_the_last_one_known(order):
    schedule = Schedule(2, order)
    schedule.open("a", Pager(never, numbered=1))
    asked = []
    while (job := schedule.next()) is not None:
        asked.append(job.token)
        for _ in schedule.arrived(job, page(job.position, 5 if job.position == 0 else None)):
            schedule.taken()
    assert asked == [None, "2", "3", "4", "5"]
    assert schedule.idle


def test_a_total_that_was_never_told_is_one_page():
    schedule = Schedule(2, "any")
    schedule.open("a", Pager(never, numbered=1))
    schedule.arrived(schedule.next(), page(0, None))
    assert schedule.next() is None
    assert schedule.idle


class Shifting:
    """Lists by offset, each of which grows at its front while it is read; answers overtake each other.

    Args:
        seed: of the dice that say how long an answer takes.
    """

    SIZE = 4

    def __init__(self, seed):
        self.dice = Random(seed)
        self.rows = {key: list(range(18)) for key in "abc"}

    async def cut(self, key, at):
        rows = self.rows[key]
        found = rows[at : at + self.SIZE]
        if at:
            rows.insert(0, rows[0] - 1)
        for _ in range(self.dice.randrange(8)):
            await anyio.lowlevel.checkpoint()
        return found, len(rows)

    def numbered(self, key):
        async def fetch(number):
            found, count = await self.cut(key, (number - 1) * self.SIZE)
            return found, -(-count // self.SIZE)

        return by_number(fetch, unique=int)

    def chained(self, key):
        async def fetch(cursor):
            found, _ = await self.cut(key, int(cursor or 0))
            return found, str(int(cursor or 0) + len(found)) if len(found) == self.SIZE else None

        return by_cursor(fetch, unique=int)


@pytest.mark.anyio
@pytest.mark.parametrize("paged", [Shifting.numbered, Shifting.chained])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_no_row_comes_twice_whichever_page_comes_first(paged, ordered, seed):
    service = Shifting(seed)
    async with fan_out(list(service.rows), lambda key: paged(service, key), concurrency=5, ordered=ordered) as stream:
        found = [pair async for pair in stream]
        assert stream.progress.rows == len(found)
    assert len(found) == len(set(found))
    assert {(key, row) for key in "abc" for row in range(18)} <= set(found)


@pytest.mark.anyio
async def test_a_key_tells_rows_of_one_list_apart_and_not_those_of_two():
    async def fetch(number):
        return [1, 2], 1

    async with fan_out(["a", "b"], lambda _: by_number(fetch, unique=int), ordered=True) as stream:
        assert [pair async for pair in stream] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


@pytest.mark.anyio
async def test_a_service_that_ignores_the_number_is_a_failure_of_its_shard():
    async def fetch(number):
        return [1, 2], 3

    async with fan_out(["a"], lambda _: by_number(fetch, unique=int), concurrency=1, on_error="collect") as stream:
        assert {pair async for pair in stream} <= {("a", 1), ("a", 2)}
    (failure,) = stream.failures
    assert isinstance(failure.error, PaginationError)
    assert failure.error.cursor == "2"
