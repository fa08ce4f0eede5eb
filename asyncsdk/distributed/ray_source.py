"""What Ray Data reads: read tasks that hold a plan's piece and a recipe, and nothing that is open."""

# an engine that is not installed with the others
# pyright: reportMissingImports=false

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from ray.data import Datasource, ReadTask
from ray.data.block import BlockMetadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..datasets.blocking import Reader


class Source(Datasource):  # type: ignore[misc]  # Ray has no types here
    """The pieces of a plan.

    Args:
        readers: one a piece, each in the plan's order: a block that is lost is made again, and found by its position.
    """

    def __init__(self, readers: list[Reader]) -> None:
        super().__init__()
        self._readers = readers

    def get_name(self) -> str:
        """What Ray calls it."""
        return "asyncsdk"

    def estimate_inmemory_data_size(self) -> None:
        """Nobody knows it."""

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: object = None
    ) -> list[ReadTask]:
        """A task a piece, whatever Ray asks for: how much is asked for at once depends on it."""
        del parallelism, data_context
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        schema = self._readers[0].schema
        return [ReadTask(_Tables(reader), unknown, schema, per_task_row_limit) for reader in self._readers]


class _Tables:
    """The function of a read task."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self) -> Iterator[pa.Table]:
        schema = self._reader.schema
        given = False
        for batch in self._reader:
            given = True
            yield pa.Table.from_batches([batch], schema)
        if not given:
            yield schema.empty_table()
