from __future__ import annotations

import json

import pytest

from asyncsdk import AnalyticsRow
from asyncsdk.cli.pull.rows import Format, RowLines
from asyncsdk.cli.pull.source import Source
from asyncsdk.cli.unleash import UnleashWay
from asyncsdk.codec import from_dict
from asyncsdk.sinks.lines import csv_header
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

ROWS = Source(ROWS_OF_DEVICES, UnleashWay)
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


@pytest.mark.anyio
async def test_rows_are_written_by_the_hundred():
    out, clock = Written(), Clock()
    lines = RowLines(ROWS.lines(Format.NDJSON), out, clock)
    for _ in range(1100):
        await lines.add(row(WIRE))
    await lines.flush()
    assert [len(each.splitlines()) for each in out.writes] == [500, 500, 100]
    assert [json.loads(line) for each in out.writes for line in each.splitlines()] == [WIRE] * 1100


@pytest.mark.anyio
async def test_rows_do_not_wait_for_a_service_that_pauses():
    out, clock = Written(), Clock()
    lines = RowLines(ROWS.lines(Format.NDJSON), out, clock)
    await lines.add(row(WIRE))
    assert out.writes == []
    clock.now = 1.0
    await lines.add(row(WIRE))
    assert len(out.writes[0].splitlines()) == 2


@pytest.mark.anyio
async def test_csv_has_one_header_even_without_rows():
    out = Written()
    lines = RowLines(ROWS.lines(Format.CSV), out)
    await lines.flush()
    await lines.add(row(WIRE))
    await lines.flush()
    assert out.writes[0] == csv_header(ROWS_OF_DEVICES.columns)
    assert b"".join(out.writes).count(b"class_name") == 1
