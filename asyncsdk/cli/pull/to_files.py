"""A pull into a directory: whole files only, and the same command goes on where it stopped."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from ...errors import SDKError
from ...http.redact import redact
from ..terminal.problems import Problem, sentence
from ..terminal.progress import LiveProgress
from ..terminal.waiting import Waiting
from .summary import Summary
from .target import sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractAsyncContextManager

    from ...client import Client
    from .request import PullRequest
    from .source import Source

C = TypeVar("C", bound="Client")


async def to_files(
    source: Source[C], connection: AbstractAsyncContextManager[C], request: PullRequest, *, quiet: bool = False
) -> Summary:
    """Write the rows of a pull into files, but not those that are there.

    Args:
        source: what is pulled.
        connection: gives the client.
        request: what of it, and into which directory.
        quiet: whether to show no progress.

    Raises:
        UsageError: the format has no such compression.
        SDKError: what the first shard that failed met, unless the request says to keep going; or the target cannot be written.
        OSError, Problem: the disk or the service that it is on failed.
    """
    files = sink(request)
    async with connection as client:
        with Waiting(f"listing {source.many or 'what there is'}", wanted=not quiet):
            plan = await request.plan(source, client)
        with LiveProgress(len(plan), wanted=not quiet) as live, told_where(request.out or ""):
            report = await source.of(client).backfill(
                plan,
                files,
                concurrency=request.concurrency,
                settle=request.settle,
                refresh=request.restart,
                on_error="collect" if request.keep_going else "raise",
                on_progress=live.follow,
            )
    return Summary(source=source, plan=plan, format=request.format, out=redact(request.out or ""), report=report)


@contextmanager
def told_where(out: str) -> Iterator[None]:
    """File systems have errors of their own, such as an EOFError of nothing but its name."""
    try:
        yield
    except Exception as error:
        if isinstance(error, SDKError) or (isinstance(error, OSError) and error.filename is not None):
            raise
        raise Problem(f"cannot write to {redact(out)}: {sentence(error)}") from error


def say_how_to_go_on(out: str) -> None:
    """What to tell whoever stopped a pull."""
    sys.stderr.write(f"stopped: what was finished is in {redact(out)}, and the same command goes on from there\n")
