"""A pull into a directory: whole files only, and the same command goes on where it stopped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..http.redact import redact
from .progress import LiveProgress
from .summary import Summary
from .target import sink

if TYPE_CHECKING:
    from .access import Access
    from .request import PullRequest


async def to_files(access: Access, request: PullRequest, *, quiet: bool = False) -> Summary:
    """Write the rows of a pull into files, but not those that are there.

    Args:
        access: how to reach the service.
        request: what to pull, and into which directory.
        quiet: whether to show no progress.

    Raises:
        UsageError: the format has no such compression.
        SDKError: what the first shard that failed met, unless the request says to keep going; or the target cannot be written.
        OSError: the disk failed.
    """
    files = sink(request)
    async with access.analytics() as analytics:
        plan = await request.plan(analytics)
        with LiveProgress(len(plan), wanted=not quiet) as live:
            report = await analytics.backfill(
                plan,
                files,
                concurrency=request.concurrency,
                settle=request.settle,
                refresh=request.restart,
                on_error="collect" if request.keep_going else "raise",
                on_progress=live.follow,
            )
    return Summary(
        plan=plan,
        format=request.format,
        out=redact(request.out or ""),
        fetched=report.shards,
        skipped=report.skipped,
        provisional=report.provisional,
        pages=report.pages,
        rows=report.rows,
        bytes=report.bytes,
        retries=report.retries,
        outside=report.outside,
        seconds=report.seconds,
        failures=report.failures,
    )


def say_how_to_go_on(out: str) -> None:
    """What to tell whoever stopped a pull."""
    sys.stderr.write(f"stopped: what was finished is in {redact(out)}, and the same command goes on from there\n")
