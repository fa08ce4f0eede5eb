"""What a pull did, in figures: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...codec import timestamp
from ...times import instant
from ..terminal.text import counted, elapsed, one_line, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...datasets.plan import Plan
    from ...datasets.report import Report
    from ...datasets.shard import Shard
    from ...fanout.progress import Failure
    from .source import Source

_SHOWN = 5


@frozen(kw_only=True)
class Summary:
    """The figures of one pull.

    Attributes:
        source: what was pulled.
        plan: what was to be fetched, with its keys known.
        format: ``parquet``, ``ndjson`` or ``csv``.
        out: the directory; None for stdout.
        report: what this run did.
    """

    source: Source[Any]
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
            **self._extent(),
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
            "warned": report.warned,
            "warnings": [{**self._piece(each.shard), "warning": each.text} for each in report.warnings],
            "failures": [{**self._piece(failure.shard), "error": str(failure.error)} for failure in report.failures],
        }

    def _extent(self) -> dict[str, Any]:
        """What was asked for, as far as the data set has keys and a time."""
        keys, window = self.plan.keys, self.plan.window
        found: dict[str, Any] = (
            {} if self.source.many is None else {self.source.many: len(keys) if isinstance(keys, tuple) else None}
        )
        if self.plan.start is None or self.plan.end is None or window is None:
            return found
        return {**found, **_range(self.plan.start, self.plan.end), "window_seconds": window / 1000}

    def _piece(self, shard: Shard) -> dict[str, Any]:
        found = {} if self.source.one is None else {self.source.one: shard.key}
        return found if shard.start is None or shard.end is None else {**found, **_range(shard.start, shard.end)}

    def lines(self) -> list[str]:
        """The same for people."""
        report, shards = self.report, counted(len(self.plan), "shard")
        there = f"{report.skipped:,} of {shards} {'was' if report.skipped == 1 else 'were'} there already"
        said = []
        if report.skipped and not report.shards and not report.failures:
            again = "" if self.source.timed else "; --restart fetches what is there now"
            said.append(f"nothing to fetch: {there}{again}")
        else:
            if report.skipped:
                said.append(f"went on where it stopped: {there}")
            said.append(
                f"{counted(report.rows, 'row')} in {counted(report.shards, 'shard')}, {size(report.bytes)} over the wire, in "
                f"{elapsed(report.seconds)} ({self.pace:,.0f} rows/s, {counted(report.retries, 'retry', 'retries')})"
            )
        if report.provisional:
            young = counted(report.provisional, "shard")
            said.append(f"{young} too young to be final: the same command will fetch them again")
        if report.outside:
            said.append(f"{counted(report.outside, 'row')} beyond the edges of their shard left out")
        said += [f"warning: {each}" for each in report.warnings[:_SHOWN]]
        if report.warned > _SHOWN:
            said.append(f"and {counted(report.warned - _SHOWN, 'more warning')}")
        return [*said, *_failed(report.failures)]


def _failed(failures: Sequence[Failure[Shard]]) -> Iterator[str]:
    """What failed, those together that failed for the same reason; the most first."""
    groups: dict[str, list[Shard]] = {}
    for each in failures:
        groups.setdefault(one_line(str(each.error)), []).append(each.shard)
    for why, shards in sorted(groups.items(), key=lambda group: -len(group[1]))[:_SHOWN]:
        if len(shards) == 1:
            yield f"failed: {shards[0]}: {why}"
        else:
            yield f"failed: {counted(len(shards), 'shard')}, {shards[0]} among them: {why}"
    rest = sorted(map(len, groups.values()), reverse=True)[_SHOWN:]
    if rest:
        yield f"and {counted(sum(rest), 'more failure')} for {counted(len(rest), 'other reason')}"


def _range(start: int, end: int) -> dict[str, str]:
    return {"from": timestamp(instant(start)), "to": timestamp(instant(end))}
