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
    from collections.abc import Callable, Iterable, Iterator

    from ..unleash.rows import AnalyticsRow
    from .stdout import StandardOutput

_AT_ONCE = 500
_AT_LATEST = 0.25


class RowLines:
    """Collects rows and writes them by the hundred, and soon after the service has paused.

    Args:
        format: NDJSON or CSV.
        stdout: where the lines go.
        clock: seconds, for tests.
    """

    def __init__(self, format: Format, stdout: StandardOutput, clock: Callable[[], float] = monotonic) -> None:  # noqa: A002
        self._encode = ndjson if format is Format.NDJSON else csv_lines
        self._header = b"" if format is Format.NDJSON else csv_header()
        self._held: list[AnalyticsRow] = []
        self._stdout = stdout
        self._clock = clock
        self._flushed = clock()

    async def add(self, row: AnalyticsRow) -> None:
        """Take one row."""
        self._held.append(row)
        if len(self._held) >= _AT_ONCE or self._clock() - self._flushed > _AT_LATEST:
            await self.flush()

    async def flush(self) -> None:
        """Write what is held, and the header if nothing was written before."""
        lines = self._header + self._encode(self._held)
        self._header, self._held = b"", []
        await self._stdout.write(lines)
        self._flushed = self._clock()


def ndjson(rows: Iterable[AnalyticsRow]) -> bytes:
    """Each row just as the server sent it."""
    return msgspec.json.Encoder().encode_lines(list(map(to_dict, rows)))


def csv_header() -> bytes:
    """The names of the columns: the documented ones, and ``extra`` for what else there was, as JSON."""
    return _csv([[*COLUMNS, EXTRA]])


def csv_lines(rows: Iterable[AnalyticsRow]) -> bytes:
    """Each row's values in the order of `csv_header`; what was absent or null is empty."""
    return _csv(map(_cells, rows))


def _cells(row: AnalyticsRow) -> Iterator[object]:
    values, extra = split(to_dict(row))
    for (name, kind), value in zip(COLUMNS.items(), values, strict=True):
        if value == "":
            extra.setdefault(name, "")  # or nobody could tell it from a value that was not there
        yield None if value is None else wire_value(kind, value)
    yield extra_text(extra)


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue().encode()
