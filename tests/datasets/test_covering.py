"""What a ledger says of a plan, whoever filled it and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asyncsdk import Plan
from asyncsdk.sinks import NDJSONSink

START = datetime(2020, 8, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.anyio
async def test_repeated_runs_do_not_add_up_and_the_ledger_does(datasets, tmp_path):
    readings = datasets.readings
    plan = readings.plan(["m1", "m2", "m3"], START, START + 5 * HOUR)
    sink = NDJSONSink(tmp_path)
    found = await readings.coverage(plan, sink)
    assert (found.shards, found.done, found.complete) == (15, 0, False)
    assert found.missing == tuple(plan)
    first, second, third = plan.split(3)
    await readings.backfill(first, sink)
    await readings.backfill(first, sink, refresh=True)
    await readings.backfill(second, sink)
    found = await readings.coverage(plan, sink)
    assert (found.shards, found.done) == (15, len(first) + len(second))
    assert found.missing == tuple(third)
    await readings.backfill(Plan.of(found.missing), sink)
    found = await readings.coverage(plan, sink)
    assert found.complete
    assert found.missing == ()


@pytest.mark.anyio
async def test_what_is_done_in_part_is_missing_in_part(datasets, tmp_path):
    readings, sink = datasets.readings, NDJSONSink(tmp_path)
    await readings.backfill(readings.plan("m1", START, START + HOUR), sink)
    wider = readings.plan("m1", START, START + 4 * HOUR, window=timedelta(hours=2))
    found = await readings.coverage(wider, sink)
    assert (found.shards, found.done) == (2, 0)
    assert [each.end - each.start for each in found.missing] == [3_600_000, 7_200_000]


@pytest.mark.anyio
async def test_all_keys_are_those_that_the_service_lists_now(datasets, tmp_path):
    readings, sink = datasets.readings, NDJSONSink(tmp_path)
    plan = readings.plan("all", START, START + HOUR)
    await readings.backfill(readings.plan("m2", START, START + HOUR), sink)
    found = await readings.coverage(plan, sink)
    assert [each.key for each in found.missing] == ["m1", "m3"]


@pytest.mark.anyio
async def test_of_many_that_are_missing_a_thousand_are_named(datasets, tmp_path):
    found = await datasets.tags.coverage(datasets.tags.plan(range(2500)), NDJSONSink(tmp_path))
    assert (found.shards, found.done, len(found.missing)) == (2500, 0, 1000)
