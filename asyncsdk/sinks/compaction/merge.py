"""The rows of several files, one after the other, as one file of the same format."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ...errors import ConfigurationError
from ..compression import SUFFIXES, Compressed, Compression, open_zstd

_GROUP = 65_536
_BLOCK = 1 << 20


def merge(sources: Sequence[Path], file: IO[bytes], suffix: str) -> None:
    """Write what several files hold to another one, which stays open; a row group, or a megabyte, is held at a time.

    Args:
        sources: in order of time.
        file: where to.
        suffix: of all of them, such as ``".csv.gz"``.

    Raises:
        ConfigurationError: they do not have the same columns, or a package is missing.
        OSError: the disk failed.
    """
    if suffix == ".parquet":
        _merge_parquet(sources, file)
        return
    compression: Compression | None = (
        "gzip" if suffix.endswith(SUFFIXES["gzip"]) else "zstd" if suffix.endswith(SUFFIXES["zstd"]) else None
    )
    header = b""
    out = Compressed(file, compression)
    try:
        for source in sources:
            with _plain(source, compression) as text:
                if suffix.startswith(".csv"):
                    line = text.readline()
                    if header and line != header:
                        raise ConfigurationError(f"{source} has other columns than {sources[0].name}: they stay apart")
                    if not header:
                        out.write(line)
                    header = line
                while block := text.read(_BLOCK):
                    out.write(block)
    finally:
        out.close()


@contextmanager
def _plain(path: Path, compression: Compression | None) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if compression == "gzip":
            with gzip.open(file) as text:
                yield text  # type: ignore[misc]  # bytes to read, which is all that is asked of it
        elif compression == "zstd":
            with open_zstd(file) as text:
                yield text
        else:
            yield file


def _merge_parquet(sources: Sequence[Path], file: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = pq.ParquetFile(sources[0])
    try:
        schema, codec = first.schema_arrow, _codec(first)
    finally:
        first.close()
    held, count = list[Any](), 0
    with pq.ParquetWriter(file, schema, compression=codec, store_schema=False) as writer:

        def write() -> None:
            if held:
                writer.write_table(pa.Table.from_batches(held).combine_chunks(), row_group_size=_GROUP)

        for source in sources:
            with pq.ParquetFile(source) as rows:
                if not rows.schema_arrow.equals(schema):
                    raise ConfigurationError(f"{source} has other columns than {sources[0].name}: they stay apart")
                for batch in rows.iter_batches(_GROUP):
                    held.append(batch)
                    count += len(batch)
                    if count >= _GROUP:
                        write()
                        held, count = [], 0
        write()


def _codec(file: Any) -> str:
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "zstd"
    name: str = file.metadata.row_group(0).column(0).compression
    return "none" if name == "UNCOMPRESSED" else name.lower()
