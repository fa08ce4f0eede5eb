"""What one small GET costs: an operation, the engine below it, aiohttp and httpx, in one interleaved run; and what importing costs.

    python benchmarks/small_gets.py [--quick] [--rounds 7] [--docs]

An operation here is `UnleashAnalytics.version`: signed with a key, retried, throttled, redacted and decoded. Times are the client's
CPU for one request, connections open and settled. nginx runs on core 0, the client on core 1.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _measure import contestants, cpu, pin, rate, ratio, versions
from _origin import origin
from _report import Report, options

OPERATION, ENGINE, AIOHTTP, HTTPX = "operation", "engine alone", "aiohttp + uvloop", "httpx.AsyncClient"
TARGETS = {OPERATION: "_gets:operation", ENGINE: "_gets:engine", AIOHTTP: "_gets:aiohttp", HTTPX: "_gets:httpx"}
AT_ONCE = (16, 64, 256)
CLIENT = "from asyncsdk import UnleashAnalytics"
# µs of a GET with aiohttp + uvloop where the goals were set: machines differ and drift, so only ratios can be held against them.
REFERENCE = 63.5
# httpx costs ten times as much: fewer of its requests tell as much.
REQUESTS = {OPERATION: 6144, ENGINE: 6144, AIOHTTP: 6144, HTTPX: 1024}


def gets(report, chosen, base, rounds, *, quick):
    """Timings by (name, at once): all of one round before the next."""
    found = {}
    for _ in range(rounds):
        for at_once in AT_ONCE:
            for name, contestant in chosen.items():
                requests = max(REQUESTS[name] // (4 if quick else 1), at_once * 2)
                report.doing(f"{name}, {at_once} at once")
                found.setdefault((name, at_once), []).append(contestant.turn(base, at_once, requests))
    return found


def table(report, found):
    rows = []
    for name in TARGETS:
        cells = [
            f"{cpu(found[name, n]) * 1e6:.0f} µs {ratio(found[name, n], found[AIOHTTP, n], cpu):.2f}x" for n in AT_ONCE
        ]
        grows = f"{ratio(found[name, 256], found[name, 16], cpu):.2f}x"
        rows.append((name, *cells, grows, f"{rate(found[name, 64]):,.0f}"))
    headings = ("", *(f"{n} at once" for n in AT_ONCE), "256 / 16", "requests/s, 64 at once")
    report.table("Client CPU of one small GET, against aiohttp + uvloop", headings, rows)


def imports(report, rounds):
    """Seconds that fresh interpreters take for each of the imports, interleaved.

    `import asyncsdk` alone loads next to nothing; what a program pays for is the first client.
    """
    code = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"
    found = {"import httpx": [], "import asyncsdk": [], CLIENT: []}
    for number in range(rounds + 1):
        for statement, seconds in found.items():
            report.doing(statement)
            command = [sys.executable, "-c", code.format(statement)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            if number:
                seconds.append(float(done.stdout))
    return found


def against_httpx(seconds, code):
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(seconds[code], seconds["import httpx"], strict=True))


def main():
    given = options(__doc__).parse_args()
    rounds = given.rounds or (3 if given.quick else 7)
    report = Report("small_gets", write=given.docs)
    with origin((20, 1)) as served, contestants(TARGETS) as chosen:
        stamp = versions("aiohttp", "uvloop", "httpx")
        report.note(f"{stamp}. Origin: {served.name}. Medians over {rounds} interleaved rounds.")
        found = gets(report, chosen, served.base(20, 1), rounds, quick=given.quick)
    table(report, found)
    pin(1)
    seconds = imports(report, 5 if given.quick else 15)
    took = (f"`{statement}`: {statistics.median(each) * 1000:.0f} ms" for statement, each in seconds.items())
    report.note("; ".join(took) + ".")
    own = [
        (a.spent / a.units - b.spent / b.units) / (c.spent / c.units)
        for a, b, c in zip(found[OPERATION, 64], found[ENGINE, 64], found[AIOHTTP, 64], strict=True)
    ]
    report.note(f"An operation adds {statistics.median(own):.2f} of what a whole GET costs aiohttp + uvloop.")
    report.goals(
        {
            "cpu of a get": ratio(found[OPERATION, 64], found[AIOHTTP, 64], cpu),
            "cpu at 256": ratio(found[OPERATION, 256], found[OPERATION, 16], cpu),
            "rate against httpx": ratio(found[OPERATION, 64], found[HTTPX, 64]),
            "own cost": statistics.median(own) * REFERENCE,
            "import": against_httpx(seconds, "import asyncsdk"),
            "import of a client": against_httpx(seconds, CLIENT),
        }
    )
    report.close()


if __name__ == "__main__":
    main()
