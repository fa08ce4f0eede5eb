"""Many sessions of one project, while the service shifts its pages: by list, by windows and by pull."""

from __future__ import annotations

import os
import tracemalloc
from datetime import timedelta

import pyarrow.dataset as ds
import pytest

from asyncsdk import ParquetSink
from asyncsdk.testing import CognitiveService
from asyncsdk.times import DAY

COUNT = 100_000 if os.environ.get("ASYNCSDK_SOAK") else 10_000
LAST = 1_767_225_600_000


def service(count=COUNT, **more):
    return CognitiveService(sessions=count, days=10, last=LAST, arrivals=1, **more)


def hold(given, before):
    """Each of those that were there from the beginning once, and none of the others twice."""
    assert len(given) == len(set(given))
    assert set(given) >= set(before)


@pytest.mark.anyio
async def test_they_all_come_once_whichever_way_they_are_asked_for(connect, tmp_path):
    kept = service()
    before = kept.session_ids(5001)
    start, end = LAST - 10 * DAY, LAST
    async with connect(kept) as c3d:
        tracemalloc.start()
        listed = [each.session_id async for each in c3d.sessions.list(5001)]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        hold(listed, before)
        assert peak < 40 << 20  # a key of each, and a page; all of them would be 500 MB

        data = c3d.datasets.sessions
        async with data.fan_out([5001], start, end, window=timedelta(hours=12)) as stream:
            hold([each.session_id async for each in stream], before)

        await data.backfill(data.plan([5001], start, end, window=timedelta(days=1)), ParquetSink(tmp_path))
        hold(ds.dataset(tmp_path).to_table(["sessionId"]).column(0).to_pylist(), before)
