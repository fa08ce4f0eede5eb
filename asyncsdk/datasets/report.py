"""What a backfill did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from ..fanout.progress import Failure, Warned
    from .shard import Shard


@frozen(kw_only=True)
class Report:
    """What a backfill did.

    Attributes:
        shards: committed by this run.
        provisional: of those, the ones too young to count as done: they will be fetched again.
        skipped: found done, and not fetched.
        pages, rows, bytes, retries: as in `Progress`.
        outside: rows left out, since they lie beyond their shard.
        seconds: how long it took.
        failures: the shards that failed, with ``on_error="collect"``; ``Plan.of(report.failures)`` is a plan of them.
        warnings: what there is to know of rows that were fetched, such as which sessions' events the service has cut short; each with
            its ``.shard`` and a ``.text``. The first 1,000 of them.
        warned: how many there were.
    """

    shards: int
    provisional: int
    skipped: int
    pages: int
    rows: int
    bytes: int
    retries: int
    outside: int
    seconds: float
    failures: tuple[Failure[Shard], ...] = ()
    warnings: tuple[Warned[Shard], ...] = ()
    warned: int = 0
