"""The fan-outs of asyncsdk that stand beside those of `_expert.py`, `_peers.py` and `_dlt.py`."""

from __future__ import annotations

from datetime import timedelta

import uvloop
from _pages import END, KEY, START

from asyncsdk import UnleashAnalytics

_DAY = timedelta(days=1)


def _client(base, at_once):
    return UnleashAnalytics(KEY, base_url=base, max_connections=at_once)


def to_rows(base, devices, at_once):
    """`async for row in stream`."""

    async def main():
        count = 0
        async with (
            _client(base, at_once) as analytics,
            analytics.fan_out(devices, START, END, window=_DAY, concurrency=at_once) as stream,
        ):
            async for _ in stream:
                count += 1
        return count

    return uvloop.run(main())


def to_batches(base, devices, at_once):
    """`async for batch in stream.batches()`."""

    async def main():
        count = 0
        async with (
            _client(base, at_once) as analytics,
            analytics.fan_out(devices, START, END, window=_DAY, concurrency=at_once) as stream,
        ):
            async for batch in stream.batches():
                count += batch.num_rows
        return count

    return uvloop.run(main())
