"""Every data set of every system through a tree and back, with readers that are told nothing: no row and no time is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

import asyncsdk.blaize.datasets
import asyncsdk.cognitive3d.datasets
import asyncsdk.livepeer.datasets
import asyncsdk.unleash.analytics.datasets
import asyncsdk.unleash.platform.datasets
from asyncsdk import CSVSink, NDJSONSink, ParquetSink, Plan
from asyncsdk.columns.kinds import Items, Moment, Struct
from asyncsdk.datasets import Dataset
from asyncsdk.sinks.parquet import partitioning

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYSTEMS = [
    asyncsdk.blaize,
    asyncsdk.cognitive3d,
    asyncsdk.livepeer,
    asyncsdk.unleash.analytics,
    asyncsdk.unleash.platform,
]
EACH = [each for system in SYSTEMS for each in vars(system.datasets).values() if isinstance(each, Dataset)]
TIMED = [each for each in EACH if each.time is not None]


@pytest.fixture
def anyio_backend():
    # One loop: what is tried is what stands in the files.
    return "asyncio", {"use_uvloop": False}


def of_kind(kind, moment):
    if isinstance(kind, Moment):
        return kind.write(moment)
    if isinstance(kind, Struct):
        return {column.name: of_kind(column.kind, moment) for column in kind.columns}
    if isinstance(kind, Items):
        return [of_kind(kind.of, moment)]
    return {"text": "a", "integer": 7, "real": 0.5, "truth": True, "json": {"a": [1]}}[kind]


def row_of(data, shard, moment):
    row = {column.name: of_kind(column.kind, moment) for column in data.columns.of_model}
    return row | {data.key: shard.key} if data.key is not None and data.columns.added_key is None else row


async def written(data, sink):
    """Two keys by two days, as far as there are any: one row a shard, at noon."""
    keys = None if data.key is None else ["4460", "5001"]
    plan = (
        Plan.make(data.id, keys)
        if data.time is None
        else Plan.make(data.id, keys, NOON - DAY / 2, NOON + DAY * 3 / 2, DAY)
    )
    for shard in plan:
        moment = NOON if shard.start is None else datetime.fromtimestamp(shard.start / 1000, UTC) + DAY / 2
        async with sink.open(shard) as writer:
            rows = [row_of(data, shard, moment)]
            await writer.write(data.columns.to_batch(rows, shard.key) if sink.form == "arrow" else rows)
    return len(plan)


def test_there_are_all_of_them():
    assert len(EACH) == 19


@pytest.mark.parametrize("data", EACH, ids=lambda each: each.id)
async def test_parquet_is_read_back_by_three_readers(data, tmp_path):
    count = await written(data, ParquetSink(tmp_path))
    columns = {*data.schema().names, *([] if data.day is None else [data.day])}
    tables = [
        pq.read_table(tmp_path),
        pq.read_table(tmp_path, partitioning=partitioning(data)),
        duckdb.sql(f"set timezone = 'UTC'; from '{tmp_path}/**/*.parquet'").to_arrow_table(),
        pl.scan_parquet(tmp_path).collect().to_arrow(),
    ]
    for table in tables:
        assert set(table.column_names) == columns
        assert table.num_rows == count
        if data.key is not None:
            assert {str(each) for each in table[data.key].to_pylist()} == {"4460", "5001"}
        if data.time is not None:
            assert {str(each)[:10] for each in table[data.day].to_pylist()} == {"2026-11-01", "2026-11-02"}
    if data.time is None:
        return
    names = [column.name for column in data.columns.of_model if isinstance(column.kind, Moment)]
    assert names
    for table in tables:
        for name in names:  # with the time of day, which the folder does not have
            assert {each.hour for each in table[name].to_pylist()} == {12}


@pytest.mark.parametrize("data", TIMED, ids=lambda each: each.id)
@pytest.mark.parametrize(("make", "suffix"), [(CSVSink, "csv"), (NDJSONSink, "ndjson")])
async def test_texts_keep_their_times(data, make, suffix, tmp_path):
    count = await written(data, make(tmp_path))
    name = next(column.name for column in data.columns.of_model if isinstance(column.kind, Moment))
    table = duckdb.sql(f"from '{tmp_path}/**/*.{suffix}'")
    assert len(table.fetchall()) == count
    assert {name, data.day} <= set(table.columns)
    assert len(table.select(f'"{name}"').distinct().fetchall()) == 2
    scan = pl.scan_csv if make is CSVSink else pl.scan_ndjson
    frame = scan(tmp_path).collect()
    assert frame.height == count
    assert all("12:00" in str(each) or str(each).endswith("00000") for each in frame[name].to_list())
