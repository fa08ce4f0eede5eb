"""Bodies that are read whole, up to a limit; and answers that are followed by more than was asked for, on every engine of ours."""

from __future__ import annotations

import socket

import anyio
import httpx
import pytest

from asyncsdk.http.whole import TooLargeError, Whole
from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
FINE = b"fine"


class TestTheLimit:
    @pytest.fixture
    def anyio_backend(self, any_cell):
        return any_cell.backend

    @pytest.mark.parametrize("data", [LENGTH, CHUNKED, HINT + LENGTH], ids=["length", "chunked", "after a hint"])
    async def test_a_body_up_to_it_is_read(self, any_cell, ask, carry, data):
        async with RawServer(Reply(data)) as server, any_cell.engine() as engine:
            for _ in range(2):
                answer = await carry(engine, ask("GET", server.url + "/"), most=6)
                assert isinstance(answer.stream, Whole)
                assert answer.stream.body == b"abcdef"
            assert server.connections == 1

    @pytest.mark.parametrize(
        ("data", "then"),
        [
            (LENGTH, "keep"),
            (CHUNKED, "keep"),
            (HINT + LENGTH, "keep"),
            (b"HTTP/1.1 200 OK\r\n\r\nabcdef", "close"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabcdef", "hang"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nabcdef", "hang"),
        ],
        ids=["length", "chunked", "after a hint", "until it closes", "only announced", "announced beyond reason"],
    )
    async def test_one_beyond_it_is_refused_and_its_connection_closed(self, any_cell, ask, carry, data, then):
        async with RawServer(Reply(data, then=then), Reply.ok(FINE)) as server, any_cell.engine() as engine:
            request = ask("GET", server.url + "/")
            with anyio.fail_after(3), pytest.raises((TooLargeError, httpx.RemoteProtocolError)) as caught:
                await carry(engine, request, most=5)
            if b"9999" not in data:  # no parser believes that
                assert isinstance(caught.value, TooLargeError)
                assert "5 bytes" in str(caught.value)
            assert caught.value.request is request
            if then != "hang":
                await server.until(lambda s: s.open == 0)
            answer = await carry(engine, ask("GET", server.url + "/"), most=5)
            assert answer.stream.body == FINE
            assert server.connections == 2

    async def test_a_length_that_is_only_told_is_no_body(self, any_cell, ask, carry):
        head = b"HTTP/1.1 %s\r\nContent-Length: 1000\r\n\r\n"
        for method, status in (("HEAD", b"200 OK"), ("GET", b"304 Not Modified")):
            async with RawServer(Reply(head % status)) as server, any_cell.engine() as engine:
                for _ in range(2):
                    answer = await carry(engine, ask(method, server.url + "/"), most=5)
                    assert answer.stream.body == b""
                assert server.connections == 1

    async def test_a_stream_has_none(self, any_cell, ask, body_of):
        async with RawServer(Reply.ok(b"x" * 300_000)) as server, any_cell.engine() as engine:
            answer = await engine.handle_async_request(ask("GET", server.url + "/"))
            assert len(await body_of(answer)) == 300_000


ANSWERS = {
    "length": ("GET", LENGTH, b"abcdef"),
    "nothing": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    "chunked": ("GET", CHUNKED, b"abcdef"),
    "after a hint": ("GET", HINT + LENGTH, b"abcdef"),
    "204": ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "304": ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n", b""),
    "HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", b""),
}
PLANTED = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted"
MORE = {
    "an answer": PLANTED,
    "a part of one": PLANTED[:20],
    "one byte": PLANTED[:1],
    "a body": b'{"a": 1}',
    "two": PLANTED * 2,
}


# How an answer ends is one thing, what follows it another; each meets each only where what follows may look like a part of it.
FOLLOWED = [
    *((answer, "an answer") for answer in ANSWERS),
    *(("length", more) for more in MORE if more != "an answer"),
    ("nothing", "a body"),
    ("chunked", "one byte"),
    ("HEAD", "a body"),
]


class Talkative(RawServer):
    """Says more than it was asked for, once, and then what it should."""

    def __init__(self, pieces, **options):
        super().__init__(Reply(self._talk), Reply.ok(FINE), **options)
        self._said = pieces
        self.said = anyio.Event()

    async def _talk(self):
        for piece in self._said:
            yield piece
        self.said.set()

    async def _converse(self, number, stream, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await super()._converse(number, stream, connection)


@pytest.mark.parametrize(("answer", "more"), FOLLOWED)
class TestAfterAnAnswer:
    """The next request gets its own answer, on a connection of its own."""

    @pytest.fixture
    def anyio_backend(self, own_cell):
        return own_cell.backend

    async def check(self, server, engine, method, body, tools, *, whole):
        ask, carry, body_of = tools
        first = await carry(engine, ask(method, server.url + "/one"), whole=whole)
        assert await body_of(first) == body
        await server.said.wait()
        second = await carry(engine, ask("GET", server.url + "/two"), whole=whole)
        assert await body_of(second) == FINE
        assert [seen.target for seen in server.requests] == ["/one", "/two"]
        assert server.connections == 2

    @pytest.mark.parametrize("whole", [True, False], ids=["whole", "streamed"])
    @pytest.mark.parametrize("writes", ["one write", "two writes"])
    async def test_over_tcp(self, own_cell, ask, carry, body_of, answer, more, whole, writes):
        method, data, body = ANSWERS[answer]
        pieces = [data, MORE[more]] if writes == "two writes" else [data + MORE[more]]
        async with Talkative(pieces) as server, own_cell.engine() as engine:
            await self.check(server, engine, method, body, (ask, carry, body_of), whole=whole)

    @pytest.mark.parametrize("whole", [True], ids=["whole"])
    async def test_over_tls(self, own_cell, ask, carry, body_of, server_tls, client_tls, answer, more, whole):
        method, data, body = ANSWERS[answer]
        server = Talkative([data, MORE[more]], ssl_context=server_tls)  # a record each
        async with server, own_cell.engine(ssl_context=client_tls) as engine:
            await self.check(server, engine, method, body, (ask, carry, body_of), whole=whole)
