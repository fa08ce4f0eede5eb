"""An answer whose body is read while it arrives."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import anyio
import httpx

from ..errors import ConnectionLostError
from ..http.reply import Reply
from .failure import bare, transport_failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from ..errors import DecodeError, SDKError
    from .call import Call

_PIECE = 1 << 16
_CLOSE_WITHIN = 5.0


class Streamed:
    """A 2xx answer; iterate it once for the pieces of its body, decompressed, none longer than 64 KiB unless it came so.

    Args:
        call: what was answered.
        response: its answer, of which nothing but the head has been read.
        secrets: gives the values that must not be shown though the service may echo them.

    Attributes:
        status: the HTTP status.
        headers: of the answer.
    """

    def __init__(self, call: Call, response: httpx.Response, secrets: Callable[[], Iterable[str]]) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._call = call
        self._secrets = secrets
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._stream = response.stream
        self._pieces = aiter(response.stream)
        self._coding = _coding(response.headers.get("content-encoding", ""))
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
                self._decoded = self._coding.feed(await anext(self._pieces))
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
            await self._stream.aclose()


class _Coding(Protocol):
    """A content coding, undone piece by piece."""

    @property
    def complete(self) -> bool:
        """Whether the body may end here."""
        ...

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a further piece holds; never empty pieces."""
        ...


class _Identity:
    """No coding."""

    complete = True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The piece as it is."""
        return iter((piece,) if piece else ())


class _Unknown:
    """A coding that nobody asked for.

    Args:
        name: as the answer calls it.
    """

    complete = True

    def __init__(self, name: str) -> None:
        self._name = name

    def feed(self, piece: bytes) -> Iterator[bytes]:  # noqa: ARG002
        """Raise `httpx.DecodingError`."""
        raise httpx.DecodingError(f"the body comes in the coding {self._name!r}, which was not asked for")


class _Inflate:
    """gzip or deflate: every member, in pieces of bounded length however well they were compressed.

    Args:
        gzip: or else deflate.
    """

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._member: zlib._Decompress | None = None
        self.complete = True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The bytes that a further piece holds.

        Raises:
            httpx.DecodingError: they are not what the coding promises.
        """
        while piece or (self._member is not None and not self._member.eof):
            if self._member is None or self._member.eof:
                piece = piece.lstrip(b"\0") if self._member else piece  # padding between members
                if not piece:
                    return
                self._member = zlib.decompressobj(31 if self._gzip else _deflate_bits(piece))
            try:
                found = self._member.decompress(piece, _PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(f"the compressed body is broken: {error}") from None
            self.complete = self._member.eof
            piece = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if found:
                yield found
            elif not piece:
                return


def _deflate_bits(start: bytes) -> int:
    """With zlib's header, as the standard says, or without, as some servers send it."""
    return 15 if start[0] & 0x0F == 8 and (len(start) < 2 or int.from_bytes(start[:2]) % 31 == 0) else -15


def _coding(name: str) -> _Coding:
    name = name.strip().lower()
    if name in ("", "identity"):
        return _Identity()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflate(gzip=name != "deflate")
    return _Unknown(name)
