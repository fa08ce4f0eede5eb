from __future__ import annotations

import asyncio

import anyio
import pytest

from asyncsdk.chain.throttle import Throttle
from asyncsdk.testing.clock import FakeClock


async def queue(group, throttle, count, order):
    """Start tasks that take a permit and note their number, each in its place of the queue."""

    async def take(number):
        await throttle.acquire()
        order.append(number)

    for number in range(count):
        group.start_soon(take, number)
        await anyio.wait_all_tasks_blocked()


@pytest.mark.anyio
class TestTheQueue:
    async def test_first_come_first_served(self):
        throttle, order = Throttle(1, FakeClock()), []
        await throttle.acquire()
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 20, order)
            assert throttle.waiting == 20
            for _ in range(20):
                throttle.release()
                await anyio.wait_all_tasks_blocked()
        assert order == list(range(20))
        assert (throttle.active, throttle.waiting) == (1, 0)

    async def test_who_comes_later_does_not_overtake(self):
        throttle, order = Throttle(1, FakeClock()), []
        await throttle.acquire()
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 1, order)
            throttle.release()  # the permit is on its way to the waiting one, which has not run yet
            await queue(group, throttle, 0, order)
            group.start_soon(throttle.acquire)
            await anyio.wait_all_tasks_blocked()
            assert order == [0]
            assert (throttle.active, throttle.waiting) == (1, 1)
            throttle.release()

    async def test_a_lower_limit_lets_nobody_in_until_enough_have_left(self):
        throttle, order = Throttle(8, FakeClock()), []
        for _ in range(8):
            await throttle.acquire()
        for _ in range(2):
            throttle.overloaded()
            throttle.release()
        assert (throttle.limit, throttle.active) == (6, 6)
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 1, order)
            assert order == []
            throttle.release()
        assert (order, throttle.active) == ([0], 6)

    async def test_a_higher_limit_lets_the_next_one_in(self):
        throttle, order = Throttle(64, FakeClock()), []
        for _ in range(throttle.limit):
            since = await throttle.acquire()
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 1, order)
            assert order == []
            throttle.succeeded(since)
        assert (order, throttle.active) == ([0], 9)

    async def test_while_nothing_was_refused_nobody_waits_long_for_slow_answers(self):
        throttle, order = Throttle(64, FakeClock()), []
        async with anyio.create_task_group() as group:
            with anyio.fail_after(10):
                await queue(group, throttle, 40, order)
                while len(order) < 40:
                    await anyio.wait_all_tasks_blocked()
        assert throttle.active == 40

    async def test_after_a_refusal_they_wait(self):
        throttle = Throttle(64, FakeClock())
        for _ in range(8):
            await throttle.acquire()
        throttle.overloaded()
        throttle.release()
        with anyio.move_on_after(0.3) as scope:
            await throttle.acquire()
        assert scope.cancelled_caught
        assert (throttle.active, throttle.waiting) == (7, 0)

    async def test_who_gives_up_waiting_holds_nothing(self):
        throttle, order = Throttle(1, FakeClock()), []
        await throttle.acquire()
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 5, order)
            group.cancel_scope.cancel()
        assert (order, throttle.active, throttle.waiting) == ([], 1, 0)

    async def test_a_permit_that_comes_with_the_cancellation_is_handed_on(self):
        throttle, order = Throttle(1, FakeClock()), []
        await throttle.acquire()

        async def hold():
            await throttle.acquire()
            try:
                await anyio.sleep_forever()
            finally:
                throttle.release()

        async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
            inner.start_soon(hold)
            await anyio.wait_all_tasks_blocked()
            await queue(outer, throttle, 1, order)
            throttle.release()
            inner.cancel_scope.cancel()
        assert (order, throttle.active, throttle.waiting) == ([0], 1, 0)


@pytest.mark.asyncio
async def test_asyncio_cancels_a_task_that_has_its_permit_already():
    throttle = Throttle(1, FakeClock())
    await throttle.acquire()
    first, second = (asyncio.create_task(throttle.acquire()) for _ in range(2))
    await anyio.wait_all_tasks_blocked()
    throttle.release()
    first.cancel()
    await second
    assert first.cancelled()
    assert (throttle.active, throttle.waiting) == (1, 0)


@pytest.mark.anyio
class TestAPause:
    async def test_it_holds_everybody_and_keeps_their_order(self):
        clock = FakeClock(manual=True)
        throttle, order = Throttle(1, clock), []
        throttle.pause(10)
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 3, order)
            clock.advance(9.5)
            await anyio.wait_all_tasks_blocked()
            assert order == []
            clock.advance(0.5)
            for number in range(3):
                await anyio.wait_all_tasks_blocked()
                assert order == list(range(number + 1))
                throttle.release()
        assert throttle.active == 0

    async def test_it_also_holds_who_stood_in_the_queue_before(self):
        clock = FakeClock(manual=True)
        throttle, order = Throttle(1, clock), []
        await throttle.acquire()
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 1, order)
            throttle.pause(10)
            throttle.release()
            await anyio.wait_all_tasks_blocked()
            assert order == []
            clock.advance(10)
        assert order == [0]

    async def test_a_longer_one_goes_on_and_a_shorter_one_ends_nothing(self):
        clock = FakeClock(manual=True)
        throttle, order = Throttle(1, clock), []
        throttle.pause(10)
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 1, order)
            throttle.pause(1)
            throttle.pause(15)
            clock.advance(10)
            await anyio.wait_all_tasks_blocked()
            assert order == []
            clock.advance(5)
        assert order == [0]

    async def test_who_gives_up_in_it_gives_the_permit_back(self):
        clock = FakeClock(manual=True)
        throttle = Throttle(1, clock)
        throttle.pause(10)
        async with anyio.create_task_group() as group:
            await queue(group, throttle, 2, [])
            assert (throttle.active, throttle.waiting) == (1, 1)
            group.cancel_scope.cancel()
        assert (throttle.active, throttle.waiting, clock.sleeping) == (0, 0, 0)
