"""A file that a service sends: bytes while they arrive, or straight to a path."""

from __future__ import annotations

import secrets
from contextlib import suppress
from os import PathLike, fsync
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import anyio
from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    import httpx

    from .chain.streamed import Streamed

_PIECE = 1 << 20
_SEEN = 1024


class Download:
    """What a call of kind ``bytes`` gives: enter it, then iterate it, once, or `save` it.

    ::

        async with client.session_files.json_zip(project_id, session_id) as file:
            await file.save("session.zip")

    Args:
        open: makes the request.

    Attributes:
        status: the HTTP status.
        headers: of the answer.
    """

    status: int
    headers: httpx.Headers

    def __init__(self, open: Callable[[], AbstractAsyncContextManager[Streamed]]) -> None:  # noqa: A002  # a request
        self._open = open
        self._opened: AbstractAsyncContextManager[Streamed] | None = None
        self._body: Streamed | None = None
        self._begun = False

    async def __aenter__(self) -> Self:
        """Make the request; the body is read when it is wanted.

        Raises:
            DecodeError: a page of HTML came in place of a file.
            SDKError: what became of the last attempt.
        """
        if self._opened is not None:
            raise RuntimeError("a download is entered once; ask for another")
        self._opened = self._open()
        body = self._body = await self._opened.__aenter__()
        self.status, self.headers = body.status, body.headers
        if body.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/html":
            try:
                raise body.unreadable("a file was promised", await _beginning(body))
            finally:
                await self.__aexit__(None, None, None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        opened, self._body = self._opened, None
        if opened is not None:
            await opened.__aexit__(kind, error, traceback)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            ConnectionLostError: the body broke off.
            TimeoutError: nothing came for too long.
        """
        if self._body is None:
            raise RuntimeError('a download is read inside its block: "async with ... as file"')
        self._begun = True
        return await anext(self._body)

    async def save(self, path: str | PathLike[str], *, on_progress: Callable[[int], None] | None = None) -> int:
        """Write the file: the path has all of it, or what was there before.

        It is written beside the path under another name, and renamed once it is whole and on the disk.

        Args:
            path: where to; what is there is replaced.
            on_progress: called with the number of bytes written so far.

        Returns:
            The number of bytes.

        Raises:
            OSError: what the disk met.
            ConnectionLostError, TimeoutError: as the iteration.
        """
        if self._begun:
            raise RuntimeError("a part of this download was read already: save it instead of iterating it")
        target = Path(path)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        file: IO[bytes] = await to_thread.run_sync(lambda: draft.open("xb"))
        try:
            written = await self._copy(file, on_progress)
            await to_thread.run_sync(_finish, file, draft, target)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_drop, file, draft)
            raise
        return written

    async def _copy(self, file: IO[bytes], on_progress: Callable[[int], None] | None) -> int:
        written = 0
        held = bytearray()
        async for piece in self:
            held += piece
            if len(held) >= _PIECE:
                await to_thread.run_sync(file.write, bytes(held))
                written += len(held)
                held.clear()
                if on_progress is not None:
                    on_progress(written)
        await to_thread.run_sync(file.write, bytes(held))
        written += len(held)
        if on_progress is not None:
            on_progress(written)
        return written


async def _beginning(body: Streamed) -> bytes:
    seen = b""
    async for piece in body:
        seen += piece
        if len(seen) > _SEEN:
            break
    return seen[:_SEEN]


def _finish(file: IO[bytes], draft: Path, target: Path) -> None:
    file.flush()
    fsync(file.fileno())
    file.close()
    draft.replace(target)


def _drop(file: IO[bytes], draft: Path) -> None:
    file.close()
    with suppress(FileNotFoundError):
        draft.unlink()
