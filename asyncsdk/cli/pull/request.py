"""What a pull was asked for, checked before anything is started."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from ...codec import timestamp
from ...datasets.shard import listed_key
from .. import times
from ..terminal.problems import UsageError, usage
from .rows import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...client import Client
    from ...datasets.plan import Plan
    from .source import Source

C = TypeVar("C", bound="Client")

STDOUT = "-"

_FILE_NAMES = (".parquet", ".ndjson", ".jsonl", ".json", ".csv", ".gz", ".zst")


@frozen(kw_only=True)
class PullRequest:
    """A pull whose every option can be meant.

    Attributes:
        keys: of what is pulled; None for all that there are, and where there is no key.
        start, end: aware UTC; the range is ``[start, end)``. None where there is no time.
        window: the width of a shard, where there is one.
        out: a directory or URL; None for stdout.
        format: how rows are written.
        compression: of the files; None for the format's own choice.
        settle: a shard that ended less than this ago is not final.
        restart: whether to fetch anew what is there already.
        concurrency: pages asked for at once.
        ordered: rows on stdout by key and time.
        limit: the most rows on stdout.
        keep_going: whether a shard that fails does not end the pull.
    """

    keys: tuple[str, ...] | None
    out: str | None
    format: Format
    start: datetime | None = None
    end: datetime | None = None
    window: timedelta = timedelta(hours=1)
    compression: str | None = None
    settle: timedelta = timedelta(0)
    restart: bool = False
    concurrency: int = 16
    ordered: bool = False
    limit: int | None = None
    keep_going: bool = False

    async def plan(self, source: Source[C], client: C) -> Plan:
        """The plan, its keys known, so that its length is too."""
        pull = source.of(client)
        keys: Iterable[str] | None = self.keys
        if pull.key is not None and keys is None:
            keys = [listed_key(key) async for key in pull.all_keys()]
        return pull.plan(keys, self.start, self.end, window=self.window)


def chosen_keys(source: Source[C], named: Sequence[str], everything: bool) -> tuple[str, ...] | None:
    """The keys named, or None for all, and where there is no key.

    Raises:
        UsageError: neither or both, or a key that cannot be one.
    """
    if source.one is None:
        return None
    option = f"--{source.one}"
    if everything and named:
        raise usage("--all", f"it stands for every {source.one}: leave out {option}, or leave out --all")
    if not everything and not named:
        raise UsageError(f"say which {source.many} to pull: {option} ID (as often as needed), or --all")
    try:
        return None if everything else tuple(dict.fromkeys(map(source.checked, named)))
    except ValueError as error:
        raise usage(option, error) from None


def chosen_range(
    start: str, end: str, now: datetime, whole: timedelta | None = None, zone: tzinfo = UTC
) -> tuple[datetime, datetime]:
    """Both ends of the range.

    Args:
        start: as typed.
        end: as typed.
        now: the current time, for relative ends.
        whole: widen relative ends to the edges of windows of this width: then the files of the next run fit those of this one.
        zone: what dates and times without an offset are in.

    Raises:
        UsageError: a time that is none, or a range that ends before it starts.
    """
    first, last = chosen_time("--from", start, now, zone), chosen_time("--to", end, now, zone)
    if first > last:
        raise usage("--from", f"{timestamp(first)} is after --to {timestamp(last)}: the range ends before it starts")
    if whole is None:
        return first, last
    return (
        times.edge_before(first, whole) if times.is_relative(start) else first,
        times.edge_after(last, whole) if times.is_relative(end) else last,
    )


def chosen_time(option: str, text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """A point in time.

    Args:
        option: its name, for the message.
        text: as typed.
        now: the current time, for relative ones.
        zone: that of dates and of times without an offset.

    Raises:
        UsageError: no time.
    """
    try:
        return times.moment(text, now, zone)
    except ValueError as error:
        raise usage(option, error) from None


def chosen_duration(option: str, text: str, *, zero: bool = False) -> timedelta:
    """A duration.

    Args:
        option: its name, for the message.
        text: what was typed.
        zero: whether none at all makes sense.

    Raises:
        UsageError: no duration, or zero where that makes no sense.
    """
    try:
        length = times.duration(text)
    except ValueError as error:
        raise usage(option, error) from None
    if not length and not zero:
        raise usage(option, f"{text!r} is no length of time to cut a range into: write one above zero, such as 1h")
    return length


def chosen_target(out: str, format: Format | None) -> tuple[str | None, Format]:  # noqa: A002  # the option's name
    """Where to write, None for stdout, and how.

    Raises:
        UsageError: Parquet on stdout, or a file where a directory is needed.
    """
    if out in ("", STDOUT):
        if format is Format.PARQUET:
            raise usage(
                "--format",
                "Parquet files cannot go down a pipe: give a directory with --out DIR, or write ndjson or csv",
            )
        return None, format or Format.NDJSON
    if out.lower().endswith(_FILE_NAMES):
        raise usage("--out", f"{out} looks like a file, and --out is a directory: to get one file, write ... > {out}")
    return out, format or Format.PARQUET
