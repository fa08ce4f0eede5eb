from __future__ import annotations

import csv
import io
import json

import pytest

from asyncsdk import AnalyticsRow, to_dict
from asyncsdk.cli.request import Format
from asyncsdk.cli.rows import RowLines, csv_header, csv_lines, ndjson
from asyncsdk.codec import from_dict

WIRE = {
    "class_name": "person",
    "count": 1,
    "device_id": "Wa",
    "frame_number": 7,
    "model_id": "m",
    "session_id": "1597622730877",
    "source_file_name": 'a, "b"\nc',
    "timestamp": "2020-08-17T02:08:49.000Z",
}
ODD = {"class_name": "", "count": "12", "timestamp": "2020-08-17", "model_id": None, "zone": {"deep": [1]}}


class Written:
    """In place of stdout: each write on its own."""

    def __init__(self):
        self.writes = []

    async def write(self, data):
        self.writes.append(bytes(data))


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def row(wire):
    return from_dict(AnalyticsRow, wire)


def cells(data):
    return list(csv.DictReader(io.StringIO((csv_header() + data).decode(), newline="")))


def test_ndjson_gives_each_row_as_it_was_sent():
    assert [json.loads(line) for line in ndjson(map(row, [WIRE, ODD])).splitlines()] == [WIRE, ODD]


def test_csv_gives_plain_rows_as_they_were_sent():
    (found,) = cells(csv_lines([row(WIRE)]))
    assert found == {**WIRE, "count": "1", "frame_number": "7", "extra": ""}


def test_csv_keeps_beside_the_columns_what_they_do_not_hold():
    (found,) = cells(csv_lines([row(ODD)]))
    assert (found["class_name"], found["count"], found["timestamp"]) == ("", "12", "2020-08-17T00:00:00.000Z")
    assert json.loads(found["extra"]) == ODD


@pytest.mark.anyio
async def test_rows_are_written_by_the_hundred():
    out, clock = Written(), Clock()
    lines = RowLines(Format.NDJSON, out, clock)
    for _ in range(1100):
        await lines.add(row(WIRE))
    await lines.flush()
    assert [len(each.splitlines()) for each in out.writes] == [500, 500, 100]
    assert [json.loads(line) for each in out.writes for line in each.splitlines()] == [to_dict(row(WIRE))] * 1100


@pytest.mark.anyio
async def test_rows_do_not_wait_for_a_service_that_pauses():
    out, clock = Written(), Clock()
    lines = RowLines(Format.NDJSON, out, clock)
    await lines.add(row(WIRE))
    assert out.writes == []
    clock.now = 1.0
    await lines.add(row(WIRE))
    assert len(out.writes[0].splitlines()) == 2


@pytest.mark.anyio
async def test_csv_has_one_header_even_without_rows():
    out = Written()
    lines = RowLines(Format.CSV, out)
    await lines.flush()
    await lines.add(row(WIRE))
    await lines.flush()
    assert out.writes[0] == csv_header()
    assert b"".join(out.writes).count(b"class_name") == 1
