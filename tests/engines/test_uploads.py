"""Uploads on the engines whose connections are ours: large ones, ones that meet their answer half-way, ones that fail by themselves."""

from __future__ import annotations

import socket
import struct
from contextlib import aclosing

import anyio
import httpx
import pytest

from asyncsdk.errors import ConnectError
from asyncsdk.testing.rawserver import RawServer, RecordedRequest, Reply

pytestmark = pytest.mark.anyio

MB = 1 << 20
LARGE = 64 * MB
PIECE = b"x" * 100_000
ENOUGH = 20.0


@pytest.fixture
def anyio_backend(own_cell):
    return own_cell.backend


class Hasty(RawServer):
    """Answers the first request when it has seen its head, and ends the conversation as told; later ones it answers in full."""

    def __init__(self, data, ending, **options):
        super().__init__(Reply.ok(b"fine"), **options)
        self._data = data
        self._ending = ending

    async def _converse(self, number, stream, connection):
        if number:
            await super()._converse(number, stream, connection)
            return
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive(100)
        self.requests.append(RecordedRequest(number, head))
        # what waits to be sent goes down with a reset
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await stream.send(self._data)
        if self._ending == "half":
            connection.shutdown(socket.SHUT_WR)
        elif self._ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self._ending in ("half", "hang"):
            await anyio.sleep_forever()
        # with what has come and was not read, closing it is a reset too


class Body(httpx.AsyncByteStream):
    """So many bytes, and how many of them were asked for."""

    def __init__(self, size):
        self.size = size
        self.given = 0

    async def __aiter__(self):
        while self.given < self.size:
            piece = PIECE[: self.size - self.given]
            self.given += len(piece)
            yield piece


def upload(ask, url, body, *, length=True, **more):
    request = ask("PUT", url, **more)
    del request.headers["Content-Length"]
    request.stream = body
    if length:
        request.headers["Content-Length"] = str(body.size)
    return request


ANSWERS = {
    "413": (Reply.ok(b"no", status="413 Content Too Large").data, 413, b"no"),
    "403": (
        b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<Error>\r\n8\r\n</Error>\r\n0\r\n\r\n",
        403,
        b"<Error></Error>",
    ),
    "307": (Reply.ok(status="307 Temporary Redirect", headers=(("Location", "/there"),)).data, 307, b""),
    "after a continue": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + Reply.ok(b"no", status="401 Unauthorized").data,
        401,
        b"no",
    ),
}


@pytest.mark.parametrize(
    ("answer", "ending", "length"),
    [
        *(("413", ending, length) for ending in ("hang", "half", "close", "reset") for length in (True, False)),
        ("403", "half", True),
        ("403", "hang", False),
        ("307", "close", True),
        ("after a continue", "hang", True),
        ("after a continue", "reset", False),
    ],
)
async def test_what_a_server_says_while_we_write_is_its_answer(own_cell, ask, carry, answer, ending, length):
    data, status, body = ANSWERS[answer]
    async with Hasty(data, ending, receive_buffer=4096) as server, own_cell.engine() as engine:
        large = Body(LARGE)
        with anyio.fail_after(ENOUGH):
            response = await carry(engine, upload(ask, server.url + "/", large, length=length, timeout=60))
        assert (response.status_code, b"".join(response.stream)) == (status, body)
        assert large.given < LARGE
        # what is left of the upload must not be taken for the next request
        again = await carry(engine, ask("GET", server.url + "/"))
        assert b"".join(again.stream) == b"fine"
        assert server.connections == 2


@pytest.mark.parametrize("ending", ["hang", "half", "close", "reset"])
async def test_so_it_is_over_tls_and_where_the_body_is_there(own_cell, ask, carry, server_tls, client_tls, ending):
    data, status, body = ANSWERS["413"]
    server = Hasty(data, ending, receive_buffer=4096, ssl_context=server_tls)
    async with server, own_cell.engine(ssl_context=client_tls) as engine:
        request = ask("PUT", server.url + "/", content=b"x" * LARGE, timeout=60)
        with anyio.fail_after(ENOUGH):
            response = await carry(engine, request)
        assert (response.status_code, b"".join(response.stream)) == (status, body)


@pytest.mark.parametrize("ending", ["half", "close", "reset"])
async def test_a_server_that_is_satisfied_early_and_leaves_is_believed(own_cell, ask, carry, ending):
    async with Hasty(Reply.ok(b"enough").data, ending, receive_buffer=4096) as server, own_cell.engine() as engine:
        with anyio.fail_after(ENOUGH):
            response = await carry(engine, upload(ask, server.url + "/", Body(LARGE), timeout=60))
        assert (response.status_code, b"".join(response.stream)) == (200, b"enough")


async def test_one_that_is_satisfied_early_and_takes_no_more_is_believed_in_the_end(own_cell, ask, carry):
    async with Hasty(Reply.ok(b"enough").data, "hang", receive_buffer=4096) as server, own_cell.engine() as engine:
        request = upload(ask, server.url + "/", Body(LARGE), limits={"write": 0.05})
        with anyio.fail_after(ENOUGH):
            response = await carry(engine, request)
        assert (response.status_code, b"".join(response.stream)) == (200, b"enough")


async def test_an_answer_that_comes_early_is_no_reason_to_stop(own_cell, ask, carry):
    early = Reply.ok(b"go on", status="201 Created")

    class Reading(RawServer):
        received = 0

        async def _converse(self, number, stream, connection):
            """Answers at once, and reads the body afterwards."""
            self.received = len(await stream.receive(100))
            await stream.send(early.data)
            while self.received < 8 * MB:
                self.received += len(await stream.receive(1 << 16))

    async with Reading() as server, own_cell.engine() as engine:
        response = await carry(engine, upload(ask, server.url + "/", Body(8 * MB)))
        assert (response.status_code, b"".join(response.stream)) == (201, b"go on")
        await server.until(lambda s: s.open == 0)
        assert server.received >= 8 * MB


@pytest.mark.parametrize("ending", ["half", "close", "reset"])
async def test_one_that_leaves_without_a_word_has_not_answered(own_cell, ask, carry, ending):
    async with Hasty(b"", ending, receive_buffer=4096) as server, own_cell.engine() as engine:
        with anyio.fail_after(ENOUGH), pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
            await carry(engine, upload(ask, server.url + "/", Body(LARGE), timeout=60))


async def test_a_server_that_takes_nothing_is_a_write_timeout(own_cell, ask, carry):
    server = Hasty(b"HTTP/1.1 100 Continue\r\n\r\n", "hang", receive_buffer=4096)
    async with server, own_cell.engine() as engine:
        with anyio.fail_after(ENOUGH), pytest.raises(httpx.WriteTimeout):
            await carry(engine, upload(ask, server.url + "/", Body(LARGE), limits={"write": 0.05}))


async def test_one_that_takes_little_at_a_time_is_waited_for(own_cell, ask, carry):
    class Slow(RawServer):
        async def _converse(self, number, stream, connection):
            received = 0
            while received < 8 * MB:
                received += len(await stream.receive(1 << 16))
                if received < 3 * MB // 2:
                    # the kernel lets us write again when a third of what it holds is gone: that takes longer than the limit
                    await anyio.sleep(0.05)
            await stream.send(Reply.ok(b"all").data)

    async with Slow(receive_buffer=65536) as server, own_cell.engine() as engine:
        request = upload(ask, server.url + "/", Body(8 * MB), limits={"write": 0.4})
        with anyio.fail_after(ENOUGH):
            response = await carry(engine, request)
        assert b"".join(response.stream) == b"all"


async def test_a_large_upload_takes_little_memory_and_no_chunks(own_cell, ask, carry):
    class Counting(RawServer):
        received = 0

        async def _converse(self, number, stream, connection):
            head = b""
            while b"\r\n\r\n" not in head:
                head += await stream.receive(100)
            head, rest = head[: head.index(b"\r\n\r\n") + 4], head[head.index(b"\r\n\r\n") + 4 :]
            self.requests.append(RecordedRequest(number, head))
            self.received = len(rest)
            while self.received < 64 * MB:
                # the source is ahead by what lies in between, and no more
                assert body.given - self.received < 16 * MB
                self.received += len(await stream.receive(1 << 20))
            await stream.send(Reply.ok().data)

    body = Body(64 * MB)
    async with Counting(receive_buffer=65536) as server, own_cell.engine() as engine:
        response = await carry(engine, upload(ask, server.url + "/", body, timeout=60))
        assert response.status_code == 200
        [seen] = server.requests
        assert (seen.header("content-length"), seen.header("transfer-encoding")) == (str(64 * MB), None)
        assert server.received == 64 * MB


FAILURES = [
    OSError(5, "the disk is broken"),
    ConnectError("somebody else's connection"),
    httpx.ReadError("somebody else's answer"),
    httpx.WriteError("somebody else's request"),
    RuntimeError("mine"),
    TimeoutError("mine"),
    EOFError("mine"),
]


@pytest.mark.parametrize(
    ("failure", "after"),
    [
        *((failure, 1000) for failure in FAILURES),
        *((failure, after) for failure in FAILURES[:2] for after in (0, 500_000)),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else type(value).__name__,
)
async def test_what_the_source_raises_is_raised_and_the_connection_closed(own_cell, ask, carry, failure, after):
    async def source():
        if after:
            yield b"x" * after
        raise failure

    async with RawServer() as server, own_cell.engine() as engine:
        with anyio.fail_after(ENOUGH), pytest.raises(type(failure)) as caught:
            await carry(engine, ask("PUT", server.url + "/", content=source(), headers={"Content-Length": "1000000"}))
        assert caught.value is failure
        await server.until(lambda s: s.connections == 1 and s.open == 0)


async def test_even_an_error_of_the_library_below_is_the_sources_own(own_cell, ask, carry):
    import aiohttp
    import httpcore2

    for failure in (httpcore2.WriteError("mine"), httpcore2.ReadTimeout("mine"), aiohttp.ClientOSError(32, "mine")):

        async def source(failure=failure):
            yield b"x" * 100_000
            raise failure

        async with RawServer() as server, own_cell.engine() as engine:
            with anyio.fail_after(ENOUGH), pytest.raises(type(failure)) as caught:
                await carry(engine, ask("PUT", server.url + "/", content=source()))
            assert caught.value is failure


async def test_a_source_is_closed_once_it_is_not_needed(own_cell, ask, carry):
    closed = []

    class File(Body):
        async def __aiter__(self):
            try:
                while True:
                    yield PIECE
            finally:
                closed.append(True)

    refusal = ANSWERS["413"][0]
    async with Hasty(refusal, "hang", receive_buffer=4096) as server, own_cell.engine() as engine:
        request = upload(ask, server.url + "/", File(LARGE), timeout=60)
        assert (await carry(engine, request)).status_code == 413
        assert closed == [True]


async def test_a_body_with_the_wrong_length_says_so(own_cell, ask, carry):
    async def source():
        yield PIECE

    async with RawServer() as server, own_cell.engine() as engine:
        for length, why in (("5", "longer"), ("500000", "shorter")):
            async with aclosing(source()) as pieces:
                request = ask("PUT", server.url + "/", content=pieces, headers={"Content-Length": length})
                with pytest.raises(httpx.LocalProtocolError, match=why):
                    await carry(engine, request)
        await server.until(lambda s: s.open == 0)
