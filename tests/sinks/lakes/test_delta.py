"""A Delta table: the log is the ledger, and the fence between runs."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import pytest
from attrs import evolve
from deltalake import DeltaTable, exceptions

from asyncsdk import Plan, UnleashAnalytics, datasets
from asyncsdk.datasets.ledger import Ledger
from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import DeltaSink
from asyncsdk.testing import AnalyticsService, Sandbox, serve
from asyncsdk.times import DAY
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000
PLAN = Plan.make(ROWS_OF_DEVICES.id, ["W1", "o'ne two"], MIDNIGHT, MIDNIGHT + 12 * HOUR, timedelta(hours=1))


def shard(start=6, end=7, key="W1", **more):
    return Shard(ROWS_OF_DEVICES.id, key, MIDNIGHT + start * HOUR, MIDNIGHT + end * HOUR, **more)


async def write(sink, each, *numbers):
    async with sink.open(each) as writer:
        for number in numbers:
            rows = [{"count": n, "device_id": each.key, "timestamp": "2020-08-17T06:00:00.000Z"} for n in range(number)]
            await writer.write(ROWS_OF_DEVICES.columns.to_batch(rows, each.key))


def stored(path):
    found = {}
    for row in DeltaTable(str(path)).to_pyarrow_table().to_pylist():
        found[row["device_id"]] = found.get(row["device_id"], 0) + 1
    return found


async def done(sink, plan=PLAN):
    return sorted(
        (each.key, (each.start - MIDNIGHT) // HOUR, (each.end - MIDNIGHT) // HOUR) for each in await sink.done(plan)
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows"


@pytest.mark.anyio
async def test_a_shard_is_one_commit_with_the_note_that_it_is_done_an_empty_one_too(path):
    sink = DeltaSink(path)
    assert await done(sink) == []
    await write(sink, shard(), 3, 2)
    await write(sink, shard(7, 8))
    await write(sink, shard(6, 7, "o'ne two"), 1)
    assert stored(path) == {"W1": 5, "o'ne two": 1}
    assert await done(DeltaSink(path)) == [("W1", 6, 7), ("W1", 7, 8), ("o'ne two", 6, 7)]
    assert DeltaTable(str(path)).version() == 3
    assert str(DeltaTable(str(path)).to_pyarrow_table().schema.field("timestamp").type) == "timestamp[us, tz=UTC]"


@pytest.mark.anyio
async def test_what_fails_leaves_nothing(path):
    sink = DeltaSink(path)
    with pytest.raises(KeyError):  # noqa: PT012
        async with sink.open(shard()) as writer:
            await writer.write(ROWS_OF_DEVICES.columns.to_batch([{"count": 1}], "W1"))
            raise KeyError
    assert (stored(path), await done(sink)) == ({}, [])


@pytest.mark.anyio
async def test_of_two_stale_handles_one_is_refused_and_nothing_is_lost(path):
    first, second = DeltaSink(path), DeltaSink(path)
    await first.done(PLAN)
    await second.done(PLAN)
    await write(first, shard(), 3)
    with pytest.raises(ConfigurationError, match="another run has written to this table meanwhile"):
        await write(second, shard(), 3)
    assert stored(path) == {"W1": 3}
    # Of another shard both may write; and begun again, the second one knows what is done.
    await write(second, shard(8, 9), 1)
    assert await done(second) == [("W1", 6, 7), ("W1", 8, 9)]
    await write(second, shard(), 3)
    assert stored(path) == {"W1": 4}


@pytest.mark.anyio
async def test_a_commit_whose_answer_was_lost_counts(path, monkeypatch):
    sink = DeltaSink(path)
    await sink.done(PLAN)
    import deltalake

    real = deltalake.write_deltalake

    def lost(*given, **more):
        real(*given, **more)
        raise exceptions.CommitFailedError("the connection ended")

    monkeypatch.setattr(deltalake, "write_deltalake", lost)
    await write(sink, shard(), 3)
    monkeypatch.undo()
    assert (stored(path), await done(DeltaSink(path))) == ({"W1": 3}, [("W1", 6, 7)])


@pytest.mark.anyio
async def test_what_is_provisional_is_replaced_and_other_edges_are_refused(path):
    sink = DeltaSink(path)
    await write(sink, evolve(shard(), settled=False), 5)
    assert (stored(path), await done(sink)) == ({"W1": 5}, [])
    await write(sink, shard(), 2)
    await write(sink, shard(), 9)
    assert (stored(path), await done(sink)) == ({"W1": 2}, [("W1", 6, 7)])
    for each in (sink, DeltaSink(path)):
        await each.done(PLAN)
        with pytest.raises(ConfigurationError, match="a part of its time"):
            await write(each, shard(6, 8), 1)
    wider = Plan.make(ROWS_OF_DEVICES.id, ["W1"], MIDNIGHT + 6 * HOUR, MIDNIGHT + 8 * HOUR, timedelta(hours=2))
    missing = Ledger(await DeltaSink(path).done(wider)).missing(shard(6, 8))
    assert [(each.start, each.end) for each in missing] == [(MIDNIGHT + 7 * HOUR, MIDNIGHT + 8 * HOUR)]
    await write(sink, evolve(shard(6, 8), refreshed=True), 4)
    assert stored(path) == {"W1": 4}


@pytest.mark.anyio
async def test_writers_of_their_own_shards_do_not_meet(path):
    async with anyio.create_task_group() as group:
        for number in range(4):
            sink = DeltaSink(path)
            await sink.done(PLAN)
            for hour in range(3):
                group.start_soon(write, sink, shard(3 * number + hour, 3 * number + hour + 1), 10)
    assert stored(path) == {"W1": 120}
    assert len(await done(DeltaSink(path))) == 12


@pytest.mark.anyio
async def test_a_table_is_of_one_data_set(path):
    await write(DeltaSink(path), shard(), 1)
    with pytest.raises(ConfigurationError, match=r"holds unleash_analytics\.rows, and cannot take blaize\.grants"):
        await DeltaSink(path).done(Plan.make("blaize.grants", ["u1"]))
    with pytest.raises(ConfigurationError, match="give it to done"):
        await DeltaSink(path).done()


def test_a_backfill_goes_on_where_it_stopped_and_travels(monkeypatch, path):
    service = AnalyticsService(devices=2, rows_per_hour=30)
    monkeypatch.setenv("UNLEASH_API_KEY", service.api_key)
    start = datetime(2020, 8, 17, tzinfo=UTC)
    plan = Plan.make(ROWS_OF_DEVICES.id, service.device_ids, start, start + timedelta(days=3), timedelta(days=1))
    sink = pickle.loads(pickle.dumps(DeltaSink(path)))
    with serve(Sandbox(service)) as url:
        connect = partial(UnleashAnalytics, base_url=f"{url}/v1")
        first = datasets.backfill(plan.split(2)[0], connect, sink)
        rest = datasets.backfill(plan, connect, sink)
        assert first.shards + rest.shards == len(plan) == 6
        assert datasets.coverage(plan, DeltaSink(path)).complete
        again = datasets.backfill(plan, connect, sink, refresh=True)
    assert sum(stored(path).values()) == first.rows + rest.rows == again.rows


def test_credentials_do_not_travel_and_a_missing_package_is_named(monkeypatch, path):
    with pytest.raises(ConfigurationError, match="must not travel"):
        pickle.dumps(DeltaSink("s3://bucket/rows", storage_options={"AWS_SECRET_ACCESS_KEY": "canary"}))
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[delta\]"):
        DeltaSink(path)
