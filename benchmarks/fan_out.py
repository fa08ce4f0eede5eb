"""Rows per second of a whole fan-out, beside what others would write, in one interleaved run.

    python benchmarks/fan_out.py [--quick] [--rounds 5] [--chart fan_out.svg]

Every contestant walks the same pages from nginx on loopback: it opens its connections, asks for the first page of each device and
then for the pages that this one promised. nginx runs on core 0, the client on core 1. Ratios are medians of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _chart import bars
from _goals import tell
from _measure import contestants, cpu, interleaved, rate, ratio, versions
from _origin import origin
from rich.console import Console
from rich.table import Table

OURS_ROWS, OURS_ARROW = "asyncsdk to attrs rows", "asyncsdk to Arrow"
EXPERT, TO_ATTRS, TO_ARROW = "expert: aiohttp, orjson", "expert to attrs", "expert to Arrow"
HTTPX, DLT = "gather over httpx, json", "dlt"
CONTESTANTS = {
    OURS_ROWS: "_ours:to_rows",
    OURS_ARROW: "_ours:to_batches",
    EXPERT: "_expert:expert",
    TO_ATTRS: "_expert:expert_to_attrs",
    "expert to frozen attrs": "_expert:expert_to_frozen_attrs",
    TO_ARROW: "_expert:expert_to_arrow",
    HTTPX: "_peers:gather_over_httpx",
    "the document's example": "_peers:document_example",
    "requests, 32 threads": "_peers:requests_in_threads",
    DLT: "_dlt:one_by_one",
    "dlt, 32 threads": "_dlt:in_threads",
}
FAST = (OURS_ROWS, OURS_ARROW, EXPERT, TO_ATTRS, TO_ARROW)
DEVICES = [f"W{number:015x}" for number in range(32)]
AT_ONCE = 32
LATENCY_ROWS, LATENCY_PAGES = 20, 100
PACKAGES = ("aiohttp", "uvloop", "httpx", "orjson", "msgspec", "pyarrow", "dlt", "requests", "urllib3")

console = Console(width=None if sys.stdout.isatty() else 120)


def told(text):
    if console.is_terminal:
        console.print(f"[dim]{text}[/dim]", end="\r")


def run(chosen, base, rounds, devices=DEVICES, at_once=AT_ONCE):
    return interleaved(chosen, (base, devices, at_once), rounds, told=told)


def table(title, found, against):
    """Rows per second, CPU, and the ratio to one of the contestants."""
    made = Table(title=title, title_justify="left")
    for heading in ("", "rows/s", f"against {against}", "client CPU, µs/row"):
        made.add_column(heading, justify="left" if not heading else "right")
    for name, timings in sorted(found.items(), key=lambda each: -rate(each[1])):
        made.add_row(
            name, f"{rate(timings):,.0f}", f"{ratio(timings, found[against]):.2f}x", f"{cpu(timings) * 1e6:.2f}"
        )
    console.print(made)


def sizes(chosen, served, quick, rounds):
    """Other sizes of pages, and compressed ones."""
    forms = [(20, 100, False), (1000, 10, True), (10_000, 4, False)]
    fast = {name: chosen[name] for name in FAST}
    for rows, pages, packed in forms[2:] if quick else forms:
        name = f"pages of {rows:,} rows{', gzip' if packed else ''}, {AT_ONCE} at once"
        table(name, run(fast, served.base(rows, pages, packed=packed), rounds), EXPERT)


def latency(chosen, served, quick, rounds):
    """Pages of 20 rows after 20 ms, at growing concurrency; gives the timings at 128 at once."""
    base = served.base(LATENCY_ROWS, LATENCY_PAGES, slow=True)
    four = {name: chosen[name] for name in FAST[:4]}
    made = Table(title="pages of 20 rows after 20 ms: requests per second", title_justify="left")
    for heading in ("at once", *four, "asyncsdk rows / expert"):
        made.add_column(heading, justify="right")
    at_128 = None
    for at_once in (1, 128) if quick else (1, 8, 32, 64, 128, 256):
        devices = DEVICES[: max(1, min(at_once // 4, 16 if quick else 32))]
        found = run(four, base, rounds if at_once > 8 else 1, devices, at_once)
        cells = [f"{rate(found[name]) / LATENCY_ROWS:,.0f}" for name in four]
        made.add_row(str(at_once), *cells, f"{ratio(found[OURS_ROWS], found[EXPERT]):.2f}x")
        if at_once == 128:
            at_128 = found
    console.print(made)
    return at_128


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and forms, under a minute")
    parser.add_argument("--rounds", type=int, default=None, help="5 and more tell something; 7, or 3 if quick")
    parser.add_argument("--chart", help="write a chart to this SVG file")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 7)
    with origin((1000, 10), (20, 100), (10_000, 4)) as served, contestants(CONTESTANTS) as chosen:
        stamp = versions(*PACKAGES)
        console.print(f"{stamp}\norigin: {served.name}; medians over {rounds} interleaved rounds")
        found = run(chosen, served.base(1000, 10), rounds, DEVICES[:8] if options.quick else DEVICES)
        table(f"pages of 1,000 rows, {AT_ONCE} at once", found, EXPERT)
        sizes(chosen, served, options.quick, rounds)
        at_128 = latency(chosen, served, options.quick, min(rounds, 5))
    tell("rows against expert", ratio(found[OURS_ROWS], found[TO_ATTRS]))
    tell("arrow against expert", ratio(found[OURS_ARROW], found[TO_ARROW]))
    tell("rows against dlt", ratio(found[OURS_ROWS], found[DLT]))
    tell("rows against httpx", ratio(found[OURS_ROWS], found[HTTPX]))
    tell("latency", ratio(at_128[OURS_ROWS], at_128[EXPERT]))
    if options.chart:
        chart(options.chart, found, stamp, served)


def chart(path, found, stamp, served):
    values = [
        (name, rate(timings), f"{rate(timings) / 1e6:.2f} million rows/s", name in (OURS_ROWS, OURS_ARROW))
        for name, timings in sorted(found.items(), key=lambda each: -rate(each[1]))
    ]
    short = ", ".join(stamp.split(", ")[:2])
    bars(
        path,
        "A whole fan-out: pages of 1,000 rows, 32 at once",
        f"{short}; {served.name}, the client on another",
        values,
    )


if __name__ == "__main__":
    main()
