"""How rows are written, and rows as lines of text on stdout, by the hundred."""

from __future__ import annotations

from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..terminal.stdout import StandardOutput

_AT_ONCE = 500
_AT_LATEST = 0.25


class Format(StrEnum):
    """How rows are written."""

    PARQUET = "parquet"
    NDJSON = "ndjson"
    CSV = "csv"


@frozen(kw_only=True)
class Lines:
    """Rows as lines of text.

    Attributes:
        header: what stands before them.
        encode: from some rows to their lines.
    """

    header: bytes = b""
    encode: Callable[[Sequence[Any]], bytes]


class RowLines:
    """Collects rows and writes them by the hundred, and soon after the service has paused.

    Args:
        lines: how rows are written.
        stdout: where the lines go.
        clock: seconds, for tests.
    """

    def __init__(self, lines: Lines, stdout: StandardOutput, clock: Callable[[], float] = monotonic) -> None:
        self._encode = lines.encode
        self._header = lines.header
        self._held: list[Any] = []
        self._stdout = stdout
        self._clock = clock
        self._flushed = clock()

    async def add(self, row: Any) -> None:
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
