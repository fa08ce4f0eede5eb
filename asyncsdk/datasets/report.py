"""What a backfill did, or a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from ..fanout.progress import Failure
    from .shard import Shard


@frozen(kw_only=True)
class Report:
    """What a backfill did, or a stream so far.

    Attributes:
        shards: committed by this run; of a stream, those whose rows have all arrived.
        provisional: of those, the ones too young to count as done: they will be fetched again.
        skipped: found done, and not fetched.
        pages, rows, bytes, retries: as in `Progress`.
        outside: rows left out, since they lie beyond their shard.
        seconds: how long it took.
        failures: the shards that failed, with ``on_error="collect"``; ``Plan.of(report.failures)`` is a plan of them.
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
