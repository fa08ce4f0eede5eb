"""What a pull did, in figures: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...codec import timestamp
from ...times import instant
from ..terminal.text import counted, elapsed, size

if TYPE_CHECKING:
    from ...datasets.plan import Plan
    from ...unleash.analytics.backfill import Report

_FAILURES_SHOWN = 5


@frozen(kw_only=True)
class Summary:
    """The figures of one pull.

    Attributes:
        key: what the list is cut by, as people call it: ``device``.
        plan: what was to be fetched, with its keys known.
        format: ``parquet``, ``ndjson`` or ``csv``.
        out: the directory; None for stdout.
        report: what this run did.
    """

    key: str
    plan: Plan
    format: str
    out: str | None
    report: Report

    @property
    def pace(self) -> float:
        """Rows a second."""
        return self.report.rows / self.report.seconds if self.report.seconds > 0 else 0.0

    def wire(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        report = self.report
        return {
            "out": self.out,
            "format": self.format,
            f"{self.key}s": len(self.plan.devices) if isinstance(self.plan.devices, tuple) else None,
            "from": timestamp(instant(self.plan.start)),
            "to": timestamp(instant(self.plan.end)),
            "window_seconds": self.plan.window / 1000,
            "shards": len(self.plan),
            "fetched": report.shards,
            "skipped": report.skipped,
            "provisional": report.provisional,
            "pages": report.pages,
            "rows": report.rows,
            "outside": report.outside,
            "bytes": report.bytes,
            "retries": report.retries,
            "seconds": round(report.seconds, 3),
            "rows_per_second": round(self.pace),
            "failures": [
                {
                    self.key: failure.shard.device,
                    "from": timestamp(instant(failure.shard.start)),
                    "to": timestamp(instant(failure.shard.end)),
                    "error": str(failure.error),
                }
                for failure in report.failures
            ],
        }

    def lines(self) -> list[str]:
        """The same for people."""
        report, shards = self.report, counted(len(self.plan), "shard")
        said = []
        if report.skipped and not report.shards and not report.failures:
            said.append(f"nothing to fetch: {report.skipped:,} of {shards} were there already")
        else:
            if report.skipped:
                said.append(f"went on where it stopped: {report.skipped:,} of {shards} were there already")
            said.append(
                f"{counted(report.rows, 'row')} in {counted(report.shards, 'shard')}, {size(report.bytes)} over the wire, in "
                f"{elapsed(report.seconds)} ({self.pace:,.0f} rows/s, {counted(report.retries, 'retry', 'retries')})"
            )
        if report.provisional:
            young = counted(report.provisional, "shard")
            said.append(f"{young} too young to be final: the same command will fetch them again")
        if report.outside:
            said.append(f"{counted(report.outside, 'row')} beyond the edges of their shard left out")
        said += [f"failed: {failure.shard}: {failure.error}" for failure in report.failures[:_FAILURES_SHOWN]]
        if len(report.failures) > _FAILURES_SHOWN:
            said.append(f"and {counted(len(report.failures) - _FAILURES_SHOWN, 'more failure')}")
        return said
