"""All that we use of aiohttp beyond what it documents, in this one file: whatever a new release of it may take away stands here.

`tests/engines/test_internals.py` looks whether the installed release has all of it, and whether any other module of ours
reaches past this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import aiohttp
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, HttpResponseParser, RawResponseMessage
from aiohttp.streams import EMPTY_PAYLOAD, EofStream
from multidict import CIMultiDict

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Mapping

    import yarl

__all__ = [
    "BROKEN",
    "EMPTY_PAYLOAD",
    "Connection",
    "EofStream",
    "Handler",
    "HttpProcessingError",
    "RawResponseMessage",
    "connect",
    "connect_request",
    "expect",
    "fail_body",
    "handler_of",
    "head_of",
    "holds_more",
]

# Connection: a connection that the connector has given away. Of it we use `protocol` and `close()`, which gives it back, closed.
# RawResponseMessage: the head of an answer. Of it we use version, code, reason, headers, raw_headers, should_close and chunked.
# EMPTY_PAYLOAD: the one body of all answers that have none.

BROKEN = (aiohttp.ClientError, HttpProcessingError, EofStream, OSError, RuntimeError)
"""What goes wrong on a connection, as aiohttp's protocol and its streams raise it. The second is for what is not HTTP, the third
for a queue of answers that has come to its end."""

LINE = 1 << 16
"""Bytes that one line of an answer's head may have."""


class Handler(Protocol):
    """What we use of a `ResponseHandler`, aiohttp's protocol on a connection and the queue of the answers that came on it."""

    @property
    def transport(self) -> asyncio.Transport | None:
        """None once the connection is lost."""
        ...

    @property
    def should_close(self) -> bool:
        """Whether the connection cannot carry another request: something is left, went wrong, or one side said so."""
        ...

    @property
    def closed(self) -> asyncio.Future[None] | None:
        """Done when the connection is lost; None if it was before anybody asked."""
        ...

    @property
    def read_timeout(self) -> float | None:
        """Seconds in which something must come, once `start_timeout` or a first piece has started the clock."""
        ...

    @read_timeout.setter
    def read_timeout(self, read_timeout: float | None) -> None: ...

    def start_timeout(self) -> None:
        """Start the clock anew."""

    def is_connected(self) -> bool:
        """Whether the connection is neither lost nor being closed."""
        ...

    def exception(self) -> BaseException | None:
        """What ended the queue."""
        ...

    def __len__(self) -> int:
        """How many answers wait to be read."""
        ...

    async def read(self) -> tuple[RawResponseMessage, aiohttp.StreamReader]:
        """The next answer: its head, and the stream of its body."""
        ...

    def data_received(self, data: bytes) -> None:
        """What the event loop tells a protocol, and the one in front of it passes on; the next two likewise."""

    def eof_received(self) -> None:
        """The peer sends no more."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone."""


def handler_of(connection: Connection) -> Handler:
    """The protocol of a connection that has not been given back."""
    protocol = connection.protocol
    assert protocol is not None  # it is None only once the connection was given back
    return protocol


def connect_request(
    url: yarl.URL,
    *,
    loop: asyncio.AbstractEventLoop,
    tls: ssl.SSLContext | None,
    proxy: yarl.URL | None,
    proxy_headers: Mapping[str, str],
) -> aiohttp.ClientRequest:
    """What the connector reads host, port, TLS and proxy from; it is never sent.

    Raises:
        ValueError: the host is none.
    """
    return aiohttp.ClientRequest(
        "GET", url, loop=loop, ssl=tls or True, proxy=proxy, proxy_headers=CIMultiDict(proxy_headers)
    )


async def connect(
    connector: aiohttp.TCPConnector, request: aiohttp.ClientRequest, limits: aiohttp.ClientTimeout
) -> Connection:
    """A new connection, TLS and the tunnel through a proxy included."""
    return await connector.connect(request, [], limits)


def expect(handler: Handler, *, body: bool, buffer: int, limit: float | None) -> None:
    """Let aiohttp's protocol read the next answer.

    Args:
        handler: of a connection on which no byte of the answer has been read.
        body: False for the answer to HEAD.
        buffer: bytes of the body that may wait to be read.
        limit: seconds in which something must come.
    """
    handler.set_response_params(  # type: ignore[attr-defined]  # nobody else is to use it
        skip_payload=not body,
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=limit,
        read_bufsize=buffer,
        max_line_size=LINE,
        max_field_size=LINE,
    )


def fail_body(handler: Handler) -> None:
    """Let the body that is being read fail like the queue of answers: what came is not HTTP, and aiohttp tells only the queue."""
    error = handler.exception()
    payload = handler._payload  # type: ignore[attr-defined]  # noqa: SLF001
    if error is not None and payload is not None and not payload.is_eof() and payload.exception() is None:
        payload.set_exception(error)


def holds_more(handler: Handler) -> bool:
    """Whether a part of yet another answer came after the one that was read to its end.

    The parser keeps it to itself, and tells when it is told that nothing else will come.
    """
    parser = handler._parser  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        return parser is not None and parser.feed_eof() is not None
    except HttpProcessingError:
        return True


def head_of(handler: Handler, loop: asyncio.AbstractEventLoop, head: bytes) -> RawResponseMessage | None:
    """What some bytes say that end in a blank line, if they are one answer's head and nothing else."""
    parser = HttpResponseParser(
        handler,  # type: ignore[arg-type]  # it is a `ResponseHandler`
        loop,
        1 << 30,
        read_until_eof=True,
        auto_decompress=False,
        max_line_size=LINE,
        max_field_size=LINE,
    )
    try:
        messages, upgraded, _ = parser.feed_data(head)
    except HttpProcessingError:
        return None
    if len(messages) != 1 or upgraded:
        return None
    message, payload = messages[0]
    return None if payload.total_bytes else message
