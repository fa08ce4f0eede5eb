"""The columns of analytics rows: what files that were written hold must stay."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from asyncsdk import AnalyticsRow
from asyncsdk.columns import columns_of, model_schema, to_batch as batch_of, to_wire as rows_of

DOCUMENT = json.loads((Path(__file__).parents[1] / "data" / "analytics_document.json").read_text())
NOON = 1_597_665_600_000  # 2020-08-17T12:00:00Z
COLUMNS = [column.name for column in columns_of(AnalyticsRow)]


def to_batch(rows):
    return batch_of(AnalyticsRow, rows)


def to_wire(batch):
    return rows_of(batch, AnalyticsRow)


def schema():
    return model_schema(AnalyticsRow)


def row(**changes):
    known = {
        "class_name": "person",
        "count": 3,
        "device_id": "W1",
        "frame_number": 7,
        "model_id": "m",
        "session_id": "1597622730877",
        "source_file_name": "W1?token=test-secret",
        "timestamp": "2020-08-17T12:00:00.000Z",
    }
    return known | changes


def test_the_schema_has_the_documented_columns_in_order_then_extra():
    assert schema().names == [*COLUMNS, "extra"]
    assert schema().field("count").type == schema().field("frame_number").type == pa.int64()
    assert schema().field("timestamp").type == pa.timestamp("ms", tz="UTC")
    others = set(schema().names) - {"count", "frame_number", "timestamp"}
    assert {schema().field(name).type for name in others} == {pa.string()}


@pytest.mark.parametrize("name", ["introduction", "size_optimized"])
def test_the_documented_rows_come_back_field_by_field(name):
    page = DOCUMENT[name]
    rows = [dict(zip(page["keys"], each, strict=True)) for each in page["data"]]
    assert to_wire(to_batch(rows)) == rows


def test_the_documented_tableau_rows_come_back_field_by_field():
    rows = DOCUMENT["tableau"]["data"]
    assert to_wire(to_batch(rows)) == rows


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{}],
        [{}, row(), {}],
        [row(), row(count="3")],
        [row(count=1.5)],
        [row(count=None), row()],
        [row(count=True), row()],
        [row(count=2**63), row(frame_number=2**70)],
        [row(session_id=1597622730877), row()],
        [row(timestamp="2020-08-17T12:00:00Z"), row()],
        [row(timestamp=None), row()],
        [row(timestamp="0000-01-01T00:00:00.000Z")],
        [row(score=0.5, tags=["a", {"b": None}]), row(), row(extra={"count": 1})],
    ],
)
def test_every_batch_has_the_one_schema_and_gives_the_wire_rows_back(rows):
    batch = to_batch(rows)
    assert batch.schema == schema()
    assert batch.num_rows == len(rows)
    batch.validate(full=True)
    assert to_wire(batch) == rows


def test_a_column_holds_what_can_be_read_and_extra_what_was_sent():
    batch = to_batch([row(), row(count="3", score=1), row(timestamp="2020-08-17T12:00:00.0019Z")])
    assert batch.column("count").to_pylist() == [3, 3, 3]
    assert batch.column("timestamp").cast(pa.int64()).to_pylist() == [NOON, NOON, NOON + 1]
    assert batch.column("extra").to_pylist() == [
        None,
        '{"count":"3","score":1}',
        '{"timestamp":"2020-08-17T12:00:00.0019Z"}',
    ]


def test_a_whole_float_counts_as_its_integer_and_needs_no_extra():
    batch = to_batch([row(count=1.0)])
    assert batch.column("count").to_pylist() == [1]
    assert batch.column("extra").null_count == 1


def test_a_slice_of_a_batch_gives_its_own_rows():
    rows = [row(count=at, timestamp=f"2020-08-17T12:00:0{at}.000Z") for at in range(5)]
    assert to_wire(to_batch(rows).slice(2, 2)) == rows[2:4]


def test_a_table_of_many_batches_gives_their_rows():
    rows = [row(count=at, score=at) for at in range(4)]
    table = pa.Table.from_batches([to_batch(rows[:1]), to_batch(rows[1:])])
    assert to_wire(table) == rows


def test_columns_of_another_making_are_passed_over():
    table = pa.Table.from_batches([to_batch([row()])]).append_column("date", pa.array(["2020-08-17"]))
    assert to_wire(table) == [row()]


cells = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
cells |= st.text(st.characters(codec="utf-8")) | st.lists(st.integers(), max_size=2)
cells |= st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")


@given(st.lists(st.dictionaries(st.sampled_from([*COLUMNS, "score", "größe"]), cells), max_size=4))
def test_any_rows_come_back_as_they_were(rows):
    assert to_wire(to_batch(rows)) == rows
