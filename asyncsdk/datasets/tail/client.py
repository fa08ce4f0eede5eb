"""The method of every client that has lists with a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol, TypeVar, overload

from ...codec import Model
from ...errors import SDKError
from ..plan import Keys
from ..pull import DataSets, Pull
from ..windows import When
from .stream import INTERVAL, LATENESS, Tail

M = TypeVar("M", bound=Model)


class _HasDataSets(Protocol):
    @property
    def datasets(self) -> DataSets: ...


class Tails:
    """What a client inherits to be tailed."""

    @overload
    def tail(
        self: _HasDataSets,
        dataset: str,
        keys: Keys | None = "all",
        *,
        since: When | Mapping[str, Any] | None = None,
        interval: timedelta = INTERVAL,
        lateness: timedelta = LATENESS,
        concurrency: int = 16,
        on_error: Callable[[SDKError], object] | None = None,
    ) -> Tail[Any]: ...

    @overload
    def tail(
        self: _HasDataSets,
        dataset: Pull[M],
        keys: Keys | None = "all",
        *,
        since: When | Mapping[str, Any] | None = None,
        interval: timedelta = INTERVAL,
        lateness: timedelta = LATENESS,
        concurrency: int = 16,
        on_error: Callable[[SDKError], object] | None = None,
    ) -> Tail[M]: ...

    def tail(
        self: _HasDataSets,
        dataset: str | Pull[Any],
        keys: Keys | None = "all",
        *,
        since: When | Mapping[str, Any] | None = None,
        interval: timedelta = INTERVAL,
        lateness: timedelta = LATENESS,
        concurrency: int = 16,
        on_error: Callable[[SDKError], object] | None = None,
    ) -> Tail[Any]:
        """An endless stream of the rows that are new.

        Args:
            dataset: its name, such as ``"rows"``, or the data set itself (``client.datasets.rows``), which gives typed rows.
            keys: as in `Pull.tail`, like the others.
            since: as there.
            interval: as there.
            lateness: as there.
            concurrency: as there.
            on_error: as there.

        Raises:
            KeyError: there is no such data set.
            TypeError, ValueError: as there.
        """
        pull: Pull[Any] = self.datasets[dataset] if isinstance(dataset, str) else dataset
        return pull.tail(
            keys, since=since, interval=interval, lateness=lateness, concurrency=concurrency, on_error=on_error
        )
