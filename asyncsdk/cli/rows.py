"""Analytics rows as lines of text on stdout: NDJSON, or CSV with the documented columns."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from ..sinks.lines import csv_header, csv_lines, ndjson_lines
from ..unleash.analytics.datasets import ROWS_OF_DEVICES
from .request import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..unleash.analytics.rows import AnalyticsRow
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
        self._encode = ndjson_lines if format is Format.NDJSON else csv_lines
        self._header = b"" if format is Format.NDJSON else csv_header(ROWS_OF_DEVICES.columns)
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
        lines = self._header + self._encode(ROWS_OF_DEVICES.columns, self._held)
        self._header, self._held = b"", []
        await self._stdout.write(lines)
        self._flushed = self._clock()
