from __future__ import annotations

import csv
import gzip
import io
import json
import sys

import pytest
from hypothesis import given, strategies as st

from asyncsdk.sinks import CSVSink
from asyncsdk.sinks.compression import _zstd
from asyncsdk.sinks.delimited import _Table
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

COLUMNS = {column.name: column.kind for column in ROWS_OF_DEVICES.columns.of_model}
HEADER = [*COLUMNS, "extra"]


def table(*parts):
    file = io.BytesIO()
    encoder = _Table(file, None, ROWS_OF_DEVICES.columns, "W1")
    for each in parts:
        encoder.write(each)
    encoder.close()
    return file.getvalue().decode()


def wire(text):
    """The rows of a file, by the rule that its documentation gives."""
    made = []
    for cells in csv.DictReader(io.StringIO(text, newline="")):
        row = {
            name: int(cells[name]) if kind == "integer" else cells[name]
            for name, kind in COLUMNS.items()
            if cells[name]
        }
        made.append(row | json.loads(cells["extra"] or "{}"))
    return made


def test_a_file_has_a_header_the_documented_columns_and_extra(shard, rows):
    lines = table(rows(shard(), 1)).splitlines()
    assert lines == [
        "class_name,count,device_id,frame_number,model_id,session_id,source_file_name,timestamp,extra",
        "person,0,W9d3f1bcad8e8abd,0,starter-ai,1597622730877,W9d3f1bcad8e8abd?token=test-secret,2020-08-17T06:00:00.000Z,",
    ]


def test_no_rows_are_a_header():
    assert table() == table([]) == ",".join(HEADER) + "\r\n"


def test_what_a_cell_cannot_hold_stands_in_extra(shard, rows):
    [row] = rows(shard(), 1, count=1.5, class_name="", model_id=None, session_id=12, score=[1])
    [cells] = csv.DictReader(io.StringIO(table([row])))
    assert (cells["count"], cells["class_name"], cells["model_id"], cells["session_id"]) == ("", "", "", "12")
    assert json.loads(cells["extra"]) == {
        "count": 1.5,
        "class_name": "",
        "model_id": None,
        "session_id": 12,
        "score": [1],
    }
    assert wire(table([row])) == [row]


json_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values |= st.text(st.characters(codec="utf-8")) | st.just("caf\ud83d") | st.lists(st.integers(), max_size=2)
json_values |= st.sampled_from(
    ["a,b", 'a"b', "a\nb", "a\r\nb", "\r", "\x00", "=1+1", " a ", "2020-08-17T06:00:00.000Z"]
)


@given(st.lists(st.dictionaries(st.sampled_from([*COLUMNS, "score"]), json_values), max_size=4))
def test_any_rows_can_be_read_back(rows):
    assert wire(table(rows)) == rows


@pytest.mark.anyio
@pytest.mark.parametrize(("compression", "suffix"), [(None, ".csv"), ("gzip", ".csv.gz"), ("zstd", ".csv.zst")])
async def test_a_file_may_be_compressed(tmp_path, shard, rows, files, compression, suffix):
    async with CSVSink(tmp_path, compression).open(shard()) as writer:
        await writer.write(rows(shard()))
    [(name, content)] = files(tmp_path).items()
    assert name.endswith(f"000Z{suffix}")
    plain = {None: bytes, "gzip": gzip.decompress, "zstd": lambda data: _zstd().decompress(data)}[compression](content)
    assert wire(plain.decode()) == rows(shard())


@pytest.mark.anyio
async def test_no_pyarrow_is_needed_for_rows(tmp_path, shard, rows, files, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    async with CSVSink(tmp_path).open(shard()) as writer:
        await writer.write(rows(shard()))
    assert wire(next(iter(files(tmp_path).values())).decode()) == rows(shard())
