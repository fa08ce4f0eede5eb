from __future__ import annotations

import gzip
import json
import sys

import pytest

from asyncsdk import AnalyticsRow
from asyncsdk.codec import from_dict
from asyncsdk.columns import to_batch
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import NDJSONSink
from asyncsdk.sinks.compression import _zstd

SUFFIXES = {None: ".ndjson", "gzip": ".ndjson.gz", "zstd": ".ndjson.zst"}


def opened(content, compression):
    if compression == "gzip":
        return gzip.decompress(content)
    return _zstd().decompress(content) if compression == "zstd" else content


def lines(content, compression=None):
    return [json.loads(line) for line in opened(content, compression).splitlines()]


async def write(sink, shard, *parts):
    async with sink.open(shard) as writer:
        for each in parts:
            await writer.write(each)


@pytest.mark.anyio
@pytest.mark.parametrize("compression", SUFFIXES)
async def test_each_line_is_a_row_as_it_was_sent(tmp_path, shard, rows, files, compression):
    odd = {
        "timestamp": "2020-08-17T06:00:00Z",
        "count": 1.5,
        "score": {"a": [None, 2**70]},
        "class_name": "grün\u2028\n",
    }
    wire = [*rows(shard()), {}, odd, {"class_name": "caf\ud83d", "caf\ude00": 1}]
    await write(NDJSONSink(tmp_path, compression), shard(), wire[:2], wire[2:])
    [(name, content)] = files(tmp_path).items()
    assert name.endswith(f"000Z{SUFFIXES[compression]}")
    assert lines(content, compression) == wire


@pytest.mark.anyio
async def test_the_keys_of_a_row_keep_their_order(tmp_path, shard, files):
    await write(NDJSONSink(tmp_path), shard(), [{"timestamp": "2020-08-17T06:00:00.000Z", "count": 1}])
    [content] = files(tmp_path).values()
    assert content == b'{"timestamp":"2020-08-17T06:00:00.000Z","count":1}\n'


@pytest.mark.anyio
async def test_models_and_batches_give_the_rows_they_were_made_of(tmp_path, shard, rows, files):
    wire = [*rows(shard()), {"count": None, "score": 1}]
    await write(
        NDJSONSink(tmp_path), shard(), [from_dict(AnalyticsRow, row) for row in wire], to_batch(AnalyticsRow, wire)
    )
    [content] = files(tmp_path).values()
    assert lines(content) == wire + wire


@pytest.mark.anyio
@pytest.mark.parametrize("compression", SUFFIXES)
async def test_the_bytes_are_the_same_each_time_whatever_comes_at_a_time(tmp_path, shard, rows, files, compression):
    wire = rows(shard(), 3000)
    for name, size in {"one": 3000, "some": 7, "more": 1001}.items():
        parts = [wire[at : at + size] for at in range(0, 3000, size)]
        await write(NDJSONSink(tmp_path / name, compression), shard(), *parts)
    contents = {next(iter(files(tmp_path / name).values())) for name in ("one", "some", "more")}
    assert len(contents) == 1
    assert lines(contents.pop(), compression) == wire


@pytest.mark.anyio
async def test_no_pyarrow_is_needed_for_rows(tmp_path, shard, rows, files, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    await write(NDJSONSink(tmp_path), shard(), rows(shard()))
    assert lines(next(iter(files(tmp_path).values()))) == rows(shard())


def test_a_compression_that_there_is_not_is_refused():
    with pytest.raises(ConfigurationError, match="gzip, zstd or None, not 'rar'"):
        NDJSONSink("out", "rar")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="zstd is in the standard library")
def test_zstd_without_its_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.delattr("backports.zstd", raising=False)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[zstd\]"):
        NDJSONSink("out", "zstd")
