"""A small TCP server that does exactly what its script says: answer, cut, reset, hang, count.

Mock and ASGI transports hide what a socket can do wrong: bodies that break off, connections that drop while idle,
peers that stop reading. This server speaks bytes, records what arrived, and waits for nothing but events, so tests
that use it need no sleep. It runs in the test's own event loop, on asyncio, uvloop and trio.

    async with RawServer(Reply.ok(b'{"id": 1}'), Reply(then="reset")) as server:
        ...
        assert [request.target for request in server.requests] == ["/v1/devices"]
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Literal, Self

import anyio
import anyio.lowlevel
import attrs
from anyio.abc import ByteStream, TaskGroup
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSStream

_MAX_HEAD = 1 << 20
_PIECE = 1 << 16


@attrs.define(eq=False)
class RecordedRequest:
    """One request as it came over the wire.

    Attributes:
        connection: which connection it came on, counted from 0.
        head: request line and headers, verbatim, up to and with the blank line.
        pieces: what was read of the body, without the framing of chunks, as it came.
        received: how many bytes that was.
    """

    connection: int
    head: bytes
    pieces: list[bytes] = attrs.field(factory=list, repr=False)
    received: int = 0

    @property
    def body(self) -> bytes:
        """What was read of the body, in one."""
        return b"".join(self.pieces)

    @property
    def method(self) -> str:
        """The method, as sent."""
        return self.head.split(b" ", 1)[0].decode("latin-1")

    @property
    def target(self) -> str:
        """The request target, as sent: path and query, an absolute URL at a proxy, an authority for CONNECT."""
        return self.head.split(b" ", 2)[1].decode("latin-1")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in the order they came, names as they were spelled."""
        lines = self.head.decode("latin-1").split("\r\n")[1:-2]
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None if it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@attrs.frozen
class Reply:
    """What the server does with one request.

    Args:
        data: what goes out, verbatim; or a function that gives the pieces, and may wait between them.
        read: how many bytes of the body to take first; None is all of it.
        gate: wait for this event before anything goes out.
        then: ``keep`` the connection for the next request, ``close`` it, ``reset`` it, ``hang`` (neither read nor
            write again), or ``tunnel`` to the host and port that CONNECT named.
    """

    data: bytes | Callable[[], AsyncGenerator[bytes]] = b""
    read: int | None = None
    gate: anyio.Event | None = None
    then: Literal["keep", "close", "reset", "hang", "tunnel"] = "keep"

    @classmethod
    def ok(
        cls,
        body: bytes = b"",
        *,
        status: str = "200 OK",
        headers: tuple[tuple[str, str], ...] = (),
        gate: anyio.Event | None = None,
    ) -> Reply:
        """A whole answer with a Content-Length.

        Args:
            body: the bytes of the body.
            status: code and reason, as in the status line.
            headers: names and values beside Content-Length.
            gate: wait for this event first.
        """
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers)]
        return cls("\r\n".join([*lines, "", ""]).encode("latin-1") + body, gate=gate)


class RawServer:
    """Serves a script on a loopback port; the n-th request gets the n-th reply, and the last reply repeats.

    Args:
        replies: replies, or functions that choose one when a request's head has come.
        ssl_context: serve TLS.
        drop: how many connections to close as soon as they are made.
        receive_buffer: bytes the kernel may hold for a connection before the peer must wait; None leaves it alone.
        keep_bodies: whether to remember what was read of the requests' bodies, or only how much it was.

    Attributes:
        requests: what arrived, in order.
        connections: how many connections were ever made.
        open: how many are open now.
        port: the port on 127.0.0.1.
    """

    def __init__(
        self,
        *replies: Reply | Callable[[RecordedRequest], Reply],
        ssl_context: ssl.SSLContext | None = None,
        drop: int = 0,
        receive_buffer: int | None = None,
        keep_bodies: bool = True,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.connections = 0
        self.open = 0
        self.port = 0
        self._replies = replies or (Reply.ok(),)
        self._ssl_context = ssl_context
        self._drop = drop
        self._receive_buffer = receive_buffer
        self._keep_bodies = keep_bodies
        self._changed = anyio.Event()
        self._tasks: TaskGroup | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self._ssl_context else 'http'}://127.0.0.1:{self.port}"

    async def until(self, condition: Callable[[RawServer], bool]) -> None:
        """Wait until a condition over this server holds, such as ``lambda s: s.open == 0``."""
        while not condition(self):
            await self._changed.wait()

    async def __aenter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        if self._receive_buffer is not None:
            # connections have it from their listener
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._accept, listener, self._tasks)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(exc_type, exc, traceback)

    async def _accept(self, listener: socket.socket, tasks: TaskGroup) -> None:
        with listener:
            while True:
                await anyio.wait_readable(listener)
                try:
                    connection, _ = listener.accept()
                except BlockingIOError:
                    continue
                tasks.start_soon(self._serve, connection)

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def _serve(self, connection: socket.socket) -> None:
        number = self.connections
        self.connections += 1
        self.open += 1
        self._notify()
        try:
            connection.setblocking(False)
            stream: ByteStream = _SocketStream(connection)
            if number >= self._drop:
                if self._ssl_context is not None:
                    stream = await TLSStream.wrap(
                        stream, server_side=True, ssl_context=self._ssl_context, standard_compatible=False
                    )
                await self._converse(number, stream, connection)
        except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead, ssl.SSLError):
            pass  # the peer has gone, or does not trust us, which is its right
        finally:
            connection.close()
            self.open -= 1
            self._notify()

    async def _converse(self, number: int, stream: ByteStream, connection: socket.socket) -> None:
        received = BufferedByteReceiveStream(stream)
        while True:
            head = await received.receive_until(b"\r\n\r\n", _MAX_HEAD) + b"\r\n\r\n"
            request = RecordedRequest(number, head)
            scripted = self._replies[min(len(self.requests), len(self._replies) - 1)]
            self.requests.append(request)
            self._notify()
            reply = scripted(request) if callable(scripted) else scripted
            async for piece in _body_of(received, request, reply.read):
                request.received += len(piece)
                if self._keep_bodies:
                    request.pieces.append(piece)
            self._notify()
            if reply.gate is not None:
                await reply.gate.wait()
            if isinstance(reply.data, bytes):
                if reply.data:
                    await stream.send(reply.data)
            else:
                async with aclosing(reply.data()) as pieces:
                    async for piece in pieces:
                        await stream.send(piece)
            if reply.then == "hang":
                await anyio.sleep_forever()
            elif reply.then == "tunnel":
                await _tunnel(request.target, stream, received)
            elif reply.then == "reset":
                # closing with a linger of zero sends RST instead of FIN
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if reply.then != "keep":
                return


class _SocketStream(ByteStream):
    """A socket and nothing else: no event loop reads ahead, so a server that does not read really stops its peer."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def receive(self, max_bytes: int = _PIECE) -> bytes:
        while True:
            await anyio.wait_readable(self._socket)
            try:
                data = self._socket.recv(max_bytes)
            except BlockingIOError:
                continue
            except OSError as error:
                raise anyio.BrokenResourceError from error
            if not data:
                raise anyio.EndOfStream
            return data

    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        left = memoryview(item)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                await anyio.wait_writable(self._socket)
            except OSError as error:
                raise anyio.BrokenResourceError from error

    async def send_eof(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        self._socket.close()


async def _body_of(
    received: BufferedByteReceiveStream, request: RecordedRequest, most: int | None
) -> AsyncGenerator[bytes]:
    """At most so many bytes of a body as they come, whatever its framing."""
    if most == 0:
        return
    if (request.header("transfer-encoding") or "").lower() == "chunked":
        while size := int(await received.receive_until(b"\r\n", 100), 16):
            yield await received.receive_exactly(size)
            await received.receive_exactly(2)
            if most is not None and request.received >= most:
                return
        await received.receive_exactly(2)
        return
    wanted = int(request.header("content-length") or 0)
    if most is not None:
        wanted = min(wanted, most)
    while wanted:
        piece = await received.receive(min(wanted, _PIECE))
        wanted -= len(piece)
        yield piece


async def _tunnel(authority: str, stream: ByteStream, received: BufferedByteReceiveStream) -> None:
    """Pass bytes both ways between a client and the host it named with CONNECT, until either end closes."""
    host, _, port = authority.rpartition(":")

    async def pass_on(source: BufferedByteReceiveStream | ByteStream, sink: ByteStream) -> None:
        try:
            while True:
                await sink.send(await source.receive())
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            tasks.cancel_scope.cancel()

    async with await anyio.connect_tcp(host.strip("[]"), int(port)) as upstream, anyio.create_task_group() as tasks:
        tasks.start_soon(pass_on, received, upstream)
        tasks.start_soon(pass_on, upstream, stream)
