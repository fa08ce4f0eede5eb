"""Shards as CSV files."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING, Any

from ..columns.cells import ABSENT, COLUMNS, EXTRA, cell, extra_text, wire_value
from .compression import SUFFIXES, Compressed, Compression, check
from .files import FileSink
from .items import as_wire

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from ..fanout.plan import Shard


class CSVSink(FileSink):
    """A Hive tree of CSV files: a header, the documented columns, then ``extra``, a JSON object.

    What stands where is said in `asyncsdk.columns.cells`. An empty cell is one that the row did not have, unless ``extra`` says
    otherwise: it does for null and for an empty string.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as credentials and an endpoint.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        compression: Compression | None = None,
        *,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        check(compression)
        super().__init__(path, f".csv{SUFFIXES[compression]}", storage_options)
        self._compression: Compression | None = compression

    def _encoder(self, file: IO[bytes], shard: Shard) -> _Table:  # noqa: ARG002  # all rows look alike
        return _Table(file, self._compression)


class _Table:
    def __init__(self, file: IO[bytes], compression: Compression | None) -> None:
        self._out = Compressed(file, compression)
        self._write([[*COLUMNS, EXTRA]])

    def write(self, items: Any) -> None:
        self._write(map(_cells, as_wire(items)))

    def close(self) -> None:
        self._out.close()

    def _write(self, rows: Any) -> None:
        text = io.StringIO(newline="")
        # Lines end as RFC 4180 has it: with another end Python 3.11 would not quote a lone carriage return.
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._out.write(text.getvalue().encode())


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
