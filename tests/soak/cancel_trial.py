"""Fan-outs of one client, cancelled and left in every way, and then one that is not: prints what became of it, as JSON.

python cancel_trial.py BACKEND ROUNDS SEED
"""

from __future__ import annotations

import gc
import json
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

import anyio
from anyio.lowlevel import checkpoint
from hostile_trial import Origin, Seen, sockets, tasks, walk
from world import HOUR, HOURS, START, World

from asyncsdk import UnleashAnalytics

_AT_ONCE = 16
_DEVICES = 4
_MOST_STEPS = 60
_MOST_ROWS = 400


class _LeftError(Exception):
    """What a block is left with."""


def _stream(analytics, world):
    return analytics.fan_out(
        world.device_ids, START, START + HOURS * HOUR, window=timedelta(hours=1), concurrency=_AT_ONCE
    )


async def _read(analytics, world, rows, leave):
    """Read so many rows, then leave the block."""
    async with _stream(analytics, world) as stream:
        async for _ in stream:
            rows -= 1
            if rows < 0:
                leave()
                break


def _raise():
    raise _LeftError


async def _by_break(analytics, world, random):
    await _read(analytics, world, random.randrange(_MOST_ROWS), lambda: None)


async def _by_exception(analytics, world, random):
    try:
        await _read(analytics, world, random.randrange(_MOST_ROWS), _raise)
    except _LeftError:
        return


async def _by_own_cancellation(analytics, world, random):
    with anyio.CancelScope() as scope:
        await _read(analytics, world, random.randrange(_MOST_ROWS), scope.cancel)


async def _from_outside(analytics, world, random):
    """After some steps of the event loop: while it connects, writes, waits, reads, or hands over."""
    async with anyio.create_task_group() as group:
        group.start_soon(_read, analytics, world, 10**9, lambda: None)
        for _ in range(random.randrange(_MOST_STEPS)):
            await checkpoint()
        group.cancel_scope.cancel()


async def _by_another_task(analytics, world, random):
    """An async generator around it, each of whose rows is taken by a task of its own, as is the closing."""

    async def rows():
        async with _stream(analytics, world) as stream:
            async for row in stream:
                yield row

    async def take(into):
        async for _ in into:
            break

    stream = rows()
    for _ in range(random.randrange(_MOST_STEPS)):
        await _in_a_task(take, stream)
    await _in_a_task(stream.aclose)


async def _in_a_task(function, *args):
    async with anyio.create_task_group() as group:
        group.start_soon(function, *args)


_WAYS = (_by_break, _by_exception, _by_own_cancellation, _from_outside, _from_outside, _by_another_task)


async def trial(rounds, seed):
    random = Random(seed)
    world = World(seed, _DEVICES)
    before = tasks()
    with Origin(world, "--calm") as origin:
        sockets_before = sockets()
        async with UnleashAnalytics("test-secret", base_url=origin.url, max_connections=_AT_ONCE) as analytics:
            still = 0
            for _ in range(rounds):
                await random.choice(_WAYS)(analytics, world, random)
                still += tasks() - before
            held = analytics.throttle.active
            origin.counts(f"hold {_AT_ONCE}")
            seen = Seen(world)
            with anyio.fail_after(60):
                await walk(analytics, world, seen, batches=False, ordered=False, sample=lambda _: None)
        gc.collect()
        counts = origin.counts()
        left = sockets() - sockets_before
    return {
        "rounds": rounds,
        "requests": counts["requests"],
        "connections made": counts["connections"],
        "at once afterwards": counts["most held"],
        "lost": seen.times.count(0),
        "doubled": world.rows - seen.times.count(0) - seen.times.count(1),
        "strange": seen.strange,
        "permits left": held,
        "tasks left": still,
        "connections left": counts["open"] + left,
    }


def main():
    backend, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    options = {"use_uvloop": True} if backend == "uvloop" else {}
    found = anyio.run(trial, rounds, seed, backend="trio" if backend == "trio" else "asyncio", backend_options=options)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
