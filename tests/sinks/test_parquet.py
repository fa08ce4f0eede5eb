from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from asyncsdk import AnalyticsRow
from asyncsdk.columns import model_schema, to_batch, to_wire
from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import ParquetSink
from asyncsdk.sinks.parquet import partitioning
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

DOCUMENT = json.loads((Path(__file__).parents[1] / "data" / "analytics_document.json").read_text())


async def write(sink, shard, *parts):
    async with sink.open(shard) as writer:
        for each in parts:
            await writer.write(each)


def only_file(root):
    [path] = root.rglob("*.parquet")
    return path


@pytest.fixture
async def tree(tmp_path, shard, rows):
    """Two devices of two hours, one of them empty; and the wire rows."""
    sink, expected = ParquetSink(tmp_path), []
    for device in ("W1", "W2"):
        for hour in (6, 7):
            each = shard(hour, hour + 1, device)
            await write(sink, each, rows(each))
            expected += rows(each)
    await write(sink, shard(8, 9, "W3"))
    return tmp_path, expected


def by_row(rows):
    return sorted(rows, key=lambda row: (row["device_id"], row["timestamp"], row["count"]))


@pytest.mark.anyio
async def test_the_nine_documented_rows_come_back_field_by_field(tmp_path, shard):
    pages = {"W9d3f1bcad8e8abd": DOCUMENT["introduction"], "Wabcdb35be35bb72": DOCUMENT["size_optimized"]}
    expected = []
    for (device, page), hour in zip(pages.items(), (6, 2), strict=True):
        wire = [dict(zip(page["keys"], row, strict=True)) for row in page["data"]]
        await write(ParquetSink(tmp_path), shard(hour, hour + 1, device), to_batch(AnalyticsRow, wire))
        expected += wire
    assert len(expected) == 9
    assert by_row(to_wire(pq.read_table(tmp_path), AnalyticsRow)) == by_row(expected)


@pytest.mark.anyio
async def test_read_table_reads_the_tree(tree):
    root, expected = tree
    assert by_row(to_wire(pq.read_table(root), AnalyticsRow)) == by_row(expected)


@pytest.mark.anyio
async def test_a_hive_data_set_reads_the_tree(tree):
    root, expected = tree
    assert by_row(to_wire(ds.dataset(root, partitioning="hive").to_table(), AnalyticsRow)) == by_row(expected)
    one = ds.dataset(root, partitioning="hive").to_table(filter=ds.field("device_id") == "W2")
    assert by_row(to_wire(one, AnalyticsRow)) == by_row([row for row in expected if row["device_id"] == "W2"])


@pytest.mark.anyio
async def test_a_single_file_is_read_without_its_device_which_stands_in_the_path(tmp_path, shard, rows):
    await write(ParquetSink(tmp_path), shard(), rows(shard()))
    path = only_file(tmp_path)
    without = [{name: value for name, value in row.items() if name != "device_id"} for row in rows(shard())]
    # pyarrow took the device from the path of a single file, too, before it stopped doing so.
    assert to_wire(pq.read_table(path), AnalyticsRow) in (without, rows(shard()))
    assert to_wire(pq.ParquetFile(path).read(), AnalyticsRow) == without
    assert to_wire(ds.dataset(path, partitioning="hive").to_table(), AnalyticsRow) == rows(shard())


@pytest.mark.anyio
async def test_device_ids_that_look_like_numbers_stay_texts_if_one_asks_for_it(tmp_path, shard, rows):
    sink = ParquetSink(tmp_path)
    await write(sink, shard(device="007"), rows(shard(device="007")))
    assert pq.read_table(tmp_path)["device_id"].to_pylist() == [7, 7, 7]
    assert to_wire(pq.read_table(tmp_path, partitioning=partitioning(ROWS_OF_DEVICES)), AnalyticsRow) == rows(
        shard(device="007")
    )
    assert to_wire(ds.dataset(tmp_path, partitioning=partitioning(ROWS_OF_DEVICES)).to_table(), AnalyticsRow) == rows(
        shard(device="007")
    )


@pytest.mark.anyio
async def test_all_files_have_the_one_schema_an_empty_one_too(tree):
    root, _ = tree
    expected = model_schema(AnalyticsRow).remove(model_schema(AnalyticsRow).get_field_index("device_id"))
    paths = list(root.rglob("*.parquet"))
    assert len(paths) == 5
    assert all(pq.read_schema(path).equals(expected) for path in paths)


@pytest.mark.anyio
async def test_what_does_not_fit_a_column_comes_back_from_the_file(tmp_path, shard, rows):
    wire = rows(shard()) + [
        {**rows(shard())[0], **changes}
        for changes in ({"count": "3"}, {"count": None}, {"score": [1]}, {"timestamp": "2020-08-17T06:00:00Z"})
    ]
    await write(ParquetSink(tmp_path), shard(), wire)
    assert to_wire(pq.read_table(tmp_path), AnalyticsRow) == wire


@pytest.mark.anyio
async def test_a_row_of_another_device_keeps_it(tmp_path, shard, rows):
    wire = [
        rows(shard())[0],
        {**rows(shard())[1], "device_id": "another"},
        {**rows(shard())[1], "device_id": "another", "score": 1},
        {**rows(shard())[1], "device_id": None},
        {**rows(shard())[1], "device_id": 7},
    ]
    await write(ParquetSink(tmp_path), shard(), wire)
    table = pq.read_table(tmp_path)
    assert set(table["device_id"].to_pylist()) == {shard().key}
    assert to_wire(table, AnalyticsRow) == wire


@pytest.mark.anyio
async def test_row_groups_are_cut_by_the_number_of_rows_whatever_comes_at_a_time(tmp_path, shard, rows, files):
    wire = rows(shard(), 25)
    for name, size in {"one": 25, "each": 1, "sevens": 7, "tens": 10}.items():
        parts = [wire[at : at + size] for at in range(0, 25, size)]
        await write(ParquetSink(tmp_path / name, row_group_size=10), shard(), *parts)
    contents = [next(iter(files(tmp_path / name).values())) for name in ("one", "each", "sevens", "tens")]
    assert len(set(contents)) == 1
    meta = pq.read_metadata(only_file(tmp_path / "one"))
    assert [meta.row_group(at).num_rows for at in range(meta.num_row_groups)] == [10, 10, 5]
    assert to_wire(pq.read_table(tmp_path / "one"), AnalyticsRow) == wire


@pytest.mark.anyio
async def test_a_row_group_goes_to_the_disk_as_soon_as_it_is_full(tmp_path, shard, rows):
    """Memory follows the row group, and not the shard."""
    batch = to_batch(AnalyticsRow, rows(shard(), 100))
    async with ParquetSink(tmp_path, row_group_size=1000, compression="none").open(shard()) as writer:
        [draft] = tmp_path.rglob("*.tmp")
        held = []
        for _ in range(200):
            await writer.write(batch)
            held.append(writer._work._encoder._count)
        assert max(held) < 1000
        assert draft.stat().st_size > 19 * 1000


@pytest.mark.anyio
async def test_what_is_held_of_a_row_group_is_much_less_than_its_rows(tmp_path, shard, rows):
    """A backfill has a row group for each shard that it writes."""
    batch = to_batch(
        AnalyticsRow, rows(shard(), 100, source_file_name="W1-1597644023-17-Aug-20-06-00-23.mp4", model_id="a" * 30)
    )
    async with ParquetSink(tmp_path, row_group_size=1000).open(shard()) as writer:
        for _ in range(9):
            await writer.write(batch)
        held = writer._work._encoder._held
        assert sum(each.num_rows for each in held) == 900
        assert sum(each.get_total_buffer_size() for each in held) < 9 * batch.nbytes / 2


@pytest.mark.anyio
async def test_the_bytes_are_those_of_the_rows_as_pyarrow_writes_them(tmp_path, shard, rows, files):
    """How a row group is held while it grows shows nowhere: not at its edges, not among texts that are missing or all differ."""
    varied = [
        {**row, "session_id": str(at), "class_name": ("person", None, "car")[at % 3], "score": [at % 7, None][at > 20]}
        for at, row in enumerate(rows(shard(), 50))
    ]
    for cut in (1, 3, 16, 17, 50):
        parts = [to_batch(AnalyticsRow, varied[at : at + cut]) for at in range(0, 50, cut)]
        await write(ParquetSink(tmp_path / str(cut), row_group_size=16), shard(), *parts)
        [written] = files(tmp_path / str(cut)).values()
        plain = pa.BufferOutputStream()
        table = pa.Table.from_batches([to_batch(AnalyticsRow, varied)]).drop_columns(["device_id"])
        pq.write_table(table, plain, row_group_size=16, compression="zstd", store_schema=False)
        assert written == plain.getvalue().to_pybytes()


@pytest.mark.anyio
async def test_slices_of_batches_are_written_as_what_they_show(tmp_path, shard, rows):
    batch = to_batch(AnalyticsRow, rows(shard(), 50))
    await write(ParquetSink(tmp_path, row_group_size=8), shard(), batch.slice(3, 20), batch.slice(23, 4))
    assert to_wire(pq.read_table(tmp_path), AnalyticsRow) == rows(shard(), 50)[3:27]


@pytest.mark.anyio
async def test_the_compression_is_zstd_unless_one_says_otherwise(tmp_path, shard, rows):
    for sink, name in (
        (ParquetSink(tmp_path / "a"), "ZSTD"),
        (ParquetSink(tmp_path / "b", compression="snappy"), "SNAPPY"),
    ):
        await write(sink, shard(), rows(shard()))
        meta = pq.read_metadata(only_file(Path(sink._path)))
        assert meta.row_group(0).column(0).compression == name


@pytest.mark.parametrize("size", [0, -1])
def test_a_row_group_holds_one_row_at_least(size):
    with pytest.raises(ConfigurationError, match="row_group_size"):
        ParquetSink("out", row_group_size=size)


def test_a_compression_that_there_is_not_is_refused_at_once():
    with pytest.raises(ConfigurationError, match="compression"):
        ParquetSink("out", compression="rar")


def test_without_pyarrow_the_sink_says_so_at_once(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[arrow\]"):
        ParquetSink("out")


@pytest.mark.anyio
async def test_a_shard_of_a_device_that_is_only_a_table_is_read_by_others(tmp_path, rows):
    """Spark, DuckDB and polars read a tree of files whose partition columns stand in the path alone."""
    shard = Shard("unleash_analytics.rows", "W1", 1_597_622_400_000, 1_597_626_000_000)
    await write(ParquetSink(tmp_path), shard, rows(shard))
    assert "device_id" not in pq.read_schema(only_file(tmp_path)).names
    assert pq.read_table(tmp_path).schema.field("date").type == pa.dictionary(pa.int32(), pa.string())
