"""``pull``: a data set, or the rows of some keys and a range of time of it, into files or down a pipe."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..terminal.ending import tell
from ..terminal.loop import run
from ..terminal.problems import FAILED, usage
from ..times import ZONE_HELP, chosen_zone
from ..way import Way, options
from . import follow as following
from .keys import key_option
from .request import PullRequest, chosen_duration, chosen_keys, chosen_range, chosen_target
from .rows import Format  # typer evaluates the annotations
from .source import Source
from .to_files import say_how_to_go_on, to_files
from .to_stdout import to_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .summary import Summary

_WHAT, _WHERE, _HOW = "What to pull", "Where to put it", "How"

_OF_KEYS = ("everything",)
_OF_TIME = ("start", "end", "tz", "window", "settle", "follow")


def pull(source: Source[Any]) -> Callable[..., None]:
    """What typer calls to pull a data set, with a signature for typer to read.

    Args:
        source: the data set. Without a key or a time it has none of their options.
    """
    ways = options(source.way)

    def command(keys: list[str] | None = None, **values: Any) -> None:
        way = source.way(**{each.name: values.pop(each.name) for each in ways})
        _pull(source, way, keys or [], **values)

    own = [*key_option(source, "pull", _WHAT), *_own(source)]
    command.__signature__ = inspect.Signature([*own, *ways])  # type: ignore[attr-defined]
    return command


def _own(source: Source[Any]) -> Iterator[inspect.Parameter]:
    """The other options, those left out that make no sense without a key or a time."""
    _, _, _, *every = inspect.signature(_pull, eval_str=True).parameters.values()
    for each in every:
        if (each.name in _OF_KEYS and source.one is None) or (each.name in _OF_TIME and not source.timed):
            continue
        # what is empty is asked for
        yield each.replace(default=each.empty) if each.default == "" else each


def _pull(
    source: Source[Any],
    way: Way[Any],
    keys: list[str],
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that there are.", rich_help_panel=_WHAT)] = False,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TIME",
            help="The beginning of the range: ISO 8601 (`2026-11-01`, `2026-11-01T10:00`, `2026-11-01T10:00+02:00`; without an "
            "offset it is in `--tz`), milliseconds since the epoch, or relative: `now`, `today`, `yesterday`, `30d` or `-30d` "
            "(ago), `now-2h`.",
            rich_help_panel=_WHAT,
        ),
    ] = "",
    end: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="TIME",
            help="The end of the range, which is not part of it; likewise.",
            rich_help_panel=_WHAT,
        ),
    ] = "now",
    tz: Annotated[str | None, typer.Option("--tz", metavar="NAME", help=ZONE_HELP, rich_help_panel=_WHAT)] = None,
    window: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="The piece of time that is fetched, and written to one file, as a unit: `30s`, `10m`, `1h`, `1d`. Pieces end at "
            "UTC midnight.",
            rich_help_panel=_WHAT,
        ),
    ] = "1h",
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="DIR",
            help="The directory (or fsspec URL) for the files, made if needed. `-` is stdout.",
            rich_help_panel=_WHERE,
        ),
    ] = "-",
    format: Annotated[  # noqa: A002  # the option's name
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="How rows are written. By default parquet into a directory, and ndjson to stdout.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    compression: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of the files. For parquet: zstd (the default), snappy, gzip, lz4 or none; for ndjson and csv: none (the "
            "default), gzip or zstd.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    ordered: Annotated[
        bool,
        typer.Option(
            "--ordered",
            help="Rows on stdout in the service's order, one ID after the other. (Without it, as they arrive. Files are always in order.)",
            rich_help_panel=_WHERE,
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Stop after N rows on stdout.", rich_help_panel=_WHERE),
    ] = None,
    settle: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How long late rows may still come: a piece that ended less than this ago is written, but fetched again "
            "next time.",
            rich_help_panel=_HOW,
        ),
    ] = "10m",
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Go on without end: write each window once it has settled (`--settle` after its end).",
            rich_help_panel=_HOW,
        ),
    ] = False,
    restart: Annotated[
        bool,
        typer.Option(
            "--restart",
            help="Fetch again what is there already, and put it in the place of that, piece by piece.",
            rich_help_panel=_HOW,
        ),
    ] = False,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going",
            "-k",
            help="When a piece cannot be fetched, go on with the others and list it at the end (exit code 1).",
            rich_help_panel=_HOW,
        ),
    ] = False,
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", "-c", min=1, help="How many pages are fetched at once.", rich_help_panel=_HOW),
    ] = 16,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object on stdout.", rich_help_panel=_HOW)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no summary on stderr.", rich_help_panel=_HOW)
    ] = False,
) -> None:
    to_directory, chosen_format = chosen_target(out, format)
    width = chosen_duration("--window", window)
    first = last = None
    if source.timed:
        now = datetime.now(UTC).replace(microsecond=0)
        first, last = chosen_range(start, end, now, None if to_directory is None else width, chosen_zone(tz))
    request = PullRequest(
        keys=chosen_keys(source, keys, everything),
        start=first,
        end=last,
        window=width,
        out=to_directory,
        format=chosen_format,
        compression=compression,
        settle=chosen_duration("--settle", settle, zero=True),
        restart=restart,
        concurrency=concurrency,
        ordered=ordered,
        limit=limit,
        keep_going=keep_going,
    )
    if follow:
        following.consistent(request, to=end, as_json=as_json)
    _consistent(request, as_json)
    connection = way.connect()
    if follow:
        run(
            lambda: following.follow(source, connection, request, quiet=quiet),
            on_stop=lambda: say_how_to_go_on(out),
        )
    if request.out is None:
        summary = run(lambda: to_stdout(source, connection, request, quiet=quiet))
    else:
        summary = run(lambda: to_files(source, connection, request, quiet=quiet), on_stop=lambda: say_how_to_go_on(out))
    _finish(summary, as_json=as_json, quiet=quiet)


def _consistent(request: PullRequest, as_json: bool) -> None:
    """Options that make no sense together are refused, rather than ignored."""
    if request.out is None:
        if as_json:
            raise usage("--json", "the summary would get between the rows on stdout: give a directory with --out DIR")
        if request.compression is not None:
            raise usage("--compression", "it is for files: compress a pipe with gzip or zstd, or give --out DIR")
        if request.restart:
            raise usage("--restart", "a pipe remembers nothing, so there is nothing to fetch again")
        return
    if request.limit is not None:
        raise usage("--limit", "it is for stdout: a file is whole or not there")


def _finish(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    tell(summary, as_json=as_json, quiet=quiet)
    if summary.report.failures:
        raise typer.Exit(FAILED)
