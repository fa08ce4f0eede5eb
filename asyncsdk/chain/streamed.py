"""An answer whose body is read while it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from ..errors import ConnectionLostError
from ..http.coding import coding
from ..http.reply import Reply
from ..http.whole import leave
from .attempts import count
from .failure import bare, transport_failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from ..errors import DecodeError, SDKError
    from .call import Call

_CLOSE_WITHIN = 5.0


class Streamed:
    """A 2xx answer; iterate it once for the pieces of its body, decompressed, none longer than 64 KiB unless it came so.

    Args:
        call: what was answered.
        response: its answer, of which nothing but the head has been read.
        secrets: gives the values that must not be shown though the service may echo them.
        raw: give the bytes as they came, whatever they are coded in: sizes and ranges are of those.

    Attributes:
        status: the HTTP status.
        headers: of the answer.
    """

    def __init__(
        self, call: Call, response: httpx.Response, secrets: Callable[[], Iterable[str]], *, raw: bool = False
    ) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._call = call
        self._secrets = secrets
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._stream = response.stream
        self._pieces = aiter(response.stream)
        self._coding = coding("" if raw else response.headers.get("content-encoding", ""))
        self._decoded: Iterator[bytes] = iter(())
        self._failure: SDKError | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            ConnectionLostError: the body broke off; also ever after, so that it never looks complete.
            TimeoutError: nothing came for too long, or the attempt's whole time is up.
        """
        if self._failure is not None:
            raise self._failure
        # Until this call has come to its end, whatever interrupts it leaves a body with a hole in it.
        self._failure = self._lost("the answer's body was left while it was read")
        try:
            while True:
                if piece := next(self._decoded, b""):
                    self._failure = None
                    return piece
                raw = await anext(self._pieces)
                count(
                    1, len(raw)
                )  # of the fan-out whose shard this is; the attempt itself was counted when its head had come
                self._decoded = self._coding.feed(raw)
        except httpx.HTTPError as error:
            request = self._call.request()
            failure = transport_failure(self._call.operation.id, request, error, self._secrets()).value
        except StopAsyncIteration:
            if self._coding.complete:
                self._failure = None
                raise
            failure = self._lost("the compressed body breaks off")
        self._failure = failure
        raise bare(failure)

    def _lost(self, why: str) -> ConnectionLostError:
        operation = self._call.operation.id
        return ConnectionLostError(f"{operation}: {why}", operation=operation)

    def unreadable(self, why: str, seen: bytes) -> DecodeError:
        """The error for a body that is not what the operation promises.

        Args:
            why: what is wrong with it.
            seen: its first bytes, or those where it goes wrong.
        """
        return Reply(self._call.operation, self.status, self.headers, seen, self._secrets).unreadable(why)

    async def aclose(self) -> None:
        """Give the connection and the place back; bounded in time, and cancellation does not cut it short."""
        with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
            try:
                await leave(self._pieces)
            finally:
                await self._stream.aclose()
