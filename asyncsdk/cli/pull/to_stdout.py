"""A pull down a pipe: rows on stdout, the rest on stderr."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve

from ..terminal.progress import LiveProgress
from ..terminal.stdout import StandardOutput
from ..terminal.streams import ReaderGone
from ..terminal.waiting import Waiting
from .rows import RowLines
from .summary import Summary

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from ...client import Client
    from ...datasets.stream import RowStream
    from .request import PullRequest
    from .source import Source

C = TypeVar("C", bound="Client")


async def to_stdout(
    source: Source[C], connection: AbstractAsyncContextManager[C], request: PullRequest, *, quiet: bool
) -> Summary:
    """Write the rows of a pull to stdout.

    Args:
        source: what is pulled.
        connection: gives the client.
        request: what of it.
        quiet: whether to show no progress.

    Raises:
        SDKError: what the first shard that failed met, unless the request says to keep going.
        ReaderGone: the reader has had enough.
        OSError: stdout cannot be written to.
    """
    began = monotonic()
    # On one terminal, the line and the rows would write over each other: there it goes when the first row comes.
    alone = not sys.stdout.isatty()
    waiting = Waiting(f"waiting for {source.dataset.id}", wanted=not quiet)
    lines = RowLines(source.lines(request.format), StandardOutput(waiting.stop))
    with waiting:
        async with connection as client:
            plan = await request.plan(source, client)
            if alone:
                waiting.stop()
            stream = source.of(client).fan_out(
                plan,
                concurrency=request.concurrency,
                ordered=request.ordered,
                on_error="collect" if request.keep_going else "raise",
            )
            with LiveProgress(len(plan), wanted=not quiet and alone) as live:
                live.follow(stream.progress)
                async with stream:
                    written = await _copy(stream, lines, request.limit)
    # rows that arrived after the last one wanted were not written
    report = evolve(stream.report(), rows=written, seconds=monotonic() - began)
    return Summary(source=source, plan=plan, format=request.format, out=None, report=report)


async def _copy(stream: RowStream[Any], lines: RowLines, limit: int | None) -> int:
    """Rows to lines, up to a limit; how many there were. What was read before an error is written nevertheless."""
    written = 0
    try:
        async for row in stream:
            await lines.add(row, stream.shard.key if lines.keyed and stream.shard else None)
            written += 1
            if written == limit:
                break
    except Exception:  # whoever stops it waits for no reader
        with suppress(ReaderGone):  # who has had enough of the rows does not undo a failure
            await lines.flush()
        raise
    await lines.flush()
    return written
