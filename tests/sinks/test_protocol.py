"""The sink protocol, by the example of a sink of one's own, and the sinks of this package."""

from __future__ import annotations

import importlib.util
import inspect
import sqlite3
import typing
from contextlib import closing
from pathlib import Path

import pytest

import asyncsdk.sinks
from asyncsdk import AnalyticsRow
from asyncsdk.codec import from_dict
from asyncsdk.sinks import CSVSink, Ledger, NDJSONSink, ParquetSink, Sink

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_sink.py"


@pytest.fixture(scope="module")
def example():
    specification = importlib.util.spec_from_file_location("own_sink", EXAMPLE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def stored(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("select device, count from detections order by start, count").fetchall()


@pytest.mark.anyio
async def test_a_shard_is_committed_with_its_rows_and_is_done(example, tmp_path, shard, rows):
    sink = example.SQLiteSink(str(tmp_path / "rows.db"))
    async with sink.open(shard()) as writer:
        await writer.write([from_dict(AnalyticsRow, row) for row in rows(shard())])
    async with sink.open(shard(7, 8)):
        pass
    assert stored(tmp_path / "rows.db") == [(shard().key, count) for count in range(3)]
    assert await sink.done() == [shard(), shard(7, 8)]
    assert Ledger(await sink.done()).missing(shard(6, 9)) == [shard(8, 9)]


@pytest.mark.anyio
async def test_a_shard_that_fails_leaves_no_trace(example, tmp_path, shard, rows):
    sink = example.SQLiteSink(str(tmp_path / "rows.db"))

    async def fail():
        async with sink.open(shard()) as writer:
            await writer.write([from_dict(AnalyticsRow, row) for row in rows(shard())])
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert stored(tmp_path / "rows.db") == []
    assert await sink.done() == []


@pytest.mark.anyio
async def test_a_shard_that_comes_again_takes_the_place_of_what_was_kept_of_it(example, tmp_path, shard, rows):
    sink = example.SQLiteSink(str(tmp_path / "rows.db"))
    for each, number in ((shard(settled=False), 2), (shard(), 3)):
        assert await sink.done() == []
        async with sink.open(each) as writer:
            await writer.write([from_dict(AnalyticsRow, row) for row in rows(each, number)])
    assert len(stored(tmp_path / "rows.db")) == 3
    assert await sink.done() == [shard()]


@pytest.mark.parametrize("make", [ParquetSink, NDJSONSink, CSVSink])
def test_the_sinks_of_the_package_are_sinks(make):
    ours, agreed = (inspect.signature(each.open) for each in (make, Sink))
    assert list(ours.parameters) == list(agreed.parameters)
    assert inspect.signature(make.done).parameters["plan"].default is None  # so that it may be asked without one
    assert make.form in typing.get_args(asyncsdk.datasets.protocol.Form)


def test_the_package_offers_its_names_and_no_others():
    assert all(hasattr(asyncsdk.sinks, name) for name in asyncsdk.sinks.__all__)
    with pytest.raises(AttributeError, match="XMLSink"):
        asyncsdk.sinks.XMLSink  # noqa: B018
