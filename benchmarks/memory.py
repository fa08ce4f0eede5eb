"""Peak memory over the imports for ten million rows, streamed in three ways, each in a process of its own.

    python benchmarks/memory.py [--rows 10000000] [--quick] [--docs]

The origin serves the same pages of 1,000 rows again and again. A process imports what it needs, resets the kernel's record of its
largest resident set (elsewhere than on Linux: notes it), streams, and tells how much higher it rose.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import attrs
from _measure import pin, versions
from _origin import origin
from _pages import DEVICE, END, KEY, START
from _report import Report, options

ROWS_A_PAGE, PAGES_A_SHARD = 1000, 500
DAY = timedelta(days=1)
FORMS = ("rows", "batches", "backfill")


def resident():
    """The largest resident set so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def forget_peak():
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


async def rows(analytics, devices, at_once):
    count = 0
    async with analytics.fan_out(devices, START, END, window=DAY, concurrency=at_once) as stream:
        async for _ in stream:
            count += 1
    return count


async def batches(analytics, devices, at_once):
    count = 0
    async with analytics.fan_out(devices, START, END, window=DAY, concurrency=at_once) as stream:
        async for batch in stream.batches():
            count += batch.num_rows
    return count


class _OneDevice:
    """The same rows come for every device. As rows of another one than was asked for they would be kept with that, row by row: so
    each shard goes to a tree of its own, under the device that stands in the rows.
    """

    form = "arrow"

    def __init__(self, folder):
        self._folder = Path(folder)

    async def done(self):
        return ()

    def open(self, shard):
        from asyncsdk.sinks import ParquetSink

        return ParquetSink(self._folder / shard.key).open(attrs.evolve(shard, key=DEVICE))


async def backfill(analytics, devices, at_once):
    plan = analytics.plan(devices, START, END, window=DAY)
    with tempfile.TemporaryDirectory(prefix="asyncsdk-bench-") as folder:
        report = await analytics.backfill(plan, _OneDevice(folder), concurrency=at_once)
    return report.rows


def imported():
    """All that any of the three imports."""
    import aiohttp
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet
    import uvloop

    import asyncsdk
    import asyncsdk.columns
    import asyncsdk.datasets.writing
    import asyncsdk.engines.aiohttp.engine
    import asyncsdk.sinks

    return aiohttp, asyncsdk, pyarrow.compute, pyarrow.csv, pyarrow.parquet, uvloop


def stream(form, base, devices, at_once):
    """One process's work: prints rows, seconds and bytes over the imports."""
    pin(1)
    imported()
    import uvloop

    from asyncsdk import UnleashAnalytics

    async def main():
        async with UnleashAnalytics(KEY, base_url=base) as analytics:
            return await {"rows": rows, "batches": batches, "backfill": backfill}[form](analytics, devices, at_once)

    forget_peak()
    before = resident()
    began = time.perf_counter()
    count = uvloop.run(main())
    print(json.dumps([count, time.perf_counter() - began, resident() - before, before]))


def measured(form, base, shards, at_once):
    devices = json.dumps([f"W{number:015x}" for number in range(shards)])
    command = [sys.executable, __file__, "--stream", form, base, devices, str(at_once)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = options(__doc__)
    parser.add_argument("--rows", type=int, default=None, help="rows to stream in each way")
    parser.add_argument("--stream", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stream:
        form, base, devices, at_once = given.stream
        stream(form, base, json.loads(devices), int(at_once))
        return
    report = Report("memory", write=given.docs)
    wanted = given.rows or (1_000_000 if given.quick else 10_000_000)
    shards = -(-wanted // (ROWS_A_PAGE * PAGES_A_SHARD))
    peaks, rows = {}, []
    with origin((ROWS_A_PAGE, PAGES_A_SHARD)) as served:
        report.note(f"{versions('aiohttp', 'uvloop', 'msgspec', 'pyarrow')}. Origin: {served.name}.")
        ask = partial(measured, base=served.base(ROWS_A_PAGE, PAGES_A_SHARD), shards=shards)
        for form in FORMS:
            for at_once in (16,) if given.quick else (16, 64):
                report.doing(f"{form}, {at_once} at once")
                count, seconds, peak, before = ask(form, at_once=at_once)
                assert count == shards * ROWS_A_PAGE * PAGES_A_SHARD, f"{count} rows came"
                peaks[form, at_once] = peak / 1e6
                figures = f"{peak / 1e6:.1f} MB", f"{before / 1e6:.0f} MB", f"{count / seconds:,.0f}"
                rows.append((form, str(at_once), *figures))
    title = f"Peak memory over the imports, {wanted:,} rows in pages of {ROWS_A_PAGE:,}"
    report.table(title, ("", "at once", "peak", "imports", "rows/s"), rows)
    report.goals({f"memory of {form}": peaks[form, 16] for form in FORMS})
    report.close()


if __name__ == "__main__":
    main()
