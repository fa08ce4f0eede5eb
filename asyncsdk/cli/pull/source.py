"""What a pull pulls: all that is particular to one list of one system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta

    from ...client import Client
    from ...datasets.plan import Plan
    from ...datasets.protocol import Sink
    from ...fanout.progress import Progress
    from ...fanout.run import OnError
    from ...paging import Pager
    from ...unleash.analytics.backfill import Report
    from ...unleash.analytics.stream import RowStream
    from ..way import Way
    from .rows import Format, Lines

C = TypeVar("C", bound="Client")


class Pullable(Protocol):
    """A list that a client can pull by many keys over a range of time."""

    def plan(self, keys: Iterable[str], start: datetime, end: datetime, /, *, window: timedelta) -> Plan:
        """What is to be fetched."""
        ...

    def fan_out(self, plan: Plan, /, *, concurrency: int, ordered: bool, on_error: OnError) -> RowStream:
        """Its rows as one stream."""
        ...

    async def backfill(
        self,
        plan: Plan,
        sink: Sink,
        /,
        *,
        concurrency: int,
        settle: timedelta,
        on_error: OnError,
        on_progress: Callable[[Progress], None] | None,
    ) -> Report:
        """Write it into a sink."""
        ...


@frozen(kw_only=True)
class Source(Generic[C]):
    """A list that can be pulled.

    Attributes:
        help: of its command, in Markdown.
        way: how its service is reached.
        key: what the list is cut by, as people call it: ``device``. Also the name of the option that takes one.
        letter: a short name of that option.
        checked: what was typed, where it can be a key; else it raises ValueError.
        keys: all that there are.
        pullable: the list of a client.
        lines: how its rows are written to stdout.
    """

    help: str
    way: type[Way[C]]
    key: str
    letter: str
    checked: Callable[[str], str]
    keys: Callable[[C], Pager[str]]
    pullable: Callable[[C], Pullable]
    lines: Callable[[Format], Lines]
