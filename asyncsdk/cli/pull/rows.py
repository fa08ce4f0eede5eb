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
        encode: from some rows, and the key whose they are, to their lines.
        keyed: whether lines tell that key: then only rows of one key are encoded together.
    """

    header: bytes = b""
    encode: Callable[[Sequence[Any], str | None], bytes]
    keyed: bool = False


class RowLines:
    """Collects rows and writes them by the hundred, and soon after the service has paused.

    Args:
        lines: how rows are written.
        stdout: where the lines go.
        clock: seconds, for tests.
    """

    def __init__(self, lines: Lines, stdout: StandardOutput, clock: Callable[[], float] = monotonic) -> None:
        self.keyed = lines.keyed
        self._encode = lines.encode
        self._encoded = [lines.header]
        self._key: str | None = None
        self._held: list[Any] = []
        self._count = 0
        self._stdout = stdout
        self._clock = clock
        self._flushed = clock()

    async def add(self, row: Any, key: str | None = None) -> None:
        """Take one row.

        Args:
            row: the row.
            key: whose it is, where lines are `keyed`.
        """
        if key != self._key:
            self._encode_held()
            self._key = key
        self._held.append(row)
        self._count += 1
        if self._count >= _AT_ONCE or self._clock() - self._flushed > _AT_LATEST:
            await self.flush()

    async def flush(self) -> None:
        """Write what is held, and the header if nothing was written before."""
        self._encode_held()
        lines = b"".join(self._encoded)
        self._encoded, self._count = [], 0
        await self._stdout.write(lines)
        self._flushed = self._clock()

    def _encode_held(self) -> None:
        if self._held:
            self._encoded.append(self._encode(self._held, self._key))
            self._held = []
