"""A table and its ledger in one transaction."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import anyio
import duckdb
import pytest
from attrs import evolve

import asyncsdk
from asyncsdk import Plan, UnleashAnalytics, datasets
from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import DuckDBSink
from asyncsdk.testing import AnalyticsService, Sandbox, serve
from asyncsdk.times import DAY
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000


def shard(start=6, end=7, key="W1", **more):
    return Shard(ROWS_OF_DEVICES.id, key, MIDNIGHT + start * HOUR, MIDNIGHT + end * HOUR, **more)


def batch(each, number):
    rows = [
        {"count": n, "device_id": each.key, "timestamp": "2020-08-17T06:00:00.000Z", "new": n} for n in range(number)
    ]
    return ROWS_OF_DEVICES.columns.to_batch(rows, each.key)


async def write(sink, each, *numbers):
    async with sink.open(each) as writer:
        for number in numbers:
            await writer.write(batch(each, number))


def stored(path, table="rows"):
    with duckdb.connect(str(path)) as connection:
        return connection.execute(
            f"select device_id, count(*), sum(count) from {table} group by all order by all"
        ).fetchall()


async def done(sink, plan=None):
    return sorted(
        (each.key, (each.start - MIDNIGHT) // HOUR, (each.end - MIDNIGHT) // HOUR) for each in await sink.done(plan)
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.duckdb"


@pytest.mark.anyio
async def test_a_shard_is_committed_with_its_rows_an_empty_one_too(path):
    sink = DuckDBSink(path)
    assert await done(sink) == []
    await write(sink, shard(), 3, 2)
    await write(sink, shard(7, 8))
    await write(sink, shard(6, 7, "W2"), 1)
    assert stored(path) == [("W1", 5, 4), ("W2", 1, 0)]
    assert await done(DuckDBSink(path)) == [("W1", 6, 7), ("W1", 7, 8), ("W2", 6, 7)]
    later = Plan.make(ROWS_OF_DEVICES.id, ["W1"], MIDNIGHT + 7 * HOUR, MIDNIGHT + 9 * HOUR, timedelta(hours=1))
    assert await done(sink, later) == [("W1", 7, 8)]
    with duckdb.connect(str(path)) as connection:
        columns = dict(connection.execute("select column_name, column_type from (describe rows)").fetchall())
    assert columns["timestamp"] == "TIMESTAMP WITH TIME ZONE"
    assert list(columns)[-2:] == ["extra", "_shard"]


@pytest.mark.anyio
async def test_what_fails_or_is_cancelled_leaves_nothing(path):
    sink = DuckDBSink(path)
    with pytest.raises(KeyError):  # noqa: PT012
        async with sink.open(shard()) as writer:
            await writer.write(batch(shard(), 3))
            raise KeyError
    with anyio.CancelScope() as scope:
        async with sink.open(shard()) as writer:
            await writer.write(batch(shard(), 3))
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert (stored(path), await done(sink)) == ([], [])


@pytest.mark.anyio
async def test_what_is_provisional_is_replaced_and_what_is_final_stays_until_it_is_refreshed(path):
    sink = DuckDBSink(path)
    await write(sink, shard(settled=False), 5)
    assert (stored(path), await done(sink)) == ([("W1", 5, 10)], [])
    await write(sink, shard(), 2)
    await write(sink, shard(), 9)  # the same shard twice is the same rows
    assert (stored(path), await done(sink)) == ([("W1", 2, 1)], [("W1", 6, 7)])
    with pytest.raises(ConfigurationError, match="a part of its time is in the table already"):
        await write(sink, shard(6, 8), 1)
    await write(sink, evolve(shard(6, 8), refreshed=True), 4)
    assert (stored(path), await done(sink)) == ([("W1", 4, 6)], [("W1", 6, 8)])


@pytest.mark.anyio
async def test_many_shards_are_written_at_once(path):
    sink = DuckDBSink(path)
    async with anyio.create_task_group() as group:
        for key in ("W1", "W2"):
            for hour in range(8):
                group.start_soon(write, sink, shard(hour, hour + 1, key), 10)
                group.start_soon(write, DuckDBSink(path), shard(hour, hour + 1, key), 10)  # by another one too
    assert stored(path) == [("W1", 80, 360), ("W2", 80, 360)]
    assert len(await done(sink)) == 16


@pytest.mark.anyio
async def test_a_table_is_of_one_data_set_and_a_file_may_have_several(path, tmp_path):
    await write(DuckDBSink(path), shard(), 1)
    await write(DuckDBSink(path, 'more "rows"'), shard(), 2)
    assert stored(path, '"more ""rows"""') == [("W1", 2, 1)]
    grants = Plan.make("blaize.grants", ["u1"])
    with pytest.raises(ConfigurationError, match=r"holds unleash_analytics\.rows, and cannot take blaize\.grants"):
        await DuckDBSink(path, "rows").done(grants)
    assert list(await DuckDBSink(path).done(grants)) == []
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("create table rows (mine integer)")
    with pytest.raises(ConfigurationError, match="already exists"):
        await write(DuckDBSink(tmp_path / "other.duckdb"), shard(), 1)
    for wrong in ("", ":memory:"):
        with pytest.raises(ConfigurationError, match="path of a file"):
            DuckDBSink(wrong)


def test_a_file_that_another_process_has_open_is_told(path):
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(ConfigurationError, match="open in another process"):
            anyio.run(DuckDBSink(path).done)
        other.stdin.close()


def test_without_duckdb_the_extra_is_named(monkeypatch, path):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[duckdb\]"):
        DuckDBSink(path)


WORKER = """
import os, pickle, sys
from asyncsdk import datasets
plan, connect, sink = pickle.load(sys.stdin.buffer)
datasets.backfill(plan, connect, sink, concurrency=4, on_progress=lambda _: os.write(1, b"."))
"""


def test_killed_at_random_instants_it_ends_with_just_the_rows(monkeypatch, path, tmp_path):
    service, random = AnalyticsService(devices=3, rows_per_hour=60, page_size=25), Random(3)
    monkeypatch.setenv("UNLEASH_API_KEY", service.api_key)
    start = datetime(2020, 8, 17, tzinfo=UTC)
    plan = Plan.make(ROWS_OF_DEVICES.id, service.device_ids, start, start + timedelta(hours=24), timedelta(hours=1))
    sink, requests, kills = DuckDBSink(path), [], 0
    with serve(Sandbox(service, on_request=lambda request: requests.append(1))) as url:
        connect = partial(UnleashAnalytics, base_url=f"{url}/v1")
        datasets.backfill(plan, connect, DuckDBSink(tmp_path / "undisturbed.duckdb"))
        needed = len(requests)
        for kill in (True, True, True, False):
            command = [sys.executable, "-W", "error", "-c", WORKER]
            environment = os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])}
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
            ) as process:
                process.stdin.write(pickle.dumps((plan, connect, sink)))
                process.stdin.close()
                if kill:
                    process.stdout.read(1)
                    for _ in range(random.randrange(5, 20)):
                        process.stdout.read(1)
                    process.kill()
                process.stdout.read()
            assert process.returncode == (-9 if kill else 0)
            kills += kill
            whole = datasets.coverage(plan, sink)
            with duckdb.connect(str(path)) as connection:
                [(rows,)] = connection.execute("select count(*) from rows").fetchall()
                [(counted,)] = connection.execute("select sum(row_count) from asyncsdk.shards").fetchall()
            assert rows == (counted or 0)  # whatever the instant
            assert whole.complete != kill
    assert kills == 3
    assert len(requests) > 2 * needed
    query = "select * exclude (_shard) from rows order by all"
    with duckdb.connect(str(path)) as one, duckdb.connect(str(tmp_path / "undisturbed.duckdb")) as other:
        assert one.sql(query).to_arrow_table().equals(other.sql(query).to_arrow_table())
