"""A connection as httpcore2 sees it: it hears what the server says while we are still writing, and what it says too much."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import httpcore2

from ..kernel import arrivals, has_room, unsent
from ..outgoing import PIECE
from .tls import TLSStream

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable

_SMALL = 1 << 14
_HEAD_AND_BODY = 2
_STATUS = re.compile(rb"HTTP/1\.\d ([1-9])\d\d[ \r\n]")
_STEPS_TO_HEAR = 5
_STATUS_LINE = len("HTTP/1.1 200\r")


def told(said: bytes | bytearray) -> int | None:
    """The first digit of the status of the final answer that these bytes begin with, 0 for what is none; None if it is yet to come."""
    while True:
        status = _STATUS.match(said)
        if status is None:
            return None if len(said) < _STATUS_LINE else 0
        if status[1] != b"1":
            return int(status[1])
        _, _, said = said.partition(b"\r\n\r\n")


class Wire(httpcore2.AsyncNetworkStream):
    """One of httpcore2's connections.

    httpcore2 writes a request to its end before it reads, or until it cannot. So a write fails here as soon as the server has
    decided: then httpcore2 reads its answer. What came meanwhile is kept for that.

    Args:
        stream: a connection.
        is_closed: whether its pool is.
    """

    def __init__(self, stream: httpcore2.AsyncNetworkStream, is_closed: Callable[[], bool]) -> None:
        self._stream = stream
        self._is_closed = is_closed
        self._writes = 0
        self._socket = stream.get_extra_info("socket")
        self._arrivals = arrivals(self._socket)
        self._heard = bytearray()
        self._ended = False
        self._failure: httpcore2.ReadError | None = None
        self._stalled = False
        self._spoiled = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # the interface is httpcore2's
        """Some bytes; none at the end."""
        self._writes = 0
        if self._heard:
            data = bytes(self._heard[:max_bytes])
            del self._heard[:max_bytes]
            return data
        if self._failure is not None:
            raise self._failure
        return b"" if self._ended else await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # as above
        """Send bytes.

        Raises:
            httpcore2.WriteError: it cannot be, or need not: the server has decided.
        """
        if not buffer:
            return
        self._writes += 1
        little = self._writes <= _HEAD_AND_BODY and len(buffer) <= _SMALL  # who sends so little can wait for the answer
        if little or self._flows(len(buffer)):
            await self._stream.write(buffer, timeout)
        else:
            await self._write_and_listen(buffer, timeout)

    def _flows(self, count: int) -> bool:
        """Whether the server has said nothing, and what is to be written will not wait: to listen meanwhile costs ten times as much."""
        if self._heard or self._arrivals is None or self._arrivals.poll(0):
            return False
        return has_room(self._socket, count)

    async def _write_and_listen(self, piece: bytes, limit: float | None) -> None:
        written = False
        failure: Exception = httpcore2.WriteError("the server has decided")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen, tasks.cancel_scope)
            if limit is not None:
                tasks.start_soon(self._watch, tasks.cancel_scope, limit)
            if self._stream.get_extra_info("is_readable"):
                await self._hear()
            try:
                await self._stream.write(piece)
                written = True
            except httpcore2.WriteError as error:
                failure = error
            tasks.cancel_scope.cancel()
        if self._stalled and told(self._heard) is None:  # else it has said what it had to say, and reads no more
            raise httpcore2.WriteTimeout
        if not written or self._has_decided():
            raise failure

    async def _watch(self, writing: anyio.CancelScope, limit: float) -> None:
        """End the writing when the server has taken nothing for so many seconds."""
        left = unsent(self._socket)
        while True:
            await anyio.sleep(limit)
            before, left = left, unsent(self._socket)
            if left >= before:
                self._stalled = True
                writing.cancel()
                return

    async def _hear(self) -> None:
        """Let what has come be read first: on asyncio, to write to a connection that was reset loses it."""
        for _ in range(_STEPS_TO_HEAR):
            if self._heard or self._ended:
                break
            await anyio.lowlevel.checkpoint()

    async def _listen(self, writing: anyio.CancelScope) -> None:
        """Keep what comes, until the server has decided or is far ahead."""
        try:
            while not self._has_decided():
                if len(self._heard) >= PIECE:
                    return
                data = await self._stream.read(PIECE)
                self._heard += data
                self._ended = not data
        except httpcore2.ReadError as error:
            self._failure = error
        writing.cancel()

    def _has_decided(self) -> bool:
        if self._ended or self._failure is not None:
            return True
        return bool(self._heard) and told(self._heard) not in (None, 2)

    def settle(self, *, more: bool) -> None:
        """An answer has come to its end.

        Args:
            more: whether something came after it. Then, or if more is found here, the connection is not used again.
        """
        if more or (isinstance(self._stream, TLSStream) and self._stream.has_more()):
            self._spoiled = True

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # as above
    ) -> httpcore2.AsyncNetworkStream:
        """The same connection, encrypted."""
        async with closed_on_failure(self._stream, self._is_closed):
            tls = await TLSStream.over(self._stream, ssl_context, server_hostname, timeout)
            return Wire(tls, self._is_closed)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 wants to know; a connection at rest that is ``is_readable`` it does not use again."""
        if info == "is_readable" and (self._spoiled or self._heard or self._ended or self._failure is not None):
            return True
        return self._stream.get_extra_info(info)


@asynccontextmanager
async def closed_on_failure(stream: httpcore2.AsyncNetworkStream, is_closed: Callable[[], bool]) -> AsyncIterator[None]:
    """Close a connection that is not yet a pool's if something goes wrong with it, or with its pool."""
    try:
        yield
        # a cancellation that waits to be delivered must come now: once the pool has the connection, it would lose it
        await anyio.lowlevel.checkpoint_if_cancelled()
        if is_closed():
            raise httpcore2.ConnectError("the client was closed meanwhile")  # noqa: TRY301  # one way out
    except BaseException:
        with anyio.CancelScope(shield=True):
            await stream.aclose()
        raise
