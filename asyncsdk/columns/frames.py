"""Lists as frames: an Arrow table, and through it one of polars or pandas; typed also where the list is empty."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from ..codec import Model
from ..errors import ConfigurationError
from .arrow import loaded, model_schema, required
from .batch import to_batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

VALUE = "value"
"""The column of a list of texts."""


class Items(Protocol):
    """A page."""

    @property
    def items(self) -> Sequence[Any]:
        """What it holds."""
        ...


def schema_of(of: type[Any] | None) -> pa.Schema:
    """The schema of a frame.

    Args:
        of: what the items are: a model, or `str`, which has one column, ``value``.

    Raises:
        ConfigurationError: pyarrow is not installed.
        TypeError: neither.
    """
    pa = required()
    if of is str:
        return pa.schema([(VALUE, pa.string())])
    if isinstance(of, type) and issubclass(of, Model):
        return model_schema(of)
    if of is None:
        raise TypeError(
            "nobody knows what this pager's items are, so they have no columns: make it with Pager(..., of=...)"
        )
    raise TypeError(f"only models and texts have columns, not {of!r}")


async def arrow_of_pages(pages: AsyncIterable[Items], of: type[Any] | None) -> pa.Table:
    """The items of a walk as one table; one record batch of it a page.

    Args:
        pages: the walk.
        of: what the items are (`schema_of`).

    Raises:
        ConfigurationError, TypeError: as `schema_of`, before anything is fetched.
        ValueError: nan or infinity in an item that somebody made himself.
    """
    await loaded()
    schema = schema_of(of)
    batches = [_batch(page.items, of, schema) async for page in pages]
    return required().Table.from_batches(batches, schema)


def _batch(items: Sequence[Any], of: Any, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    if of is str:
        return pa.RecordBatch.from_arrays([pa.array(items, pa.string())], schema=schema)
    return to_batch(of, items)


async def arrow_of_batches(batches: AsyncIterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """The batches of a stream as one table."""
    return required().Table.from_batches([batch async for batch in batches], schema)


async def as_polars(table: Callable[[], Awaitable[pa.Table]]) -> pl.DataFrame:
    """A table as a polars frame.

    Args:
        table: fetches it; not called where polars is not installed.

    Raises:
        ConfigurationError: the extra ``polars`` is not installed.
    """
    polars = await _module("polars")
    frame: pl.DataFrame = polars.from_arrow(await table())
    return frame


async def as_pandas(table: Callable[[], Awaitable[pa.Table]]) -> pd.DataFrame:
    """A table as a pandas frame whose columns are Arrow's: in numpy's, a null would make floats of whole numbers.

    Args:
        table: fetches it; not called where pandas is not installed.

    Raises:
        ConfigurationError: the extra ``pandas`` is not installed.
    """
    pandas = await _module("pandas")
    frame: pd.DataFrame = (await table()).to_pandas(types_mapper=pandas.ArrowDtype)
    return frame


async def _module(name: str) -> Any:
    from anyio import to_thread  # its import takes a while

    await loaded()
    try:
        return await to_thread.run_sync(import_module, name)  # a server must not stall for its first frame
    except ImportError:
        raise ConfigurationError(f'{name} is not installed: pip install "asyncsdk[{name}]"') from None
