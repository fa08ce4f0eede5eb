"""Shards as Parquet files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, ClassVar, Literal, Protocol, get_args

from ..columns.arrow import required
from ..columns.cells import extra_text, json_value
from ..datasets.columns import Columns
from ..datasets.protocol import Form
from ..errors import ConfigurationError
from .files import FileSink
from .options import StorageOptions

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Partitioning

ParquetCompression = Literal["zstd", "snappy", "gzip", "brotli", "lz4", "none"]


class ParquetSink(FileSink):
    """A Hive tree of Parquet files: ``pyarrow.parquet.read_table(path)`` is all rows of all keys.

    The key stands in the path and not in the files, as everywhere in Hive: pyarrow takes the column from the path as one type or
    another, depending on who asks, and would not put it together with one in the files. A row of another key, should there ever
    be one, keeps it in ``extra``. The bytes of a file follow from its rows alone, however they came.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        row_group_size: rows. A writer holds as many, and a reader that looks for some rows reads as many at least.
        compression: of the columns.
        storage_options: for fsspec, such as an endpoint and credentials; a value may be `FromEnvironment`, or the whole a function that
            gives them where they are used: then the sink pickles.

    Raises:
        ConfigurationError: pyarrow is not installed, or there is no such compression.
    """

    form: ClassVar[Form] = "arrow"
    _marks_empty: ClassVar[bool] = False

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        row_group_size: int = 65_536,
        compression: ParquetCompression = "zstd",
        storage_options: StorageOptions | None = None,
    ) -> None:
        super().__init__(path, ".parquet", storage_options)
        if row_group_size < 1:
            raise ConfigurationError(f"row_group_size must be at least 1, not {row_group_size}")
        if compression not in get_args(ParquetCompression):
            raise ConfigurationError(
                f"compression must be one of {', '.join(get_args(ParquetCompression))}, not {compression!r}"
            )
        self._row_group_size = row_group_size
        self._compression = compression
        required()

    def _encoder(self, file: IO[bytes], columns: Columns, key: str | None) -> _ParquetFile:
        return _ParquetFile(file, columns, key, self._row_group_size, self._compression)


class _Keyed(Protocol):
    """A data set, bound to a client or not."""

    @property
    def key(self) -> str | None: ...

    @property
    def day(self) -> str | None: ...


def partitioning(data: _Keyed) -> Partitioning:
    """How to read a tree whose keys look like numbers, which pyarrow would take for numbers otherwise.

    ::

        pyarrow.parquet.read_table("detections", partitioning=partitioning(analytics.datasets.rows))

    Args:
        data: the data set that the tree is of.

    Returns:
        What `pyarrow.parquet.read_table` and `pyarrow.dataset.dataset` take as ``partitioning``.
    """
    import pyarrow as pa
    from pyarrow import dataset

    names = [name for name in (data.key, data.day) if name is not None]
    return dataset.partitioning(pa.schema([(name, pa.string()) for name in names]), flavor="hive")


class _ParquetFile:
    """Batches to one file, in row groups of the same size whatever the sizes of the batches.

    What is held of a row group are codes and the texts that differ, a quarter of the rows' size. What Arrow would allocate for them
    comes from the system's allocator: Arrow's own keeps pages for each thread it was used in, several times what is held.
    """

    def __init__(self, file: IO[bytes], columns: Columns, key: str | None, size: int, compression: str) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        self._columns = columns
        self._key = key
        self._size = size
        self._schema = _held_schema(columns)
        self._held: list[pa.RecordBatch] = []
        self._count = 0
        self._memory = pa.system_memory_pool()
        # The types speak for themselves: without a copy of the schema, half of a small file's size, they are read the same, and
        # what was held as codes is read as plain texts.
        self._writer = ParquetWriter(
            file, self._schema, compression=compression, store_schema=False, memory_pool=self._memory
        )

    def write(self, items: Any) -> None:
        batch = self._columns.to_batch(items, self._key) if isinstance(items, Sequence) else items
        if self._columns.key is not None and self._columns.added_key is None:
            batch = _with_other_keys(batch, self._columns.key, self._columns.extra, self._key)
        while batch.num_rows:
            # Cut before it is encoded: a row group's dictionaries hold no text of another one.
            part = batch.slice(0, self._size - self._count)
            batch = batch.slice(part.num_rows)
            self._held.append(_as_codes(part, self._schema, self._memory))
            self._count += part.num_rows
            if self._count == self._size:
                self._write_group()

    def close(self) -> None:
        try:
            if self._count:
                self._write_group()
        finally:
            self._writer.close()

    def _write_group(self) -> None:
        import pyarrow as pa

        # In one piece: where the pieces meet, the pages of the file would be cut. The texts stay in the order they first came in.
        group = pa.Table.from_batches(self._held).combine_chunks(memory_pool=self._memory)
        self._held = []
        self._count = 0
        self._writer.write_table(group, row_group_size=self._size)
        # The writer has its buffers from Arrow's own allocator, whatever pool it is given, and another thread cannot use the pages.
        pa.default_memory_pool().release_unused()


def _held_schema(columns: Columns) -> pa.Schema:
    """The schema of what is held, and of the files but for the encoding: without the key, texts as codes."""
    import pyarrow as pa

    return pa.schema(
        field.with_type(pa.dictionary(pa.int32(), field.type)) if pa.types.is_string(field.type) else field
        for field in columns.schema
        if field.name != columns.key
    )


def _as_codes(batch: pa.RecordBatch, held: pa.Schema, memory: pa.MemoryPool) -> pa.RecordBatch:
    """A batch without its key, and with each text as a code for it, numbered in the order they first come in."""
    import pyarrow as pa
    from pyarrow import compute

    columns = []
    for name, kind in zip(held.names, held.types, strict=True):
        column = batch.column(name)
        if column.null_count == len(column):
            column = pa.nulls(len(column), kind)
        elif pa.types.is_dictionary(kind):
            column = compute.call_function("dictionary_encode", [column], memory_pool=memory)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=held)


def _with_other_keys(batch: pa.RecordBatch, name: str, extra: str, key: str | None) -> pa.RecordBatch:
    """A batch that keeps in ``extra`` what its key's column has and the path would not give back.

    Args:
        batch: whose rows have their key themselves.
        name: of the key's column.
        extra: the name of the column for what the others do not hold.
        key: whose rows they are to be.
    """
    import pyarrow as pa

    column = batch.column(name)
    if all(str(value) == key for value in column.unique().to_pylist()):
        return batch
    texts = batch.column(extra).to_pylist()
    for row, value in enumerate(column.to_pylist()):
        if value is not None and str(value) != key:
            known = json_value(texts[row]) if texts[row] else {}
            texts[row] = extra_text({name: value} | known)
    return batch.set_column(batch.schema.get_field_index(extra), extra, pa.array(texts, pa.string()))
