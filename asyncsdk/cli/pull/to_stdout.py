"""A pull down a pipe: rows on stdout, the rest on stderr."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from ..terminal.progress import LiveProgress
from ..terminal.stdout import StandardOutput
from .rows import RowLines
from .summary import Summary

if TYPE_CHECKING:
    from ...unleash.analytics.stream import RowStream
    from ..access import Access
    from .request import PullRequest


async def to_stdout(access: Access, request: PullRequest, *, quiet: bool) -> Summary:
    """Write the rows of a pull to stdout.

    Args:
        access: how to reach the service.
        request: what to pull.
        quiet: whether to show no progress.

    Raises:
        SDKError: what the first shard that failed met, unless the request says to keep going.
        BrokenPipeError: the reader has gone.
    """
    began = monotonic()
    lines = RowLines(request.format, StandardOutput())
    async with access.analytics() as analytics:
        plan = await request.plan(analytics)
        stream = analytics.fan_out(
            plan,
            concurrency=request.concurrency,
            ordered=request.ordered,
            on_error="collect" if request.keep_going else "raise",
        )
        # On one terminal, the line and the rows would write over each other.
        with LiveProgress(len(plan), wanted=not quiet and not sys.stdout.isatty()) as live:
            live.follow(stream.progress)
            async with stream:
                written = await _copy(stream, lines, request.limit)
    progress = stream.progress
    return Summary(
        plan=plan,
        format=request.format,
        out=None,
        fetched=progress.shards,
        pages=progress.pages,
        rows=written,
        bytes=progress.bytes,
        retries=progress.retries,
        outside=progress.outside,
        seconds=monotonic() - began,
        failures=tuple(stream.failures),
    )


async def _copy(stream: RowStream, lines: RowLines, limit: int | None) -> int:
    """Rows to lines, up to a limit; how many there were. What was read before an error is written nevertheless."""
    written = 0
    try:
        async for row in stream:
            await lines.add(row)
            written += 1
            if written == limit:
                break
    finally:
        await lines.flush()
    return written
