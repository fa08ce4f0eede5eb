"""Analytics rows as lines of text on stdout: NDJSON, or CSV with the documented columns."""

from __future__ import annotations

import csv
import io
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from ..codec import to_dict
from ..columns.cells import COLUMNS, EXTRA, extra_text, split, wire_value
from .request import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..unleash.rows import AnalyticsRow
    from .stdout import StandardOutput

_AT_ONCE = 1 << 16
_AT_LATEST = 0.25


class RowLines:
    """Collects rows and hands them on by the thousand, and soon after the service has paused.

    Args:
        format: NDJSON or CSV.
        stdout: where the lines go.
        clock: seconds, for tests.
    """

    def __init__(self, format: Format, stdout: StandardOutput, clock: Callable[[], float] = monotonic) -> None:  # noqa: A002
        self._encode = ndjson_line if format is Format.NDJSON else csv_line
        self._held = bytearray(b"" if format is Format.NDJSON else csv_header())
        self._stdout = stdout
        self._clock = clock
        self._flushed = clock()

    async def add(self, row: AnalyticsRow) -> None:
        """Take one row."""
        self._held += self._encode(row)
        if len(self._held) >= _AT_ONCE or self._clock() - self._flushed > _AT_LATEST:
            await self.flush()

    async def flush(self) -> None:
        """Write what is held."""
        lines, self._held = self._held, bytearray()
        await self._stdout.write(lines)
        self._flushed = self._clock()


def ndjson_line(row: AnalyticsRow) -> bytes:
    """A row just as the server sent it."""
    return msgspec.json.encode(to_dict(row)) + b"\n"


def csv_header() -> bytes:
    """The names of the columns: the documented ones, and ``extra`` for what else there was, as JSON."""
    return _csv([*COLUMNS, EXTRA])


def csv_line(row: AnalyticsRow) -> bytes:
    """A row's values in the order of `csv_header`; what was absent or null is empty."""
    values, extra = split(to_dict(row))
    texts = []
    for (name, kind), value in zip(COLUMNS.items(), values, strict=True):
        if value == "":
            extra.setdefault(name, "")  # or nobody could tell it from a value that was not there
        texts.append(None if value is None else wire_value(kind, value))
    return _csv([*texts, extra_text(extra)])


def _csv(values: list[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode()
