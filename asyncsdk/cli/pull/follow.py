"""A pull into a directory that goes on with time: each window is written once it has settled."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn, TypeVar

from ..terminal.problems import usage
from ..terminal.text import counted, elapsed
from .target import sink
from .to_files import told_where

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from ...client import Client
    from ...datasets.report import Report
    from ...errors import SDKError
    from .request import PullRequest
    from .source import Source

C = TypeVar("C", bound="Client")


def consistent(request: PullRequest, *, to: str, as_json: bool) -> None:
    """Refuse what makes no sense where there is no end.

    Args:
        request: of the pull.
        to: what was typed as the end of the range.
        as_json: whether a summary was asked for.

    Raises:
        UsageError: there is something.
    """
    if request.out is None:
        raise usage(
            "--follow", "windows are committed to files: give a directory with --out DIR, or use tail for a pipe"
        )
    if to != "now":
        raise usage("--to", "there is no end to follow to: leave it out, or leave out --follow")
    for flag, given in (("--restart", request.restart), ("--keep-going", request.keep_going), ("--json", as_json)):
        if given:
            raise usage(flag, "it is for a pull that has an end: leave it out, or leave out --follow")


async def follow(
    source: Source[C], connection: AbstractAsyncContextManager[C], request: PullRequest, *, quiet: bool
) -> NoReturn:
    """Write windows into files as they settle, until it is stopped.

    Args:
        source: what is pulled.
        connection: gives the client.
        request: what of it, and into which directory.
        quiet: whether to say nothing of what was written.

    Raises:
        UsageError: the format has no such compression.
        SDKError: what does not end by itself.
        OSError, Problem: the disk or the service that it is on failed.
    """
    files = sink(request)

    def say(text: str) -> None:
        if not quiet:
            sys.stderr.write(f"{text}\n")

    def report(found: Report) -> None:
        skipped = f", {found.skipped:,} there already" if found.skipped else ""
        say(f"{counted(found.rows, 'row')} in {counted(found.shards, 'shard')}{skipped}, in {elapsed(found.seconds)}")

    def waiting(error: SDKError) -> None:
        say(f"waiting: {error}")

    async with connection as client:
        with told_where(request.out or ""):
            await source.of(client).follow(
                "all" if request.keys is None and source.one is not None else request.keys,
                files,
                since=request.start,
                window=request.window,
                lateness=request.settle,
                concurrency=request.concurrency,
                on_report=report,
                on_error=waiting,
            )
