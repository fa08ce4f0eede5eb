"""The fan-out as a specialist writes it by hand: aiohttp, uvloop, orjson and a semaphore.

Each function takes the base URL, the devices and how many requests at once, does all its work from opening its connections to
closing them, and gives the number of rows.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import aiohttp
import attrs
import orjson
import pyarrow as pa
import uvloop
from _pages import HEADERS, path


@attrs.define
class Row:
    """A row as one writes it who wants speed: not frozen, which makes it 1.7 times as quick to build."""

    class_name: str
    count: int
    device_id: str
    frame_number: int
    model_id: str
    session_id: str
    source_file_name: str
    timestamp: datetime


@attrs.frozen
class FrozenRow:
    """A row like ours."""

    class_name: str
    count: int
    device_id: str
    frame_number: int
    model_id: str
    session_id: str
    source_file_name: str
    timestamp: datetime


def _raw(page):
    return len(page["data"])


def _objects(kind):
    def rows(page):
        parse = datetime.fromisoformat
        made = [kind(*row[:7], parse(row[7])) for row in page["data"]]
        count = 0
        for _ in made:
            count += 1
        return count

    return rows


_SCHEMA = pa.schema(
    [
        ("class_name", pa.dictionary(pa.int32(), pa.string())),
        ("count", pa.int64()),
        ("device_id", pa.dictionary(pa.int32(), pa.string())),
        ("frame_number", pa.int64()),
        ("model_id", pa.dictionary(pa.int32(), pa.string())),
        ("session_id", pa.dictionary(pa.int32(), pa.string())),
        ("source_file_name", pa.dictionary(pa.int32(), pa.string())),
        ("timestamp", pa.string()),
    ]
)
_TIME = pa.timestamp("ms", "UTC")


def _arrow(page):
    columns = [
        pa.array(values, kind) for values, kind in zip(zip(*page["data"], strict=True), _SCHEMA.types, strict=True)
    ]
    columns[7] = columns[7].cast(_TIME)
    return pa.record_batch(columns, names=_SCHEMA.names).num_rows


def _expert(consume):
    async def walk(session, semaphore, base, device):
        async def one(number):
            async with semaphore, session.get(base + path(device, number)) as answer:
                return orjson.loads(await answer.read())

        first = await one(1)

        async def rest(number):
            return consume(await one(number))

        found = await asyncio.gather(*(rest(number) for number in range(2, first["total_num_pages"] + 1)))
        return consume(first) + sum(found)

    async def main(base, devices, at_once):
        connector = aiohttp.TCPConnector(limit=at_once)
        semaphore = asyncio.Semaphore(at_once)
        async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:
            return sum(await asyncio.gather(*(walk(session, semaphore, base, device) for device in devices)))

    def run(base, devices, at_once):
        return uvloop.run(main(base, devices, at_once))

    return run


expert = _expert(_raw)
expert_to_attrs = _expert(_objects(Row))
expert_to_frozen_attrs = _expert(_objects(FrozenRow))
expert_to_arrow = _expert(_arrow)
