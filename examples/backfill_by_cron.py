"""Keep a folder of Parquet files up to date: to be run by a timer, as often as you like.

    7 * * * *  UNLEASH_API_KEY=... python backfill_by_cron.py /data/detections 7

Each run looks at the last days and fetches what is not there yet: what an earlier run missed, whether it failed or was killed, and the hours that
have passed since. The last hour may still get rows, so it is kept but fetched again. Two runs never collide: one that takes longer than 50
minutes stops, with whole files only, and the next one goes on. A device that fails does not hold up the others.

It prints one line of JSON; it ends with 1 if anything is missing.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import anyio

from asyncsdk import ParquetSink, RetryPolicy, SDKError, UnleashAnalytics

HOUR = timedelta(hours=1)
PATIENT = RetryPolicy(max_attempts=8, max_delay=120)


async def main(analytics: UnleashAnalytics, target: str, now: datetime, days: int) -> int:
    told: dict[str, object] = {"at": now.isoformat(), "whole": False}
    with anyio.move_on_after(50 * 60):
        try:
            async with analytics:
                end = now.replace(minute=0, second=0, microsecond=0) + HOUR
                plan = analytics.plan("all", end - timedelta(days=days), end, window=HOUR)
                report = await analytics.backfill(plan, ParquetSink(target), settle=HOUR, on_error="collect")
            told |= {"rows": report.rows, "fetched": report.shards, "skipped": report.skipped}
            told |= {"failed": [str(each.error) for each in report.failures], "whole": not report.failures}
        except SDKError as error:  # no list of devices: nothing was to be had at all
            told["failed"] = [str(error)]
    print(json.dumps(told))
    return 0 if told["whole"] else 1


if __name__ == "__main__":
    sys.exit(anyio.run(main, UnleashAnalytics(retry=PATIENT), sys.argv[1], datetime.now(UTC), int(sys.argv[2])))
