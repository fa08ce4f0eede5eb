"""``tail``: the rows of a data set as they come, down a pipe, without end."""

from __future__ import annotations

import inspect
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
import typer
from attrs import frozen

from ..terminal.loop import run
from ..terminal.problems import usage
from ..terminal.stdout import StandardOutput
from ..way import Way, options
from .keys import key_option
from .request import chosen_duration, chosen_keys, chosen_time
from .rows import Format
from .source import Source  # typer evaluates the annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import timedelta

    from ...client import Client

C = TypeVar("C", bound="Client")

_WHAT, _WHERE, _HOW = "What to follow", "Where to put it", "How"


@frozen(kw_only=True)
class TailRequest:
    """A tail whose every option can be meant.

    Attributes:
        keys: of what is followed; None for all that there are, and where there is no key.
        since: where to begin: a time, or a saved position.
        interval: from one time of asking to the next.
        lateness: how long rows may still arrive.
        position: the file to keep the position in; None for none.
        format: how rows are written.
        limit: the most rows.
        concurrency: pages asked for at once.
    """

    keys: tuple[str, ...] | None
    since: datetime | Mapping[str, Any]
    interval: timedelta
    lateness: timedelta
    position: Path | None
    format: Format
    limit: int | None
    concurrency: int


def tail(source: Source[Any]) -> Callable[..., None]:
    """What typer calls to follow a data set, with a signature for typer to read.

    Args:
        source: the data set. Without a key it has no options of one.
    """
    ways = options(source.way)

    def command(keys: list[str] | None = None, **values: Any) -> None:
        way = source.way(**{each.name: values.pop(each.name) for each in ways})
        _tail(source, way, keys or [], **values)

    _, _, _, *every = inspect.signature(_tail, eval_str=True).parameters.values()
    own = [each for each in every if each.name != "everything" or source.one is not None]
    command.__signature__ = inspect.Signature([*key_option(source, "follow", _WHAT), *own, *ways])  # type: ignore[attr-defined]
    return command


def _tail(
    source: Source[Any],
    way: Way[Any],
    keys: list[str],
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All that there are, new ones too.", rich_help_panel=_WHAT)
    ] = False,
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Where to begin: ISO 8601, milliseconds since the epoch, or relative: `now`, `today`, `-1h`.",
            rich_help_panel=_WHAT,
        ),
    ] = "now",
    position: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Keep in this file where it has come to, and go on from there: none of the rows comes twice. `--since` counts as "
            "long as there is no such file.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    format: Annotated[  # noqa: A002  # the option's name
        Format, typer.Option("--format", "-f", help="How rows are written: ndjson or csv.", rich_help_panel=_WHERE)
    ] = Format.NDJSON,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Stop after N rows.", rich_help_panel=_WHERE)
    ] = None,
    interval: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How often to ask: `5s`, `1m`. Up to eight times as long where nothing comes.",
            rich_help_panel=_HOW,
        ),
    ] = "30s",
    lateness: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How long after its time a row may still arrive; each time that much is asked for again.",
            rich_help_panel=_HOW,
        ),
    ] = "10m",
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", "-c", min=1, help="How many pages are fetched at once.", rich_help_panel=_HOW),
    ] = 16,
) -> None:
    if format is Format.PARQUET:
        raise usage("--format", "Parquet files cannot go down a pipe: write ndjson or csv, or use pull --follow")
    file = None if position is None else Path(position)
    request = TailRequest(
        keys=chosen_keys(source, keys, everything),
        since=_saved(file) or chosen_time("--since", since, datetime.now(UTC)),
        interval=chosen_duration("--interval", interval),
        lateness=chosen_duration("--lateness", lateness, zero=True),
        position=file,
        format=format,
        limit=limit,
        concurrency=concurrency,
    )
    connection = way.connect()
    run(lambda: _follow(source, connection, request))


async def _follow(source: Source[C], connection: AbstractAsyncContextManager[C], request: TailRequest) -> None:
    """Write rows to stdout as they come.

    Raises:
        UsageError: a position of something else.
        SDKError: what does not end by itself.
        ReaderGone: the reader has had enough.
        OSError: stdout, or the file of the position, cannot be written to.
    """
    lines, stdout = source.lines(request.format), StandardOutput()
    async with connection as client:
        try:
            stream = source.of(client).tail(
                "all" if request.keys is None else request.keys,
                since=request.since,
                interval=request.interval,
                lateness=request.lateness,
                concurrency=request.concurrency,
                on_error=lambda error: sys.stderr.write(f"waiting: {error}\n"),
            )
        except ValueError as error:
            raise usage("--position", error) from None
        async with stream:
            await stdout.write(lines.header)

            async def write(rows: list[Any]) -> None:
                await stdout.write(lines.encode(rows, stream.key))
                if request.position is not None:
                    _save(request.position, stream.position)

            if request.limit is None:
                async for rows in stream.pages():
                    await write(rows)
            left = request.limit or 0
            while left:  # one by one: what is not written must not count as given
                await write([await anext(stream)])
                left -= 1


def _saved(file: Path | None) -> Mapping[str, Any] | None:
    """The position in a file; None where there is none yet."""
    if file is None or not file.exists():
        return None
    try:
        found = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise usage("--position", f"{file} is no position of a tail: {error}") from None
    return found


def _save(file: Path, position: Mapping[str, Any]) -> None:
    """Put it there, whole: a process that is killed leaves this one or the one before."""
    draft = file.with_name(f".{file.name}.tmp")
    with draft.open("wb") as written:
        written.write(msgspec.json.encode(position))
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)
