"""Arrow's side of a model's columns: their types and the schema."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .kinds import Items, Kind, Moment, Struct, columns_of, extra_name, once

if TYPE_CHECKING:
    from types import ModuleType

    import pyarrow as pa

    from ..codec import Model

_MISSING = 'Arrow needs pyarrow and numpy: pip install "asyncsdk[arrow]"'


@once
def model_schema(model: type[Model]) -> pa.Schema:
    """The schema of every batch of a model's items: its fields in their order, under their wire names, then ``extra``.

    It follows from the class alone (`asyncsdk.columns.kinds` says how), so an empty batch has it too. Strings are plain ones. As
    dictionaries they are slower to decode, and a table of batches whose dictionaries differ cannot be grouped or joined by them.

    Args:
        model: the class of the items.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    pa = required()
    fields = [(column.name, arrow_type(column.kind)) for column in columns_of(model)]
    return pa.schema([*fields, (extra_name(model), pa.string())])


def check_installed() -> None:
    """Say what is missing for Arrow, without loading anything.

    Raises:
        ConfigurationError: pyarrow is not installed, or numpy is not.
    """
    if find_spec("pyarrow") is None or find_spec("numpy") is None:
        raise ConfigurationError(_MISSING)


@cache
def load() -> None:
    """Load all that making a batch takes.

    Raises:
        ConfigurationError: pyarrow is not installed, or numpy is not.
    """
    required().array([""])  # at its first array pyarrow loads pandas, where that is installed


async def loaded() -> None:
    """Have pyarrow loaded, off the event loop: it takes as long as a hundred requests.

    Raises:
        ConfigurationError: it is not installed, or numpy is not.
    """
    if not load.cache_info().currsize:
        from anyio import to_thread  # its import takes a while

        check_installed()
        await to_thread.run_sync(load)


def required() -> ModuleType:
    """The module `pyarrow`.

    Raises:
        ConfigurationError: it is not installed, or numpy is not.
    """
    try:
        import numpy as np  # noqa: F401  # used by all that builds batches: say at once that it is missing
        import pyarrow as pa
    except ImportError:
        raise ConfigurationError(_MISSING) from None
    return pa  # type: ignore[no-any-return]  # it has no types


@once
def arrow_type(kind: Kind) -> pa.DataType:
    """The type of a column of this kind."""
    import pyarrow as pa

    if isinstance(kind, Moment):
        return pa.timestamp(kind.unit, tz="UTC")
    if isinstance(kind, Struct):
        return pa.struct([(column.name, arrow_type(column.kind)) for column in kind.columns])
    if isinstance(kind, Items):
        return pa.list_(arrow_type(kind.of))
    leaves = {"integer": pa.int64(), "real": pa.float64(), "truth": pa.bool_()}
    return leaves.get(kind, pa.string())
