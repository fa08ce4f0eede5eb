"""A list that can be pulled, declared beside the resource that it reads."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakValueDictionary

from attrs import frozen

from ..client import Client
from ..codec import Model
from ..errors import ConfigurationError
from ..later import Later
from ..paging import Pager
from .columns import Columns
from .plan import KEYS
from .protocol import Form

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = Later("pyarrow")

M = TypeVar("M", bound=Model)

Lists = Callable[[Client], AsyncIterable[str]]
"""From a client to all the keys of a data set, each time it is iterated."""

Reads = Callable[[Client, str, int, int], Pager[M]]
"""From a client, a key, a start and an end (milliseconds since the epoch) to the rows; what the data set does not have is empty or 0."""

ReadsFast = Callable[[Client, str, int, int, Form, Callable[[int], None]], Pager[Any]]
"""The same for a data set that reads its answers itself: pages of rows, or, where the form is ``"arrow"``, record batches as pages,
without what lies beyond the edges, of which the last argument is told how many rows there were."""


@frozen(eq=False, slots=False)
class Dataset(Generic[M]):
    """A list that people pull by many keys or long ranges of time. The engine knows nothing else of it.

    It pickles by its id, and is to be a constant of the module that defines its `read`.

    Attributes:
        id: the system and the data set's name, e.g. ``"blaize.grants"``.
        model: of a row.
        read: from (client, key, start, end) to the rows.
        key: the name of the key's column, e.g. ``"user_id"``; None for a list that is one whole.
        keys: how to list all keys; None without a key.
        time: the model's field that places a row in time; None for what is there now, without history.
        read_fast: a way of its own from answers to rows and batches, in place of `read`.
    """

    id: str
    model: type[M]
    read: Reads[M]
    key: str | None = None
    keys: Lists | None = None
    time: str | None = None
    read_fast: ReadsFast | None = None

    def __attrs_post_init__(self) -> None:
        _declared[self.id] = self
        if self.key is not None:
            KEYS[self.id] = self.key.removesuffix("_id")

    def __reduce__(self) -> tuple[Any, ...]:
        return _found, (self.id, self.read.__module__)

    @property
    def name(self) -> str:
        """Its name below ``client.datasets``."""
        return self.id.rpartition(".")[2]

    @cached_property
    def columns(self) -> Columns:
        """Its rows as columns: those of the model, and the key's where the model has none."""
        return Columns(self.model, self.key)

    @property
    def day(self) -> str | None:
        """What the day of a shard is called beside the rows (`Columns.day`); None without time."""
        return None if self.time is None else self.columns.day

    def schema(self) -> pa.Schema:
        """The schema of its batches.

        Raises:
            ConfigurationError: pyarrow is not installed.
        """
        return self.columns.schema


# Sinks are given shards, which hold an id. Weakly: what a test or a notebook declares goes when they do.
_declared: WeakValueDictionary[str, Dataset[Any]] = WeakValueDictionary()


def declared(id: str) -> Dataset[Any]:  # noqa: A002  # its name
    """A data set by its id; the module of its system is imported for it, where an installed package names one.

    Raises:
        ConfigurationError: nobody has declared it here.
    """
    if id not in _declared:
        from importlib.metadata import entry_points  # rarely needed, and slow to import

        for each in entry_points(group="asyncsdk.datasets", name=id.partition(".")[0]):
            each.load()
    try:
        return _declared[id]
    except KeyError:
        raise ConfigurationError(f"there is no data set {id!r} here: import the module that declares it") from None


def _found(id: str, module: str) -> Dataset[Any]:  # noqa: A002  # likewise
    import_module(module)
    return declared(id)
