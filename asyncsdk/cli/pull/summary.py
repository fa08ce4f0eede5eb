"""What a pull did, in figures: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...codec import timestamp
from ...times import instant
from ..terminal.text import counted, elapsed, size

if TYPE_CHECKING:
    from ...datasets.plan import Plan, Shard
    from ...fanout.progress import Failure

_FAILURES_SHOWN = 5


@frozen(kw_only=True)
class Summary:
    """The figures of one pull.

    Attributes:
        plan: what was to be fetched, with the devices known.
        format: ``parquet``, ``ndjson`` or ``csv``.
        out: the directory; None for stdout.
        fetched: shards fetched by this run.
        skipped: shards that were there already.
        provisional: of those fetched, the ones too young to be final.
        pages, rows, bytes, retries: of this run; bytes of bodies as they came over the wire.
        outside: rows the service gave beyond the edges of their shard, left out.
        seconds: how long it took.
        failures: shards that could not be fetched, with ``--keep-going``.
    """

    plan: Plan
    format: str
    out: str | None
    fetched: int
    skipped: int = 0
    provisional: int = 0
    pages: int
    rows: int
    bytes: int
    retries: int
    outside: int
    seconds: float
    failures: tuple[Failure[Shard], ...] = ()

    @property
    def pace(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    def wire(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        return {
            "out": self.out,
            "format": self.format,
            "devices": len(self.plan.devices) if isinstance(self.plan.devices, tuple) else None,
            "from": timestamp(instant(self.plan.start)),
            "to": timestamp(instant(self.plan.end)),
            "window_seconds": self.plan.window / 1000,
            "shards": len(self.plan),
            "fetched": self.fetched,
            "skipped": self.skipped,
            "provisional": self.provisional,
            "pages": self.pages,
            "rows": self.rows,
            "outside": self.outside,
            "bytes": self.bytes,
            "retries": self.retries,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.pace),
            "failures": [
                {
                    "device": failure.shard.device,
                    "from": timestamp(instant(failure.shard.start)),
                    "to": timestamp(instant(failure.shard.end)),
                    "error": str(failure.error),
                }
                for failure in self.failures
            ],
        }

    def lines(self) -> list[str]:
        """The same for people."""
        said = []
        if self.skipped and not self.fetched and not self.failures:
            said.append(f"nothing to fetch: {self.skipped:,} of {counted(len(self.plan), 'shard')} were there already")
        else:
            if self.skipped:
                there = f"{self.skipped:,} of {counted(len(self.plan), 'shard')}"
                said.append(f"went on where it stopped: {there} were there already")
            said.append(
                f"{counted(self.rows, 'row')} in {counted(self.fetched, 'shard')}, {size(self.bytes)} over the wire, in "
                f"{elapsed(self.seconds)} ({self.pace:,.0f} rows/s, {counted(self.retries, 'retry', 'retries')})"
            )
        if self.provisional:
            said.append(
                f"{counted(self.provisional, 'shard')} too young to be final: the same command will fetch them again"
            )
        if self.outside:
            said.append(f"{counted(self.outside, 'row')} beyond the edges of their shard left out")
        said += [f"failed: {failure.shard}: {failure.error}" for failure in self.failures[:_FAILURES_SHOWN]]
        if len(self.failures) > _FAILURES_SHOWN:
            said.append(f"and {counted(len(self.failures) - _FAILURES_SHOWN, 'more failure')}")
        return said
