"""Many files from here to the storage, some at once, over the engine that fetches many lists at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import evolve

from ....errors import SDKError
from ....fanout.stream import fan_out
from ....paging import at_once
from .source import name_of
from .upload import UploadResult

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Sequence

    from ....fanout.run import OnError
    from ....paging import Pager
    from .source import Path


async def upload_each(
    paths: Iterable[Path] | AsyncIterable[Path],
    one: Callable[[Path], Awaitable[UploadResult]],
    *,
    concurrency: int,
    on_error: OnError,
) -> AsyncGenerator[UploadResult, None]:
    """Send files, and give each one's result when it is there.

    Args:
        paths: of the files; taken lazily.
        one: sends one.
        concurrency: how many are under way at once.
        on_error: ``"collect"`` gives a failure as a result with its ``error``.

    Raises:
        TypeError, ValueError: arguments of the wrong kind.
        SDKError, OSError, ValueError: the first failure, where failures are not collected.
    """

    def fetch(path: Path) -> Pager[UploadResult]:
        async def result() -> Sequence[UploadResult]:
            source = os.fspath(path)
            try:
                return [evolve(await one(path), source=source)]
            except (SDKError, OSError, ValueError) as error:
                if on_error == "raise":
                    raise
                return [UploadResult(name_of(path), source=source, error=error)]

        return at_once(result)

    async with fan_out(paths, fetch, concurrency=concurrency, on_error=on_error) as stream:
        async for _, each in stream:
            yield each
