"""Rows of all devices into Parquet files, and back: as a table, and as the very rows that the service sent.

UNLEASH_API_KEY=... python rows_to_parquet.py detections 2026-11-01 2026-11-07

Run it again, and it fetches only what is missing.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

import anyio
import pyarrow.compute as pc
import pyarrow.dataset as ds

from asyncsdk import AnalyticsRow, ParquetSink, UnleashAnalytics
from asyncsdk.codec import from_dict
from asyncsdk.columns import to_wire


async def main(analytics: UnleashAnalytics, target: str, first: date, last: date) -> None:
    async with analytics:
        plan = analytics.plan("all", first, last, window=timedelta(hours=1))
        report = await analytics.backfill(plan, ParquetSink(target), concurrency=32)
    print(f"{report.rows} rows written, {report.skipped} shards were there already")

    rows = ds.dataset(target, partitioning="hive")
    people = rows.to_table(columns=["device_id", "count"], filter=pc.field("class_name") == "person")
    for each in people.group_by("device_id").aggregate([("count", "sum")]).sort_by("device_id").to_pylist():
        print(each["device_id"], each["count_sum"], "people")

    (wire,) = to_wire(rows.head(1), AnalyticsRow)  # the JSON that came, with all its keys
    print("the first of them:", from_dict(AnalyticsRow, wire).timestamp.isoformat())


if __name__ == "__main__":
    anyio.run(main, UnleashAnalytics(), sys.argv[1], date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3]))
