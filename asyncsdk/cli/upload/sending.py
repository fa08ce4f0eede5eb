"""Files on their way into a session of the library: those that are there already are left alone."""

from __future__ import annotations

import os
from contextlib import aclosing
from pathlib import Path
from stat import S_ISREG
from time import monotonic
from typing import TYPE_CHECKING

from attrs import frozen

from ...errors import NotFoundError, SDKError
from ...unleash.platform.transfer.many import upload_each
from ..terminal.problems import Problem, usage
from .bars import Bars
from .summary import Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from ...unleash.platform import UnleashPlatform, UploadResult
    from ...unleash.platform.transfer.source import Path as AnyPath

PLACE = "FILE"


@frozen(kw_only=True)
class UploadRequest:
    """What was asked for.

    Attributes:
        sizes: the files, and how many bytes each has.
        device: what recorded them.
        session: the session they belong to.
        restart: send also what is there already.
        keep_going: when a file cannot be sent, go on with the others.
        concurrency: how many are under way at once.
    """

    sizes: dict[str, int]
    device: str
    session: str
    restart: bool = False
    keep_going: bool = False
    concurrency: int = 8


def chosen_files(typed: Sequence[str]) -> dict[str, int]:
    """The files that were typed, each once, and their sizes.

    Raises:
        UsageError: one that is not there, is no file, or would come under the name of another.
    """
    found: dict[str, int] = {}
    places: dict[str, str] = {}
    for path in typed:
        try:
            known = Path(path).stat()
        except (OSError, ValueError) as error:
            raise usage(PLACE, f"{path}: {getattr(error, 'strerror', None) or error}") from None
        if not S_ISREG(known.st_mode):
            raise usage(PLACE, f"{path}: not a regular file")
        other = places.setdefault(Path(path).name, path)
        if os.path.realpath(other) != os.path.realpath(path):
            raise usage(PLACE, f"{other} and {path} would come under one name: rename one of them")
        if other == path:
            found[path] = known.st_size
    return found


async def send(
    connection: AbstractAsyncContextManager[UnleashPlatform], request: UploadRequest, *, quiet: bool = False
) -> Summary:
    """Send the files of a request that are not there.

    Args:
        connection: gives the client.
        request: which, and where to.
        quiet: whether to show no progress.

    Raises:
        SDKError, OSError, Problem: why the first file that failed did, unless the request says to keep going; or what is there
            cannot be told.
    """
    began = monotonic()
    outcomes: list[Outcome] = []
    async with connection as client:
        there = {} if request.restart else await _there(client, request)
        wanted: dict[str, int] = {}
        for path, size in request.sizes.items():
            if there.get(Path(path).name) == size:
                outcomes.append(Outcome(path, "skipped", size))
            else:
                wanted[path] = size
        with Bars(len(request.sizes), sum(wanted.values()), wanted=not quiet) as bars:
            for each in outcomes:
                bars.ended(each)

            async def one(path: AnyPath) -> UploadResult:
                name = os.fspath(path)
                follow = bars.begun(name, request.sizes[name])
                return await client.library.upload(
                    path, device_id=request.device, session_id=request.session, progress=follow
                )

            sending = upload_each(wanted, one, concurrency=request.concurrency, on_error="collect")
            async with aclosing(sending) as results:
                async for result in results:
                    outcome = _outcome(result, request)
                    if outcome.error is not None and not request.keep_going:
                        raise outcome.error
                    outcomes.append(outcome)
                    bars.ended(outcome)
    return Summary(request.device, request.session, outcomes, monotonic() - began)


async def _there(client: UnleashPlatform, request: UploadRequest) -> dict[str, int | None]:
    """What the session has already, by file name."""
    try:
        media = await client.library.session_media(request.device, request.session).to_list()
    except NotFoundError:
        return {}  # a session begins with its first file
    return {each.key.rpartition("/")[2]: each.size for each in media if each.key}


def _outcome(result: UploadResult, request: UploadRequest) -> Outcome:
    path, error = result.source or "", result.error
    if error is None:
        return Outcome(path, "sent", result.size, result.key)
    told: Exception = error
    if isinstance(error, SDKError):
        error.shard = path
    elif not isinstance(error, OSError) or error.filename is None:
        told = Problem(f"{path}: {error}")
    return Outcome(path, "failed", request.sizes[path], error=told)
