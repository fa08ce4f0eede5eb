"""The public API as a typed caller uses it: checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_type

import attrs
from fastapi import FastAPI
from fastapi.requests import HTTPConnection
from fastapi.responses import StreamingResponse

from asyncsdk import (
    AnalyticsRow,
    AttemptStart,
    Blaize,
    CallEnd,
    FanOut,
    Page,
    Pager,
    Plan,
    RetryPolicy,
    Shard,
    Timeout,
    UnleashAnalytics,
    fan_out,
)
from asyncsdk.integrations.fastapi import add_exception_handlers, client as dependency, lifespan, ndjson
from asyncsdk.integrations.opentelemetry import OpenTelemetry

if TYPE_CHECKING:
    from asyncsdk.datasets import RowStream

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


async def analytics() -> None:
    async with UnleashAnalytics("test-key", timeout=Timeout(read=5), retry=RetryPolicy(max_attempts=2)) as client:
        assert_type(client, UnleashAnalytics)
        assert_type(client.with_options(timeout=5), UnleashAnalytics)
        assert_type(await client.version(), str)
        assert_type(client.devices(), Pager[str])
        assert_type(await client.devices().first(), str | None)
        pager = client.rows("W1", START, END)
        assert_type(pager, Pager[AnalyticsRow])
        async for page in pager.pages():
            assert_type(page, Page[AnalyticsRow])
            assert_type(page.items, Sequence[AnalyticsRow])
        plan = client.plan(["W1"], START, 1_793_000_000_000, window=timedelta(minutes=5))
        assert_type(plan, Plan)
        for shard in plan:
            assert_type(shard, Shard)
        async with client.fan_out(plan) as stream:
            async for row in stream:
                assert_type(row, AnalyticsRow)
                assert_type(row.timestamp, datetime)
                assert_type(row.count, int)
                assert_type(attrs.evolve(row, count=2), AnalyticsRow)


async def generic(client: UnleashAnalytics) -> None:
    def rows(device: str) -> Pager[AnalyticsRow]:
        return client.rows(device, START, END)

    stream = fan_out(["W1", "W2"], rows, concurrency=4)
    assert_type(stream, FanOut[str, AnalyticsRow])
    async with stream:
        async for device, row in stream:
            assert_type(device, str)
            assert_type(row, AnalyticsRow)


def hooked(ends: list[CallEnd], starts: list[AttemptStart]) -> None:
    client = UnleashAnalytics("test-key", on_attempt_start=starts.append, on_call_end=ends.append)
    client.with_options(telemetry=OpenTelemetry())
    add_exception_handlers(FastAPI(lifespan=lifespan(UnleashAnalytics, other=Blaize)))
    assert_type(dependency(Blaize), Callable[[HTTPConnection], Blaize])


async def handed_on(stream: RowStream[AnalyticsRow]) -> None:
    assert_type(stream.ndjson(), AsyncGenerator[bytes, None])
    assert_type(await ndjson(stream), StreamingResponse)
