"""TLS whose two directions are independent: where one breaks or is cancelled, the other goes on.

anyio's and trio's own give both up together. Then what a server says before it closes a connection on which we are still
writing could not be read.
"""

from __future__ import annotations

import ssl
from typing import Any, Self

import anyio.to_thread
import httpcore2

_PIECE = 1 << 16


class TLSStream(httpcore2.AsyncNetworkStream):
    """A connection over another one, encrypted. A server that hangs up without a farewell has come to its end here too.

    Args:
        stream: what carries the encrypted bytes.
        ssl_object: the two ends' secrets.
        incoming: encrypted bytes for `ssl_object`.
        outgoing: encrypted bytes from it.
    """

    def __init__(
        self,
        stream: httpcore2.AsyncNetworkStream,
        ssl_object: ssl.SSLObject,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
    ) -> None:
        self._stream = stream
        self._object = ssl_object
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = False

    @classmethod
    async def over(
        cls, stream: httpcore2.AsyncNetworkStream, context: ssl.SSLContext, host: str | None, limit: float | None
    ) -> Self:
        """Shake hands.

        Args:
            stream: what to encrypt.
            context: whom to trust.
            host: whose certificate is wanted.
            limit: seconds in which it must be done.

        Raises:
            httpcore2.ConnectError, httpcore2.ConnectTimeout: it was not.
        """
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            with anyio.fail_after(limit):
                if type(context) is ssl.SSLContext:
                    ssl_object = context.wrap_bio(incoming, outgoing, server_hostname=host)
                else:  # one that asks the operating system, for instance, and takes its time
                    ssl_object = await anyio.to_thread.run_sync(context.wrap_bio, incoming, outgoing, False, host)
                tls = cls(stream, ssl_object, incoming, outgoing)
                await tls._shake_hands()
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except (ssl.SSLError, ValueError, httpcore2.NetworkError) as error:  # a host that cannot be one is a ValueError
            raise httpcore2.ConnectError(str(error)) from error
        return tls

    async def _shake_hands(self) -> None:
        while True:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(None)
                await self._receive(None)
            else:
                await self._flush(None)
                return

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # the interface is httpcore2's
        """Some bytes; none at the end."""
        while True:
            try:
                return self._object.read(max_bytes)
            except ssl.SSLWantReadError:
                if self._outgoing.pending and not self._writing:  # a key to be changed, for instance
                    await self._flush(timeout)
                await self._receive(timeout)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                if isinstance(error, ssl.SSLEOFError) or "UNEXPECTED_EOF" in (error.reason or ""):
                    return b""
                raise httpcore2.ReadError(error.reason or "TLS is broken") from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # as above
        """Send bytes."""
        if buffer:
            try:
                self._object.write(buffer)
            except ssl.SSLError as error:
                raise httpcore2.WriteError(error.reason or "TLS is broken") from error
            await self._flush(timeout)

    async def _flush(self, limit: float | None) -> None:
        self._writing = True
        try:
            while self._outgoing.pending:
                await self._stream.write(self._outgoing.read(), limit)
        finally:
            self._writing = False

    async def _receive(self, limit: float | None) -> None:
        data = await self._stream.read(_PIECE, limit)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def has_more(self) -> bool:
        """Whether something has come that was not read; if so, it is lost now."""
        try:
            self._object.read(1)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            pass
        return True

    async def aclose(self) -> None:
        """Close the connection, without a farewell."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 wants to know."""
        return self._object if info == "ssl_object" else self._stream.get_extra_info(info)
