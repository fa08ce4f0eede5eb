"""Rows as lines of CSV: the bytes that the sinks write to files and the command line to stdout."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from ..columns.cells import ABSENT, cell, extra_text, wire_value
from ..columns.kinds import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..columns import Column
    from ..datasets.columns import Columns

_TRUTHS = {True: "true", False: "false"}


def csv_header(columns: Columns) -> bytes:
    """The names of the columns: the key's where rows do not have it themselves, those of the model, then ``extra``."""
    key = [] if columns.added_key is None else [columns.added_key]
    return _csv([[*key, *(column.name for column in columns.of_model), columns.extra]])


def csv_lines(columns: Columns, items: Any, key: str | None = None) -> bytes:
    """Each row's values in the order of `csv_header`.

    What stands where is said in `asyncsdk.columns.cells`; objects and lists are JSON text. An empty cell is one that the row did
    not have, unless ``extra`` says otherwise: it does for null and for an empty string.

    Args:
        columns: of the data set.
        items: rows, wire rows, or a record batch.
        key: whose they are.
    """
    first = [] if columns.added_key is None else [key]
    known = {column.name for column in columns.of_model}
    return _csv([*first, *_cells(columns.of_model, known, row)] for row in columns.to_wire(items))


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    # Lines end as RFC 4180 has it: with another end Python 3.11 would not quote a lone carriage return.
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cells(columns: Iterable[Column], known: set[str], row: Mapping[str, Any]) -> Iterator[Any]:
    extra = {name: value for name, value in row.items() if name not in known}
    for column in columns:
        value = row.get(column.name, ABSENT)
        held, exact = cell(column.kind, value)
        if not exact or value == "":
            extra[column.name] = value
        if held is None:
            yield ""
        elif isinstance(column.kind, Moment):
            yield value if exact else wire_value(column.kind, held)
        else:
            yield _TRUTHS[held] if column.kind == "truth" else held
    yield extra_text(extra)
