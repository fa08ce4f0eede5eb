"""Count what all devices have seen in the last hours, many requests at once, and go on past a device that fails.

UNLEASH_API_KEY=... python fan_out.py 24

The same engine walks any list of lists: blaize_grants.py asks for the grants of all users.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import anyio

from asyncsdk import UnleashAnalytics


async def main(analytics: UnleashAnalytics, end: datetime, hours: int) -> int:
    counted: Counter[str] = Counter()
    start = end - timedelta(hours=hours)
    async with analytics, analytics.fan_out("all", start, end, concurrency=32, on_error="collect") as stream:
        async for row in stream:
            counted[row.class_name] += row.count
        for name, count in counted.most_common():
            print(f"{count:>10,}  {name}")
        for failure in stream.failures:  # asyncsdk.Plan.of(stream.failures) is a plan of just these
            print(failure.shard, failure.error, file=sys.stderr)
        print(stream.progress.summary("device hours"), file=sys.stderr)
        return 1 if stream.failures else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main, UnleashAnalytics(), datetime.now(UTC), int(sys.argv[1])))
