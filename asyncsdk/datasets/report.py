"""What a backfill did, or a stream."""

from __future__ import annotations

from attrs import fields, frozen

from ..fanout.progress import Failure, Warned
from ..notebook import MOST_ROWS, lined, table
from .shard import Shard


@frozen(kw_only=True, repr=False)
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

    def _told(self) -> list[tuple[str, object]]:
        lists = ("failures", "warnings")
        counts = [(each.name, getattr(self, each.name)) for each in fields(type(self)) if each.name not in lists]
        return [*counts, ("failures", len(self.failures))]

    def __repr__(self) -> str:
        failed = [f"  {each.shard}: {each.error}" for each in self.failures[:MOST_ROWS]]
        warned = [f"  {each.shard}: {each.text}" for each in self.warnings[:MOST_ROWS]]
        return "\n".join(["Report", lined(self._told()), *failed, *warned])

    def _repr_html_(self) -> str:
        failed = ((each.shard, each.error) for each in self.failures)
        warned = ((each.shard, each.text) for each in self.warnings)
        return (
            table(self._told(), caption="Report")
            + (table(failed, ["failed", "why"], count=len(self.failures)) if self.failures else "")
            + (table(warned, ["warning", "what"], count=len(self.warnings)) if self.warnings else "")
        )
