"""What the benchmarks share: where to run, how to repeat, what to say about the machine."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs


def pin(core):
    """Run this process on one core, where the system lets us choose and has more than one."""
    if hasattr(os, "sched_setaffinity") and {0, 1} <= os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


@attrs.frozen
class Timing:
    """What one turn took.

    Attributes:
        units: of work that were done.
        wall: seconds on the clock.
        spent: seconds of the process's CPU, all its threads together.
    """

    units: int
    wall: float
    spent: float


class Contestant:
    """A function ``module:name`` in a process of its own, pinned to core 1."""

    def __init__(self, target):
        command = [sys.executable, str(Path(__file__).with_name("_worker.py")), target]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self, *arguments):
        """Let it work once."""
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("a contestant died; see above")
        return Timing(*json.loads(answer))

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def contestants(targets):
    """Name to `Contestant`, from name to ``module:name``."""
    with ExitStack() as stack:
        started = {}
        for name, target in targets.items():
            started[name] = Contestant(target)
            stack.callback(started[name].close)
        yield started


def interleaved(chosen, arguments, rounds, *, told):
    """Let every contestant work once a round, one after the other, since times drift; the order turns round every time.

    Args:
        chosen: name to `Contestant`.
        arguments: of every turn.
        rounds: how often; one more goes before that warms up and counts for nothing.
        told: called with what is being done.

    Returns:
        Name to the list of its timings.
    """
    found = {name: [] for name in chosen}
    for number in range(rounds + 1):
        for name in list(chosen) if number % 2 else list(reversed(chosen)):
            told(f"round {number} of {rounds}: {name}")
            timing = chosen[name].turn(*arguments)
            if number:
                found[name].append(timing)
    return found


def rate(timings):
    """The median of units a second."""
    return statistics.median(each.units / each.wall for each in timings)


def cpu(timings):
    """The median of CPU seconds a unit."""
    return statistics.median(each.spent / each.units for each in timings)


def ratio(one, other, of=rate):
    """How many times the one is the other, round by round, as the median: what drifts drifts for both."""
    return statistics.median(of([a]) / of([b]) for a, b in zip(one, other, strict=True))


def versions(*packages):
    """Date, interpreter and versions, as one line."""
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"{datetime.now(UTC):%Y-%m-%d}, CPython {platform.python_version()}, {found}"
