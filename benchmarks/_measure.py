"""What the benchmarks share: where to run, how to repeat, what to say about the machine."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import platform
import statistics
import time
from datetime import UTC, datetime


def pin(core):
    """Run this process on one core, where the system lets us choose and has more than one."""
    if hasattr(os, "sched_setaffinity") and {0, 1} <= os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


class Timing:
    """What one turn took: seconds on the clock and seconds of this process's CPU, for so many units of work."""

    def __init__(self, units, wall, cpu):
        self.units = units
        self.rate = units / wall
        self.cpu = cpu / units


def timed(work):
    """Call a function that gives a number of units, and time it."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    units = work()
    return Timing(units, time.perf_counter() - wall, time.process_time() - cpu)


def interleaved(contestants, rounds, *, told=lambda text: None):
    """Time every contestant once a round, in turn, since times drift; the order turns round every time.

    Args:
        contestants: name to a function that does its work and gives the number of units.
        rounds: how often; one more goes before that warms up and counts for nothing.
        told: called with what is being done.

    Returns:
        Name to the list of its timings.
    """
    found = {name: [] for name in contestants}
    for number in range(rounds + 1):
        names = list(contestants) if number % 2 else list(reversed(contestants))
        for name in names:
            told(f"round {number} of {rounds}: {name}")
            timing = timed(contestants[name])
            if number:
                found[name].append(timing)
    return found


def rate(timings):
    """The median of units a second."""
    return statistics.median(each.rate for each in timings)


def cpu(timings):
    """The median of CPU seconds a unit."""
    return statistics.median(each.cpu for each in timings)


def ratio(one, other, of=rate):
    """How many times the one is the other, round by round, as the median: what drifts drifts for both."""
    return statistics.median(of([a]) / of([b]) for a, b in zip(one, other, strict=True))


def versions(*packages):
    """Date, interpreter and versions, as one line."""
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"{datetime.now(UTC):%Y-%m-%d}, CPython {platform.python_version()}, {found}"
