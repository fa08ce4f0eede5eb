"""Rows as lines of text, NDJSON or CSV: the bytes that the sinks write to files and the command line to stdout."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from ..columns.cells import ABSENT, COLUMNS, EXTRA, cell, extra_text, wire_value
from ..http.json_text import write_json
from .items import as_wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def ndjson_lines(items: Any) -> bytes:
    """Each row just as the service sent it.

    Args:
        items: rows, wire rows, or a record batch.
    """
    wire = as_wire(items)
    try:
        return msgspec.json.Encoder().encode_lines(wire)
    except UnicodeEncodeError:
        return b"".join(write_json(each) + b"\n" for each in wire)


def csv_header() -> bytes:
    """The names of the columns: the documented ones, then ``extra``."""
    return _csv([[*COLUMNS, EXTRA]])


def csv_lines(items: Any) -> bytes:
    """Each row's values in the order of `csv_header`.

    What stands where is said in `asyncsdk.columns.cells`. An empty cell is one that the row did not have, unless ``extra`` says
    otherwise: it does for null and for an empty string.

    Args:
        items: rows, wire rows, or a record batch.
    """
    return _csv(map(_cells, as_wire(items)))


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    # Lines end as RFC 4180 has it: with another end Python 3.11 would not quote a lone carriage return.
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: Mapping[str, Any]) -> Iterator[Any]:
    extra = {name: value for name, value in row.items() if name not in COLUMNS}
    for name, kind in COLUMNS.items():
        value = row.get(name, ABSENT)
        held, exact = cell(kind, value)
        if not exact or value == "":
            extra[name] = value
        if held is None:
            yield ""
        else:
            yield value if exact and kind == "timestamp" else wire_value(kind, held)
    yield extra_text(extra)
