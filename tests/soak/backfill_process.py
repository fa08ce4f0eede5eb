"""A backfill that can be killed: it writes one byte for every step it takes, and its report at the end.

python backfill_process.py URL FOLDER SEED DEVICES SINK
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import anyio
from world import HOUR, HOURS, START, World

from asyncsdk import UnleashAnalytics
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink

SINKS = {"parquet": ParquetSink, "ndjson": NDJSONSink, "csv": CSVSink}


async def main(url, folder, seed, devices, sink):
    world = World(seed, devices)
    async with UnleashAnalytics("test-secret", base_url=url) as analytics:
        plan = analytics.plan(world.device_ids, START, START + HOURS * HOUR, window=timedelta(hours=1))
        report = await analytics.backfill(
            plan, SINKS[sink](folder), concurrency=16, on_progress=lambda _: os.write(1, b".")
        )
    told = {"shards": report.shards, "skipped": report.skipped, "rows": report.rows}
    os.write(1, b"\n" + json.dumps(told).encode())


if __name__ == "__main__":
    url, folder, seed, devices, sink = sys.argv[1:]
    os.write(1, b".")
    anyio.run(main, url, folder, int(seed), int(devices), sink)
