"""Batches and backfills from code without a loop, and under one that runs already."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import asyncsdk
from asyncsdk import ConfigurationError, Plan, ServerError, UnleashAnalytics, datasets
from asyncsdk.sinks import NDJSONSink
from asyncsdk.testing import AnalyticsService, Sandbox, faults, serve

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=3)


@pytest.fixture(scope="module")
def service():
    return AnalyticsService(devices=3, rows_per_hour=60, page_size=25)


@pytest.fixture(scope="module")
def connect(service):
    """A recipe without a key: that comes from the environment, where the client is made."""
    with serve(Sandbox(service)) as url:
        yield partial(UnleashAnalytics, base_url=f"{url}/v1")


@pytest.fixture(autouse=True)
def _key(monkeypatch, service):
    monkeypatch.setenv("UNLEASH_API_KEY", service.api_key)


@pytest.fixture
def plan(service):
    return Plan.make("unleash_analytics.rows", service.device_ids, START, END, timedelta(hours=1))


@pytest.fixture
def rows(connect, plan):
    """All rows of the plan, in its order."""

    async def work():
        async with connect() as client, client.fan_out(plan, ordered=True) as stream:
            return await stream.to_arrow()

    return asyncio.run(work())


def threads():
    return [each for each in threading.enumerate() if each.name == "asyncsdk-read"]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    gc.collect()
    assert threads() == []


def test_batches_are_those_of_the_stream(connect, plan, rows):
    reader = datasets.read(plan, connect, ordered=True)
    batches = list(reader)
    assert pa.Table.from_batches(batches) == rows
    assert {batch.schema for batch in batches} == {reader.schema}
    assert threads() == []


def test_each_iteration_reads_anew(connect, plan, rows):
    reader = datasets.read(plan, connect, ordered=True)
    assert pa.Table.from_batches(reader) == pa.Table.from_batches(reader) == rows


def test_nothing_is_asked_for_before_it_is_iterated(plan):
    def connect():
        raise AssertionError

    reader = datasets.read(plan, connect)
    assert reader.schema.names[:2] == ["class_name", "count"]
    assert threads() == []


# ---- into the engines of others


def test_pyarrow_takes_it_as_a_stream(connect, plan, rows):
    with pa.RecordBatchReader.from_stream(datasets.read(plan, connect, ordered=True)) as reader:
        assert reader.read_all() == rows


def test_duckdb_takes_it_by_its_name(connect, plan, rows):
    batches = datasets.read(plan, connect)
    for _ in range(2):
        found = duckdb.sql("select device_id, count(*) from batches group by all order by all").fetchall()
        assert dict(found) == {each["values"]: each["counts"] for each in rows["device_id"].value_counts().to_pylist()}
    assert batches is not None


def test_polars_takes_it_as_a_frame(connect, plan, rows):
    assert pl.DataFrame(datasets.read(plan, connect, ordered=True)).equals(pl.from_arrow(rows))


def test_a_stream_that_is_left_early_by_an_engine_ends(connect, plan):
    reader = pa.RecordBatchReader.from_stream(datasets.read(plan, connect, concurrency=2))
    assert reader.read_next_batch().num_rows > 0
    assert len(threads()) == 1
    del reader
    assert threads() == []


# ---- its end


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_what_is_dropped_ends(connect, plan, taken):
    reading = iter(datasets.read(plan, connect))
    for _ in range(taken):
        next(reading)
    assert len(threads()) == 1
    del reading
    assert threads() == []


def test_what_is_closed_gives_no_more(connect, plan):
    with closing(iter(datasets.read(plan, connect))) as reading:
        next(reading)
    assert list(reading) == []
    reading.close()


def test_what_is_in_a_circle_ends_whichever_thread_finds_it(connect, plan):
    reading = iter(datasets.read(plan, connect))
    next(reading)
    portal = reading._life._opened.result().portal
    reading.itself = reading
    (thread,) = threads()
    del reading
    portal.call(gc.collect)  # in the loop's own thread
    thread.join(30)
    assert not thread.is_alive()


def test_memory_is_bounded_when_nobody_reads_on(connect, service):
    many = Plan.make(
        "unleash_analytics.rows", service.device_ids, START, START + timedelta(hours=9), timedelta(minutes=3)
    )
    reading = iter(datasets.read(many, connect, concurrency=2))
    next(reading)
    stream = reading._life._opened.result().batches._stream
    assert stream._schedule.outstanding <= 4
    assert stream.progress.pages <= 2 * 2 + 2
    reading.close()


# ---- errors


def test_an_error_comes_out_as_it_is(service, plan):
    with serve(Sandbox(service, on_request=faults.fail_every(1, 500, "no"))) as url:
        connect = partial(UnleashAnalytics, base_url=f"{url}/v1", retry=asyncsdk.RetryPolicy(max_attempts=1))
        reading = iter(datasets.read(plan, connect))
        with pytest.raises(ServerError) as caught:
            next(reading)
        assert caught.value.shard.dataset == "unleash_analytics.rows"
        assert list(reading) == []
        with pytest.raises(ServerError):
            pa.Table.from_batches(datasets.read(plan, connect))


def test_a_missing_key_is_told_where_it_is_missing(monkeypatch, connect, plan, tmp_path):
    monkeypatch.delenv("UNLEASH_API_KEY")
    with pytest.raises(ConfigurationError, match="UNLEASH_API_KEY"):
        list(datasets.read(plan, connect))
    with pytest.raises(ConfigurationError, match="UNLEASH_API_KEY"):
        datasets.backfill(plan, connect, NDJSONSink(tmp_path))


def test_a_plan_of_another_system_is_told(connect):
    with pytest.raises(KeyError, match=r"no data set 'blaize\.grants'"):
        list(datasets.read(Plan.make("blaize.grants", ["u1"]), connect))


def test_an_interrupted_reader_ends(connect, plan, monkeypatch):
    reading = iter(datasets.read(plan, connect))

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(reading._life, "next", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(reading)
    assert threads() == []


# ---- backfill


def test_a_backfill_is_exactly_once_here_too(connect, plan, tmp_path):
    told = []
    report = datasets.backfill(plan, connect, NDJSONSink(tmp_path), concurrency=2, on_progress=told.append)
    assert (report.shards, report.skipped) == (9, 0)
    assert told
    again = datasets.backfill(plan, connect, NDJSONSink(tmp_path))
    assert (again.shards, again.skipped) == (0, 9)
    fresh = datasets.backfill(plan, connect, NDJSONSink(tmp_path), refresh=True)
    assert (fresh.shards, fresh.skipped, fresh.rows) == (9, 0, report.rows)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs signals of POSIX")
def test_a_backfill_that_is_interrupted_stops_at_once(connect, plan, tmp_path):
    told = []

    def interrupt(progress):
        if not told:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        told.append(progress.pages)

    with pytest.raises(KeyboardInterrupt):
        datasets.backfill(plan, connect, NDJSONSink(tmp_path), concurrency=1, on_progress=interrupt)
    report = datasets.backfill(plan, connect, NDJSONSink(tmp_path))
    assert report.shards + report.skipped == 9


def test_pieces_of_a_plan_fill_one_sink(connect, plan, tmp_path):
    reports = [datasets.backfill(piece, connect, NDJSONSink(tmp_path)) for piece in plan.split(4)]
    assert sum(report.shards for report in reports) == len(plan) == 9
    assert datasets.backfill(plan, connect, NDJSONSink(tmp_path)).skipped == 9


# ---- anywhere


@pytest.mark.anyio
async def test_it_works_under_a_loop_that_runs(connect, plan, rows, tmp_path):
    assert pa.Table.from_batches(datasets.read(plan, connect, ordered=True)) == rows
    assert datasets.backfill(plan, connect, NDJSONSink(tmp_path)).shards == 9


def test_what_travels_is_small_and_holds_no_key(connect, plan, service):
    pickled = pickle.dumps((datasets.read(plan, connect), plan.split(2)[0], UnleashAnalytics))
    assert service.api_key.encode() not in pickled
    assert len(pickled) < 1500
    reader, _, _ = pickle.loads(pickled)
    assert sum(batch.num_rows for batch in reader) > 100


WORKER = """
import pickle, sys
reader = pickle.load(sys.stdin.buffer)
assert "asyncsdk" in sys.modules
print(reader.schema.names[2], sum(batch.num_rows for batch in reader), flush=True)
left = iter(reader)
next(left)
# ... and the interpreter ends with one that nobody closed.
"""


def test_another_process_unpickles_it_and_goes_on_where_this_one_is(connect, plan, rows, service):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WORKER],
        input=pickle.dumps(datasets.read(plan, connect)),
        capture_output=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().split() == ["device_id", str(rows.num_rows)]


# ---- keys stay at home


@pytest.mark.parametrize(
    "given",
    [
        {"api_key": "canary-key"},
        {"headers": {"x-api-key": "canary-key"}},
        {"base_url": "http://127.0.0.1:9", "api_key": "canary-key"},
    ],
)
def test_a_recipe_that_holds_a_key_works_here_and_does_not_travel(plan, given):
    reader = datasets.read(plan, partial(UnleashAnalytics, **given))
    with pytest.raises(ConfigurationError, match="must not travel") as caught:
        pickle.dumps(reader)
    assert "canary-key" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="holds api_key"):
        pickle.dumps(datasets.read(plan, partial(UnleashAnalytics, "canary-key")))


def test_coverage_needs_no_loop_and_a_client_only_for_all_keys(connect, service, plan, tmp_path):
    sink = NDJSONSink(tmp_path)
    datasets.backfill(plan.split(2)[0], connect, sink)
    found = datasets.coverage(plan, sink)
    assert (found.shards, 0 < found.done < 9, found.done + len(found.missing)) == (9, True, 9)
    everything = Plan.make(plan.dataset, "all", START, END, timedelta(hours=1))
    whole = datasets.coverage(everything, sink, connect)
    assert (whole.done, set(whole.missing) > set(found.missing)) == (found.done, True)
    with pytest.raises(TypeError, match="keys are not known yet"):
        datasets.coverage(everything, sink)
