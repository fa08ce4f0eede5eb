"""What decoding one page costs: to rows and to Arrow, by us and by what one would write by hand.

    python benchmarks/decode.py [--quick] [--rounds 31]

Pages of 20, 1,000 and 10,000 rows. Rounds are interleaved, and only the ratios of one run mean something: times drift. Figures are
against `orjson.loads`, which gives lists of lists and nothing more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from datetime import datetime
from pathlib import Path

import attrs
import httpx
import msgspec
import orjson
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _measure import versions
from _pages import KEYS, page

from asyncsdk.columns import model_schema, to_wire
from asyncsdk.http.reply import Reply
from asyncsdk.unleash.analytics.client import ROWS
from asyncsdk.unleash.analytics.page import decode_any, decode_page
from asyncsdk.unleash.analytics.pages import read_page
from asyncsdk.unleash.analytics.plain import plain_page
from asyncsdk.unleash.analytics.rows import AnalyticsRow

SIZES = (20, 1_000, 10_000)
STRINGS = pa.dictionary(pa.int32(), pa.string())
TYPES = [pa.int64() if name in ("count", "frame_number") else STRINGS for name in KEYS[:-1]]


@attrs.define
class Row:
    class_name: str
    count: int
    device_id: str
    frame_number: int
    model_id: str
    session_id: str
    source_file_name: str
    timestamp: datetime


class Typed(msgspec.Struct):
    keys: list[str]
    total_num_pages: int
    data: list[tuple[str, int, str, int, str, str, str, datetime]]


typed = msgspec.json.Decoder(Typed).decode


def attrs_by_orjson(data):
    parse = datetime.fromisoformat
    return [Row(*row[:7], parse(row[7])) for row in orjson.loads(data)["data"]]


def attrs_by_msgspec(data):
    return [Row(*row) for row in typed(data).data]


def arrow(kinds):
    def decode(data):
        columns = list(zip(*orjson.loads(data)["data"], strict=True))
        made = [pa.array(values, kind) for values, kind in zip(columns[:7], kinds, strict=True)]
        made.append(pa.array(columns[7]).cast(pa.timestamp("ms", "UTC")))
        return pa.record_batch(made, names=KEYS)

    return decode


def arrow_from_dicts(data):
    rows = [dict(zip(KEYS, row, strict=True)) for row in orjson.loads(data)["data"]]
    return pa.Table.from_pylist(rows)


def ours_to_rows(data):
    return read_page(Reply(ROWS, 200, httpx.Headers(), data))


CONTESTANTS = {
    "orjson.loads": orjson.loads,
    "json.loads": json.loads,
    "msgspec, typed tuples with datetimes": typed,
    "attrs rows: asyncsdk": ours_to_rows,
    "attrs rows: msgspec, then the class on each": attrs_by_msgspec,
    "attrs rows: orjson, fromisoformat": attrs_by_orjson,
    "Arrow: asyncsdk": decode_page,
    "Arrow: asyncsdk, fast path": plain_page,
    "Arrow: asyncsdk, slow path": decode_any,
    "Arrow: orjson, zip, pa.array": arrow(model_schema(AnalyticsRow).types[:7]),
    "Arrow: orjson, zip, pa.array with dictionaries": arrow(TYPES),
    "Arrow: orjson, dicts, Table.from_pylist": arrow_from_dicts,
}


def check(data):
    """All ways give the same rows."""
    rows = [dict(zip(KEYS, row, strict=True)) for row in orjson.loads(data)["data"]]
    for decoded in (decode_page(data).batch, plain_page(data)[0], decode_any(data)[0], arrow(TYPES)(data)):
        assert to_wire(decoded, AnalyticsRow) == rows
    assert [row.timestamp for row in ours_to_rows(data)[0]] == [row.timestamp for row in attrs_by_msgspec(data)]


def medians(data, rounds, times):
    """Microseconds of CPU for one page, by contestant."""
    found = {name: [] for name in CONTESTANTS}
    for number in range(rounds + 1):
        for name, decode in CONTESTANTS.items():
            started = time.process_time()
            for _ in range(times):
                decode(data)
            if number:
                found[name].append((time.process_time() - started) / times * 1e6)
    return {name: statistics.median(values) for name, values in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument("--rounds", type=int, default=31)
    options = parser.parse_args()
    rounds = 5 if options.quick else options.rounds
    pages = {size: page(size, 1) for size in SIZES}
    for data in pages.values():
        check(data)
    found = {size: medians(data, rounds, max(1, 5_000 // size)) for size, data in pages.items()}
    print(f"{versions('orjson', 'msgspec', 'pyarrow')}; CPU, medians of {rounds} rounds, ratios to orjson.loads")
    print(f"{'one page of':<50}" + "".join(f"{f'{size:,} rows':>20}" for size in SIZES))
    for name in CONTESTANTS:
        cells = (
            f"{found[size][name]:>10.0f} µs {found[size][name] / found[size]['orjson.loads']:>5.2f}x" for size in SIZES
        )
        print(f"{name:<50}" + " ".join(cells))


if __name__ == "__main__":
    main()
