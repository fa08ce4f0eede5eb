"""What a backfill did."""

from __future__ import annotations

from attrs import fields, frozen

from ..fanout.progress import Failure
from ..notebook import MOST_ROWS, lined, table
from .shard import Shard


@frozen(kw_only=True, repr=False)
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

    def _told(self) -> list[tuple[str, object]]:
        counts = [(each.name, getattr(self, each.name)) for each in fields(type(self)) if each.name != "failures"]
        return [*counts, ("failures", len(self.failures))]

    def __repr__(self) -> str:
        failed = [f"  {each.shard}: {each.error}" for each in self.failures[:MOST_ROWS]]
        return "\n".join(["Report", lined(self._told()), *failed])

    def _repr_html_(self) -> str:
        failed = table(
            ((each.shard, each.error) for each in self.failures), ["failed", "why"], count=len(self.failures)
        )
        return table(self._told(), caption="Report") + (failed if self.failures else "")
