"""``asyncsdk unleash pull``: the rows of many devices over a range of time, into files or down a pipe."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .access import MAX_ATTEMPTS, Access, ApiKeyFile, BaseURLOption, MaxAttemptsOption, SandboxOption, TimeoutOption
from .loop import run
from .problems import FAILED, usage
from .request import Format, PullRequest, chosen_devices, chosen_duration, chosen_range, chosen_target
from .to_files import say_how_to_go_on, to_files
from .to_stdout import to_stdout

if TYPE_CHECKING:
    from .summary import Summary

_WHAT, _WHERE, _HOW = "What to pull", "Where to put it", "How"


def pull(
    *,
    device: Annotated[
        list[str] | None,
        typer.Option("--device", "-d", metavar="ID", help="A device; repeat it for more.", rich_help_panel=_WHAT),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All devices of the account.", rich_help_panel=_WHAT)
    ] = False,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TIME",
            help="The beginning of the range: ISO 8601 (`2026-11-01`, `2026-11-01T10:00`, `2026-11-01T10:00+02:00`; without an "
            "offset it is UTC), milliseconds since the epoch, or relative: `now`, `today`, `yesterday`, `-24h`, `now-2h`.",
            rich_help_panel=_WHAT,
        ),
    ],
    end: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="TIME",
            help="The end of the range, which is not part of it; likewise.",
            rich_help_panel=_WHAT,
        ),
    ] = "now",
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
            help="Rows on stdout device by device, each in order of time. (Without it, as they arrive. Files are always in order.)",
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
    api_key_file: ApiKeyFile = None,
    base_url: BaseURLOption = None,
    sandbox: SandboxOption = False,
    timeout: TimeoutOption = None,
    max_attempts: MaxAttemptsOption = MAX_ATTEMPTS,
) -> None:
    """Pull the rows of many devices over a range of time.

    Into a directory each piece (one device, one window) becomes one whole file, in a tree like
    `device_id=W0a1/date=2026-11-01/`; a pull that was stopped leaves whole files only, and **the same command goes on where it
    stopped**. With relative times (`--from -24h`) the range is widened to whole windows, so that it can run every hour.

    Without `--out` the rows go to stdout, one JSON object a line, for `jq`, `head` and their like.

    **Examples**:

    Yesterday, all devices, as Parquet:

        asyncsdk unleash pull --all --from yesterday --to today --out detections

    Two devices, down a pipe:

        asyncsdk unleash pull -d W0a1 -d W0b2 --from -2h | jq .class_name

    Without an account:

        asyncsdk unleash pull --sandbox --all --from 2026-11-01 --to 2026-11-02 --out rows --format csv
    """
    to_directory, chosen_format = chosen_target(out, format)
    width = chosen_duration("--window", window)
    first, last = chosen_range(
        start, end, datetime.now(UTC).replace(microsecond=0), None if to_directory is None else width
    )
    request = PullRequest(
        devices=chosen_devices(device or (), everything),
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
    _consistent(request, as_json)
    access = Access(api_key_file, base_url, sandbox, timeout, max_attempts)
    if request.out is None:
        summary = run(lambda: to_stdout(access, request, quiet=quiet))
    else:
        summary = run(lambda: to_files(access, request, quiet=quiet), on_stop=lambda: say_how_to_go_on(out))
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
    if as_json:
        sys.stdout.write(msgspec.json.encode(summary.wire()).decode() + "\n")
        sys.stdout.flush()
    if not quiet:
        sys.stderr.writelines(f"{line}\n" for line in summary.lines())
    if summary.failures:
        raise typer.Exit(FAILED)
