"""What one small GET costs: an operation, the engine below it, aiohttp and httpx, in one interleaved run; and what importing costs.

    python benchmarks/small_gets.py [--quick] [--rounds 7]

An operation here is `UnleashAnalytics.version`: signed with a key, retried, throttled, redacted and decoded. Times are the client's
CPU for one request, connections open and settled. nginx runs on core 0, the client on core 1.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _goals import tell
from _measure import contestants, cpu, pin, rate, ratio, versions
from _origin import origin
from rich.console import Console
from rich.table import Table

OPERATION, ENGINE, AIOHTTP, HTTPX = "operation", "engine alone", "aiohttp + uvloop", "httpx.AsyncClient"
TARGETS = {OPERATION: "_gets:operation", ENGINE: "_gets:engine", AIOHTTP: "_gets:aiohttp", HTTPX: "_gets:httpx"}
AT_ONCE = (16, 64, 256)
# httpx costs ten times as much: fewer of its requests tell as much.
REQUESTS = {OPERATION: 6144, ENGINE: 6144, AIOHTTP: 6144, HTTPX: 1024}

console = Console(width=None if sys.stdout.isatty() else 120)


def told(text):
    if console.is_terminal:
        console.print(f"[dim]{text}[/dim]", end="\r")


def gets(chosen, base, quick, rounds):
    """Timings by (name, at once): all of one round before the next."""
    found = {}
    for _ in range(rounds):
        for at_once in AT_ONCE:
            for name, contestant in chosen.items():
                requests = max(REQUESTS[name] // (4 if quick else 1), at_once * 2)
                told(f"{name}, {at_once} at once")
                found.setdefault((name, at_once), []).append(contestant.turn(base, at_once, requests))
    return found


def table(found):
    made = Table(
        title="client CPU of one small GET, against aiohttp + uvloop; requests per second", title_justify="left"
    )
    made.add_column("")
    for at_once in AT_ONCE:
        made.add_column(f"{at_once} at once", justify="right")
    made.add_column("256 / 16", justify="right")
    for name in TARGETS:
        cells = [
            f"{cpu(found[name, n]) * 1e6:.0f} µs  {ratio(found[name, n], found[AIOHTTP, n], cpu):.2f}x"
            f"  {rate(found[name, n]):,.0f}/s"
            for n in AT_ONCE
        ]
        made.add_row(name, *cells, f"{ratio(found[name, 256], found[name, 16], cpu):.2f}x")
    console.print(made)


def imports(rounds):
    """Seconds that fresh interpreters take to import each of the two, interleaved."""
    code = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"
    found = {"asyncsdk": [], "httpx": []}
    for number in range(rounds + 1):
        for name, seconds in found.items():
            told(f"import {name}")
            done = subprocess.run([sys.executable, "-c", code.format(name)], capture_output=True, text=True, check=True)
            if number:
                seconds.append(float(done.stdout))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests")
    parser.add_argument("--rounds", type=int, default=None, help="7, or 3 if quick")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 7)
    with origin((20, 1)) as served, contestants(TARGETS) as chosen:
        stamp = versions("aiohttp", "uvloop", "httpx")
        console.print(f"{stamp}\norigin: {served.name}; medians over {rounds} interleaved rounds")
        found = gets(chosen, served.base(20, 1), options.quick, rounds)
    table(found)
    pin(1)
    seconds = imports(5 if options.quick else 15)
    for name, each in seconds.items():
        console.print(f"import {name}: {statistics.median(each) * 1000:.0f} ms")
    tell("cpu of a get", ratio(found[OPERATION, 64], found[AIOHTTP, 64], cpu))
    tell("cpu at 256", ratio(found[OPERATION, 256], found[OPERATION, 16], cpu))
    tell("rate against httpx", ratio(found[OPERATION, 64], found[HTTPX, 64]))
    own = [a.spent / a.units - b.spent / b.units for a, b in zip(found[OPERATION, 64], found[ENGINE, 64], strict=True)]
    tell("own cost", statistics.median(own) * 1e6)
    tell("import", statistics.median(a / b for a, b in zip(seconds["asyncsdk"], seconds["httpx"], strict=True)))


if __name__ == "__main__":
    main()
