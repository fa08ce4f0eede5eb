"""Data sets as a typed caller uses them: checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any, assert_type

import pyarrow as pa

from asyncsdk import AnalyticsRow, Blaize, NDJSONSink, ParquetSink, Plan, Report, Shard, UnleashAnalytics, datasets
from asyncsdk.blaize import Account, AccountUser, ExportedUser, Grant
from asyncsdk.datasets import Pull, Reader, RowStream

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


async def grants(client: Blaize) -> None:
    assert_type(client.datasets.users, Pull[ExportedUser])
    assert_type(client.datasets.accounts, Pull[Account])
    assert_type(client.datasets.account_users, Pull[AccountUser])
    data = client.datasets.grants
    assert_type(data, Pull[Grant])
    async with data.fan_out(["u1"]) as stream:
        async for grant in stream:
            assert_type(grant, Grant)
    async with data.fan_out() as stream:
        async for batch in stream.batches():
            assert_type(batch, pa.RecordBatch)


def without_a_loop(plan: Plan) -> None:
    assert_type(datasets.read(plan, UnleashAnalytics, ordered=True), Reader)
    assert_type(datasets.backfill(plan, partial(Blaize, "demo"), NDJSONSink("grants")), Report)


def by_name(client: UnleashAnalytics) -> None:
    assert_type(client.datasets["rows"], Pull[Any])
    for name in client.datasets:
        assert_type(name, str)
