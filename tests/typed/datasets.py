"""Data sets as a typed caller uses them: checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, assert_type

from asyncsdk import AnalyticsRow, ParquetSink, Plan, Report, Shard, UnleashAnalytics
from asyncsdk.datasets import Pull, RowStream

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


async def rows(client: UnleashAnalytics) -> None:
    data = client.datasets.rows
    assert_type(data, Pull[AnalyticsRow])
    assert_type(data.model, type[AnalyticsRow])
    plan = data.plan("all", START, END)
    assert_type(plan, Plan)
    assert_type(plan.split(4), list[Plan])
    async with data.fan_out(plan, concurrency=4) as stream:
        assert_type(stream, RowStream[AnalyticsRow])
        async for row in stream:
            assert_type(row, AnalyticsRow)
            assert_type(stream.shard, Shard | None)
    assert_type(await data.backfill(plan, ParquetSink("rows"), refresh=True), Report)


def by_name(client: UnleashAnalytics) -> None:
    assert_type(client.datasets["rows"], Pull[Any])
    for name in client.datasets:
        assert_type(name, str)
