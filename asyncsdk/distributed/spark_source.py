"""The data source itself: partitions are pieces of a plan, what they give are Arrow batches in microseconds."""

# an engine that is not installed with the others
# pyright: reportMissingImports=false

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    EqualTo,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    InputPartition,
    LessThan,
    LessThanOrEqual,
)
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from ..datasets.blocking import Reader
from ..datasets.dataset import declared
from .narrow import Comparison, Narrow, time_column
from .pieces import Share, cut, known
from .spark_options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from pyspark.sql.datasource import Filter
    from pyspark.sql.types import StructType

_PIECES = 8
_COMPARISONS: dict[type[Filter], Comparison] = {
    LessThan: "<",
    LessThanOrEqual: "<=",
    EqualTo: "=",
    GreaterThanOrEqual: ">=",
    GreaterThan: ">",
}


class Batches(DataSourceReader):  # type: ignore[misc]  # pyspark is not installed with the others
    """Reads a plan."""

    def __init__(self, options: Options, schema: StructType) -> None:
        self._options = options
        self._schema = schema
        self._narrow = Narrow()

    def partitions(self) -> list[InputPartition]:
        """The pieces, of a plan whose keys are listed here and now."""
        options = self._options
        pieces = options.number("pieces", _PIECES)
        share = Share.of(options.number("total_concurrency", 16), pieces, pieces)
        plan = self._narrow.of(known(options.plan, options.connect))
        return [
            InputPartition(Reader(piece, options.connect, share.concurrency, ordered=True))
            for piece in cut(plan, share)
        ]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """The rows of a piece, in the plan's order."""
        schema = to_arrow_schema(self._schema, timezone="UTC")
        for batch in partition.value:
            yield batch.cast(schema)


class PushedBatches(Batches):
    """The same, and conditions on key and time decide what is asked for. All of them go back to Spark, which knows the instants."""

    def pushFilters(self, filters: list[Filter]) -> Iterable[Filter]:  # noqa: N802  # Spark's name
        """Take note of what is asked for."""
        dataset = self._options.dataset
        key, time = declared(dataset).key, time_column(dataset)
        found = [Narrow()]
        for each in filters:
            column = ".".join(getattr(each, "attribute", ()))
            if column == key and isinstance(each, EqualTo | In):
                found.append(Narrow.among(each.value if isinstance(each, In) else [each.value]))
            elif column == time and type(each) in _COMPARISONS:
                found.append(Narrow.compared(_COMPARISONS[type(each)], each.value))
        self._narrow = Narrow.every(found)
        return filters


class Source(DataSource):  # type: ignore[misc]  # likewise
    """What ``spark.read.format("asyncsdk")`` means."""

    @classmethod
    def name(cls) -> str:
        """How it is asked for."""
        return "asyncsdk"

    def schema(self) -> StructType:
        """Its columns; times are instants, in microseconds."""
        options = self._given()
        return from_arrow_schema(Reader(options.plan, options.connect).schema)

    def reader(self, schema: StructType) -> Batches:
        """What reads it. Spark refuses one that takes conditions where it pushes none, and reads with those of an earlier query."""
        options = self._given()
        return (PushedBatches if options.given.get("pushdown") == "true" else Batches)(options, schema)

    def _given(self) -> Options:
        return Options({name.lower(): value for name, value in self.options.items()})
