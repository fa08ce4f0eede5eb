"""A fan-out through the hostile origin, in a process of its own: prints what became of it, as JSON, on the last line.

python hostile_trial.py BACKEND REQUESTS SEED [--batches] [--ordered]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

import anyio
from world import HOUR, HOURS, START, World

from asyncsdk import RetryPolicy, UnleashAnalytics
from asyncsdk.chain.options import Timeout
from asyncsdk.http.clock import Clock

# A second of waiting takes this part of one.
_SPEED = 50
_CONCURRENCY = 32
_SAMPLES = 20
# Of all requests, those that fail: so many pages make the wanted number of requests.
_FAILURES = 0.135


class QuickClock(Clock):
    """Waits as long as it is told, on a clock that runs fast."""

    def __init__(self, seed):
        self.random = Random(seed).random

    def monotonic(self):
        return super().monotonic() * _SPEED

    async def sleep(self, seconds):
        await anyio.sleep(seconds / _SPEED)


class Origin:
    """The hostile origin's process."""

    def __init__(self, world, *options):
        script = Path(__file__).with_name("hostile_origin.py")
        command = [sys.executable, str(script), str(world.seed), str(world.devices), *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/v1"

    def counts(self, command=""):
        """Its counters, once it has no connection any more, or after a command."""
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Seen:
    """Which rows came, and how often.

    Args:
        world: what there is.
    """

    def __init__(self, world):
        self.world = world
        self.times = bytearray(world.rows)
        self.strange = 0

    def add(self, device, milliseconds, frame):
        number = self.world.number_of(device, milliseconds, frame)
        if number is None or self.times[number] == 255:
            self.strange += 1
        else:
            self.times[number] += 1


def megabytes():
    """The resident set, where the system tells it."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if statm.exists() else 0.0


def sockets():
    """How many sockets this process has open, where the system tells it."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return 0
    found = 0
    for each in folder.iterdir():
        try:
            found += each.readlink().name.startswith("socket:")
        except FileNotFoundError:  # the folder's own
            continue
    return found


def tasks():
    """How many tasks the loop has besides the one that asks."""
    if "trio" in sys.modules and sys.modules["trio"].lowlevel.in_trio_task():
        return sys.modules["trio"].lowlevel.current_statistics().tasks_living
    import asyncio

    return len(asyncio.all_tasks())


async def walk(analytics, world, seen, *, batches, ordered, sample):
    """Every row of the world into `seen`; gives the stream's counters."""
    async with analytics.fan_out(
        world.device_ids,
        START,
        START + HOURS * HOUR,
        window=timedelta(hours=1),
        concurrency=_CONCURRENCY,
        ordered=ordered,
    ) as stream:
        if batches:
            async for batch in stream.batches():
                columns = (batch.column(name) for name in ("device_id", "timestamp", "frame_number"))
                for device, time, frame in zip(*(column.to_pylist() for column in columns), strict=True):
                    seen.add(device, round(time.timestamp() * 1000), frame)
                sample(stream.progress)
        else:
            async for row in stream:
                seen.add(row.device_id, round(row.timestamp.timestamp() * 1000), row.frame_number)
                sample(stream.progress)
    return stream.progress


async def trial(requests, seed, *, batches, ordered):
    world = World.of_pages(seed, requests * (1 - _FAILURES))
    seen = Seen(world)
    memory = []

    def sample(progress):
        if progress.shards >= len(memory) * world.shards / _SAMPLES:
            memory.append(megabytes())

    # the loop's own pool keeps a thread at hand, whoever used it: a client loads its libraries there
    await anyio.to_thread.run_sync(int)
    threads = threading.active_count()
    before = tasks()
    with Origin(world) as origin:
        sockets_before = sockets()
        analytics = UnleashAnalytics(
            "test-secret",
            base_url=origin.url,
            clock=QuickClock(seed),
            timeout=Timeout(read=1.0),
            retry=RetryPolicy(max_attempts=10, base_delay=0.1, max_delay=30.0),
        )
        async with analytics:
            progress = await walk(analytics, world, seen, batches=batches, ordered=ordered, sample=sample)
            throttled = analytics.throttle.active
        gc.collect()
        counts = origin.counts()
        left = sockets() - sockets_before
        still = tasks() - before
    return {
        "requests": counts["requests"],
        "faults": counts["kinds"],
        "rows": world.rows,
        "lost": seen.times.count(0),
        "doubled": world.rows - seen.times.count(0) - seen.times.count(1),
        "strange": seen.strange,
        "outside": progress.outside,
        "retries": progress.retries,
        "shards": progress.shards - world.shards,
        "failures": progress.failures,
        "connections made": counts["connections"],
        "connections left": counts["open"] + left,
        "permits left": throttled,
        "tasks left": still,
        "threads left": 0 if batches else max(0, threading.active_count() - threads),
        "memory": [round(each, 1) for each in memory],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backend", choices=["asyncio", "uvloop", "trio"])
    parser.add_argument("requests", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--batches", action="store_true")
    parser.add_argument("--ordered", action="store_true")
    given = vars(parser.parse_args())
    backend = given.pop("backend")
    options = {"use_uvloop": True} if backend == "uvloop" else {}
    found = anyio.run(
        lambda: trial(**given), backend="trio" if backend == "trio" else "asyncio", backend_options=options
    )
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
