"""What reads the trees afterwards: DuckDB and polars, without being told anything."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from asyncsdk import Shard
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink

pytestmark = pytest.mark.anyio


async def write(sink, shard, *parts):
    async with sink.open(shard) as writer:
        for each in parts:
            await writer.write(each)


@pytest.fixture(params=[True, False], ids=["an empty shard first", "an empty shard last"])
async def written(request, tmp_path, shard, rows):
    """Writes two devices of two days with one sink, some of their hours without a row; gives the rows."""

    async def write_all(make):
        sink, expected = make(tmp_path), []
        for device in ("W1", "W2"):
            for start in (6, 7, 30):
                each = shard(start, start + 1, device)
                wire = [] if (start == 6) is request.param else rows(each)
                await write(sink, each, wire)
                expected += wire
        return expected

    return write_all


def counts(rows):
    return sorted((row["device_id"], row["count"]) for row in rows)


async def test_duckdb_reads_csv(written, tmp_path):
    expected = await written(CSVSink)
    table = duckdb.sql(f"from read_csv('{tmp_path}/**/*.csv')")
    assert sorted(table.select("device_id, count").fetchall()) == counts(expected)
    assert "date" in table.columns


async def test_duckdb_reads_ndjson(written, tmp_path):
    expected = await written(NDJSONSink)
    table = duckdb.sql(f"from read_json('{tmp_path}/**/*.ndjson')")
    assert sorted(table.select("device_id, count").fetchall()) == counts(expected)


async def test_duckdb_reads_parquet(written, tmp_path):
    expected = await written(ParquetSink)
    table = duckdb.sql(f"from read_parquet('{tmp_path}/**/*.parquet')")
    assert sorted(table.select("device_id, count").fetchall()) == counts(expected)


@pytest.mark.parametrize("pattern", ["", "/**/*.csv"])
async def test_polars_reads_csv(written, tmp_path, pattern):
    expected = await written(CSVSink)
    frame = pl.scan_csv(f"{tmp_path}{pattern}").collect()
    assert counts(frame.to_dicts()) == counts(expected)


@pytest.mark.parametrize("pattern", ["", "/**/*.ndjson"])
async def test_polars_reads_ndjson(written, tmp_path, pattern):
    expected = await written(NDJSONSink)
    frame = pl.scan_ndjson(f"{tmp_path}{pattern}").collect()
    assert frame.to_dicts() == expected


@pytest.mark.parametrize("pattern", ["", "/**/*.parquet"])
async def test_polars_reads_parquet(written, tmp_path, pattern):
    expected = await written(ParquetSink)
    frame = pl.scan_parquet(f"{tmp_path}{pattern}", hive_partitioning=True).collect()
    assert counts(frame.to_dicts()) == counts(expected)


@pytest.mark.parametrize(("make", "suffix"), [(CSVSink, "csv.gz"), (NDJSONSink, "ndjson.gz")])
async def test_compressed_trees_are_read_too(written, tmp_path, make, suffix):
    expected = await written(lambda path: make(path, "gzip"))
    reader = "read_csv" if make is CSVSink else "read_json"
    table = duckdb.sql(f"from {reader}('{tmp_path}/**/*.{suffix}')")
    assert sorted(table.select("device_id, count").fetchall()) == counts(expected)
    scan = pl.scan_csv if make is CSVSink else pl.scan_ndjson
    assert counts(scan(f"{tmp_path}/**/*.{suffix}").collect().to_dicts()) == counts(expected)


@pytest.mark.parametrize("make", [CSVSink, NDJSONSink, ParquetSink])
async def test_rows_without_their_key_tell_it_all_the_same(tmp_path, tags, make):
    sink = make(tmp_path)
    for key in ("m1", "m/2"):
        await write(sink, Shard(tags.id, key), [{"name": f"tag of {key}", "value": 1}])
    await write(sink, Shard(tags.id, "m3"))
    suffix = {CSVSink: "csv", NDJSONSink: "ndjson", ParquetSink: "parquet"}[make]
    reader = {CSVSink: "read_csv", NDJSONSink: "read_json", ParquetSink: "read_parquet"}[make]
    table = duckdb.sql(f"from {reader}('{tmp_path}/**/*.{suffix}')")
    assert sorted(table.select("meter, name").fetchall()) == [("m/2", "tag of m/2"), ("m1", "tag of m1")]
