from __future__ import annotations

import anyio
import pytest

from asyncsdk.testing.clock import FakeClock


@pytest.mark.anyio
async def test_time_passes_when_a_sleep_is_asked_for():
    clock = FakeClock(100.0, luck=0.5)
    await clock.sleep(2.5)
    await clock.sleep(1)
    assert clock.time() == clock.monotonic() == 103.5
    assert clock.slept == [2.5, 1]
    assert clock.random() == 0.5


@pytest.mark.anyio
async def test_sleeps_at_the_same_time_overlap():
    clock = FakeClock(0.0)
    async with anyio.create_task_group() as group:
        for seconds in (1, 3, 2):
            group.start_soon(clock.sleep, seconds)
    assert clock.time() == 3
    assert sorted(clock.slept) == [1, 2, 3]


@pytest.mark.anyio
async def test_or_when_the_test_says_so():
    clock = FakeClock(0.0, manual=True)
    woken = []

    async def sleep(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    async with anyio.create_task_group() as group:
        for seconds in (3, 1, 2):
            group.start_soon(sleep, seconds)
        await anyio.wait_all_tasks_blocked()
        assert clock.sleeping == 3
        clock.advance(2)
        await anyio.wait_all_tasks_blocked()
        assert sorted(woken) == [1, 2]
        clock.advance(1)
    assert (woken[-1], clock.sleeping) == (3, 0)


@pytest.mark.anyio
async def test_a_sleeper_that_is_cancelled_is_forgotten():
    clock = FakeClock(manual=True)
    async with anyio.create_task_group() as group:
        group.start_soon(clock.sleep, 1)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert clock.sleeping == 0
