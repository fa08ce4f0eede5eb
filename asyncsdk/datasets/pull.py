"""A data set bound to a client, and all that a client has."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from attrs import evolve

from ..client import Client
from ..codec import Model
from ..errors import SDKError
from ..fanout.progress import Progress
from ..fanout.run import OnError, checked_concurrency
from ..later import Later
from ..times import EPOCH
from .covering import Coverage
from .dataset import Dataset
from .plan import Keys, Listed, Plan
from .protocol import Sink
from .report import Report
from .stream import RowStream
from .tail.stream import INTERVAL, LATENESS, Tail
from .windows import When

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = Later("pyarrow")

M = TypeVar("M", bound=Model)

_HOUR = timedelta(hours=1)


class Pull(Generic[M]):
    """A list that can be pulled by many keys or long ranges of time, whatever the system.

    Args:
        client: whose connections, credentials and limits it uses.
        dataset: what there is to pull.
    """

    def __init__(self, client: Client, dataset: Dataset[M]) -> None:
        self._client = client
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"<{self.id} of {self._client!r}>"

    @property
    def id(self) -> str:
        """The system and the data set's name, e.g. ``"blaize.grants"``."""
        return self._dataset.id

    @property
    def model(self) -> type[M]:
        """The model of a row."""
        return self._dataset.model

    @property
    def key(self) -> str | None:
        """The name of the key's column, e.g. ``"user_id"``; None for a list that is one whole."""
        return self._dataset.key

    @property
    def time(self) -> str | None:
        """The model's field that places a row in time; None for what is there now, without history."""
        return self._dataset.time

    @property
    def day(self) -> str | None:
        """What the folders of days are called in a sink: ``"date"``, or ``"day"`` where rows have a ``date`` themselves; None without time."""
        return self._dataset.day

    def schema(self) -> pa.Schema:
        """The schema of its batches: the model's fields under their wire names, and ``extra`` for what fits none, as JSON.

        Where the model does not have the key, its column stands in front.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
        """
        return self._dataset.schema()

    def all_keys(self) -> AsyncIterable[str]:
        """All the keys that ``"all"`` means, as the service lists them.

        Raises:
            TypeError: it has no key.
        """
        if self._dataset.keys is None:
            raise TypeError(f"{self.id} has no key")
        return self._dataset.keys(self._client)

    def plan(
        self,
        keys: Keys | None = "all",
        start: When | None = None,
        end: When | None = None,
        *,
        window: timedelta = _HOUR,
    ) -> Plan:
        """Keys by windows, lazily, as a value that `fan_out` and `backfill` take.

        Args:
            keys: ids: one, an iterable, an async iterable, or ``"all"``; nothing where there is no key.
            start: an aware datetime, int milliseconds, or a day in UTC; nothing where there is no time.
            end: likewise; the range is ``[start, end)``, and a day as its end belongs to it as a whole.
            window: the width of a shard. Edges lie on a grid aligned to the epoch and are cut at UTC midnight.

        Raises:
            TypeError, ValueError: what cannot be meant.
        """
        if self.key is None:
            if keys not in ("all", None):
                raise TypeError(f"{self.id} has no key: it is one list")
            keys = None
        elif keys is None:
            raise TypeError(f'{self.id} has the key {self.key}: give ids, or "all"')
        if self.time is None:
            if start is not None or end is not None:
                raise TypeError(f"{self.id} has no time: it is what is there now")
            return Plan.make(self.id, keys)
        if start is None or end is None:
            raise TypeError("start and end are needed, unless a plan is given")
        return Plan.make(self.id, keys, start, end, window)

    def fan_out(
        self,
        keys: Keys | Plan | None = "all",
        start: When | None = None,
        end: When | None = None,
        *,
        window: timedelta = _HOUR,
        concurrency: int = 16,
        ordered: bool = False,
        on_error: OnError = "raise",
    ) -> RowStream[M]:
        """The rows of many keys, over a range of time where there is one: many pages at once, with bounded memory.

        ::

            async with blaize.datasets.grants.fan_out(user_ids, concurrency=32) as stream:
                async for grant in stream:
                    print(stream.shard.key, grant.entitlement_id)

        Args:
            keys: as in `plan`; or a `Plan`, such as ``Plan.of(stream.failures)``, and then neither times nor window.
            start: as in `plan`.
            end: as in `plan`.
            window: as in `plan`.
            concurrency: how many pages are asked for at once; the service's own limits may keep it lower.
            ordered: keys in the order given, each in order of time; otherwise pages as they arrive.
            on_error: ``"raise"`` raises the first error, unwrapped, with ``.shard`` on it; ``"collect"`` goes on and lists the
                shards that failed in ``stream.failures``, some of whose rows may have been given already.

        Returns:
            An async context manager: iterate it for rows, or its `RowStream.batches` for Arrow record batches. Leaving its
            block, at any point, stops everything at once.

        Raises:
            TypeError, ValueError: what cannot be meant.
        """
        return RowStream(
            self._client,
            self._dataset,
            self._planned(keys, start, end, window),
            concurrency=concurrency,
            order="plan" if ordered else "any",
            on_error=on_error,
        )

    async def backfill(
        self,
        plan: Plan,
        sink: Sink,
        *,
        concurrency: int = 16,
        settle: timedelta = timedelta(0),
        refresh: bool = False,
        on_error: OnError = "raise",
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Report:
        """Write a plan into a sink exactly once, across crashes: run it again, and it goes on where it stopped.

        ::

            grants = blaize.datasets.grants
            report = await grants.backfill(grants.plan("all"), ParquetSink("grants"))

        What the sink says is done is not asked for again; of a shard that is done in part, the rest is. Each shard is committed
        as a whole, an empty one too, its rows in the server's order.

        Args:
            plan: what to fetch (`plan`).
            sink: where to (`asyncsdk.sinks`), or an object of your own with ``done()`` and ``open(shard)``.
            concurrency: how many pages are fetched at once, and how many shards are under way.
            settle: a shard that ended less than this ago is written, but not marked as done: late rows may still come.
            refresh: whether to fetch again what is done, each shard of which then takes the place of what was there, as a whole.
                What was cut wider than the plan's windows keeps its edges.
            on_error: ``"raise"`` stops at the first shard that fails; what was committed stays. ``"collect"`` goes on and lists
                it in the report. A sink that fails always raises.
            on_progress: called with the run's counters when it begins, and after every page and commit.

        Raises:
            SDKError: what the first failed shard met, with ``.shard``.
            ConfigurationError: the sink holds another data set or another format.
            OSError: what the sink met.
        """
        from .writing import backfill

        return await backfill(
            self._client,
            self._dataset,
            self._planned(plan, None, None, _HOUR),
            sink,
            concurrency=concurrency,
            settle=settle,
            refresh=refresh,
            on_error=on_error,
            on_progress=on_progress,
        )

    def tail(
        self,
        keys: Keys | None = "all",
        *,
        since: When | Mapping[str, Any] | None = None,
        interval: timedelta = INTERVAL,
        lateness: timedelta = LATENESS,
        concurrency: int = 16,
        on_error: Callable[[SDKError], object] | None = None,
    ) -> Tail[M]:
        """An endless stream of the rows that are new: late ones once, none twice.

        ::

            async with analytics.datasets.rows.tail("all", since=saved) as stream:
                async for row in stream:
                    ...
                    saved = stream.position

        Each time the last `lateness` is asked for once more, which is how late rows are found; what is remembered, and what a
        position holds, is eight bytes for each row of that time. A row is known by all of its values: two rows that are alike in
        everything are one. What ends by itself (no connection, 429, 5xx) is waited out, no shorter than the service says.

        Args:
            keys: as in `plan`. ``"all"`` is asked for anew each time, so that a new key is followed too.
            since: where to begin: an aware datetime, int milliseconds or a day; or a saved `Tail.position`; None for now.
            interval: from one time of asking to the next; up to eight times as long where nothing comes.
            lateness: how long after its time a row may still arrive; the difference of the clocks counts too.
            concurrency: how many pages are asked for at once.
            on_error: called with what is waited out.

        Returns:
            An async context manager: iterate it for rows, or its `Tail.batches`. Leaving its block stops everything at once.

        Raises:
            TypeError, ValueError: what cannot be meant; a data set without time.
        """
        if self.time is None:
            raise TypeError(f"{self.id} has no time: it is what is there now, and nothing of it is new")
        known = self.plan(keys, EPOCH, EPOCH).keys
        checked_concurrency(concurrency)
        return Tail(
            self._dataset,
            known,
            partial(self.fan_out, concurrency=concurrency),
            self._client.clock,
            since=since,
            interval=interval,
            lateness=lateness,
            on_error=on_error,
        )

    async def follow(
        self,
        keys: Keys | None,
        sink: Sink,
        *,
        since: When | None = None,
        window: timedelta = _HOUR,
        lateness: timedelta = LATENESS,
        concurrency: int = 16,
        on_report: Callable[[Report], object] | None = None,
        on_error: Callable[[SDKError], object] | None = None,
    ) -> NoReturn:
        """Write each window into a sink once it has settled, without end: a backfill that goes on with time.

        Begun again it goes on where it stopped: what the sink has is not fetched again. It ends by being cancelled.

        Args:
            keys: as in `plan`; ``"all"`` is asked for anew each time.
            sink: where to.
            since: where to begin, a window's beginning or within one; None for the window of now.
            window: as in `plan`.
            lateness: how long after its end rows of a window may still arrive: then it is written.
            concurrency: as in `backfill`.
            on_report: called with what was done, each time that windows have settled.
            on_error: called with what is waited out: no connection, 429, 5xx.

        Raises:
            TypeError, ValueError: as in `plan`.
            SDKError: what does not end by itself.
            OSError: what the sink met.
        """
        from .tail.settled import follow

        if isinstance(keys, AsyncIterable):
            keys = [each async for each in keys]
        self.plan(keys, EPOCH, EPOCH, window=window)

        async def backfill(start: int, end: int) -> Report:
            plan = self.plan(keys, start, end, window=window)
            return await self.backfill(plan, sink, concurrency=concurrency, settle=lateness)

        await follow(
            backfill,
            self._client.clock,
            since=since,
            window=window,
            lateness=lateness,
            on_report=on_report,
            on_error=on_error,
        )

    async def coverage(self, plan: Plan, sink: Sink) -> Coverage:
        """How much of a plan a sink has: the one report that counts where several processes, or repeated runs, filled it.

        Args:
            plan: what there is to do in all; not only this process's piece.
            sink: where to.

        Raises:
            SDKError: the keys could not be listed, for a plan of ``"all"``.
            ConfigurationError, OSError: as in `backfill`.
        """
        from .covering import coverage

        return await coverage(self._planned(plan, None, None, _HOUR), sink)

    def _planned(self, keys: Keys | Plan | None, start: When | None, end: When | None, window: timedelta) -> Plan:
        if not isinstance(keys, Plan):
            plan = self.plan(keys, start, end, window=window)
        elif start is not None or end is not None:
            raise TypeError("a plan has its own start and end")
        elif keys.dataset not in (self.id, ""):  # "": of no shards at all
            raise ValueError(f"this plan is for {keys.dataset}, not for {self.id}")
        else:
            plan = keys
        return evolve(plan, keys=Listed(self.all_keys())) if plan.keys == "all" else plan


class DataSets:
    """All that can be pulled with a client: ``client.datasets``. Iterating it gives the names."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pulls: dict[str, Pull[Any]] = {}

    def _bound(self, dataset: Dataset[M]) -> Pull[M]:
        """One more of them."""
        pull = self._pulls[dataset.name] = Pull(self._client, dataset)
        return pull

    def __getitem__(self, name: str) -> Pull[Any]:
        """A data set by its name, or by its id.

        Raises:
            KeyError: there is none.
        """
        for pull in self._pulls.values():
            if name in (pull.id, pull.id.rpartition(".")[2]):
                return pull
        raise KeyError(f"there is no data set {name!r}: there are {', '.join(self._pulls)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._pulls)

    def __len__(self) -> int:
        return len(self._pulls)

    def __repr__(self) -> str:
        return f"<data sets of {self._client!r}: {', '.join(self._pulls)}>"
