"""What every engine does when something goes wrong: nothing is sent twice, and nothing that is cut looks complete."""

from __future__ import annotations

import socket
from contextlib import aclosing

import anyio
import httpx
import pytest
from no_tls import NO_TLS

from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
SHORT = 0.05


@pytest.fixture
def anyio_backend(any_cell):
    return any_cell.backend


@pytest.fixture
def send(carry, body_of):
    """Sends a request and reads its answer, wherever the body is read."""

    async def go(engine, request, *, whole=True):
        return await body_of(await carry(engine, request, whole=whole))

    return go


@pytest.mark.parametrize(("whole", "then"), [(True, "close"), (False, "close"), (True, "reset")])
@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=["length", "no byte of it", "between chunks", "in a chunk", "in the end", "no chunk"],
)
async def test_a_cut_body_never_looks_complete(any_cell, ask, carry, send, data, then, whole):
    async with RawServer(Reply(data, then=then)) as server, any_cell.engine() as engine:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)) as caught:
            await send(engine, ask("GET", server.url + "/"), whole=whole)
        assert caught.value.request.url.path == "/"
        assert len(server.requests) == 1


@pytest.mark.parametrize("whole", [True, False])
async def test_a_body_without_length_that_is_reset_never_looks_complete(any_cell, ask, carry, send, whole):
    gate = anyio.Event()

    async def part():
        yield b"HTTP/1.1 200 OK\r\n\r\nabc"
        await gate.wait()

    server = RawServer(Reply(part, then="reset"))
    async with server, any_cell.engine() as engine, anyio.create_task_group() as tasks:
        tasks.start_soon(_open_soon, gate)
        with pytest.raises(httpx.ReadError):
            await send(engine, ask("GET", server.url + "/"), whole=whole)


async def _open_soon(gate):
    for _ in range(50):
        await anyio.lowlevel.checkpoint()
    gate.set()


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize(
    "data",
    [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Le"],
    ids=["nothing", "in the status line", "in the headers"],
)
async def test_a_server_that_hangs_up_before_its_answer_is_no_connect_error(any_cell, ask, carry, data, then):
    async with RawServer(Reply(data, then=then)) as server, any_cell.engine() as engine:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await carry(engine, ask("POST", server.url + "/", content=b"{}"))
        assert len(server.requests) == 1


@pytest.mark.parametrize(("method", "then"), [("GET", "close"), ("POST", "reset"), ("DELETE", "close")])
async def test_a_request_on_a_kept_alive_connection_that_drops_is_sent_once(any_cell, ask, carry, method, then):
    async with RawServer(Reply.ok(), Reply(then=then)) as server, any_cell.engine() as engine:
        await carry(engine, ask("GET", server.url + "/first"))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await carry(engine, ask(method, server.url + "/second", content=b"{}"))
        assert [seen.target for seen in server.requests] == ["/first", "/second"]
        assert [seen.connection for seen in server.requests] == [0, 0]


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("read", [0, 100_000, None], ids=["before", "in the middle of", "after"])
async def test_a_server_that_hangs_up_around_the_body_sees_it_once(any_cell, ask, carry, read, then):
    async with RawServer(Reply(read=read, then=then)) as server, any_cell.engine() as engine:
        with pytest.raises(httpx.TransportError) as caught:
            await carry(engine, ask("PUT", server.url + "/", content=b"x" * 5_000_000))
        assert not isinstance(caught.value, UNSENT)
        assert len(server.requests) == 1


async def test_a_server_that_hangs_up_after_the_headers_of_its_answer_sees_it_once(any_cell, ask, carry):
    data = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n"
    async with RawServer(Reply(data, then="close")) as server, any_cell.engine() as engine:
        with pytest.raises(httpx.RemoteProtocolError):
            await carry(engine, ask("POST", server.url + "/", content=b"{}"))
        assert len(server.requests) == 1


async def test_the_engine_works_on_after_every_fault(any_cell, ask, carry, send):
    ok = Reply.ok(b"fine")
    faults = [
        Reply(then="close"),
        Reply(then="reset"),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", then="close"),
        Reply(b"garbage\r\n\r\n", then="close"),
    ]
    async with RawServer(*faults, ok) as server, any_cell.engine(max_connections=1) as engine:
        for _ in faults:
            with pytest.raises(httpx.TransportError):
                await send(engine, ask("GET", server.url + "/"))
        assert await send(engine, ask("GET", server.url + "/")) == b"fine"


async def test_a_port_where_nobody_listens_is_a_connect_error(any_cell, ask, carry):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with any_cell.engine() as engine:
            with pytest.raises(httpx.ConnectError) as caught:
                await carry(engine, ask("POST", f"http://127.0.0.1:{held.getsockname()[1]}/x?token=test-secret"))
            assert str(caught.value) == "Connection refused"  # to where stands elsewhere in what a user is told, once
            assert caught.value.request.method == "POST"


async def test_a_handshake_that_takes_too_long_is_a_connect_timeout(any_cell, ask, carry):
    async with RawServer() as server, any_cell.engine(ssl_context=NO_TLS) as engine:
        request = ask("GET", f"https://127.0.0.1:{server.port}/", limits={"connect": SHORT})
        with pytest.raises(httpx.ConnectTimeout):
            await carry(engine, request)
        assert server.requests == []


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "data", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"], ids=["no answer", "half an answer"]
)
async def test_silence_is_a_read_timeout(any_cell, ask, carry, send, data, whole):
    async with (
        RawServer(Reply(data, then="hang"), Reply.ok(b"fine")) as server,
        any_cell.engine(max_connections=1) as engine,
    ):
        with pytest.raises(httpx.ReadTimeout):
            await send(engine, ask("GET", server.url + "/", limits={"read": SHORT}), whole=whole)
        assert await send(engine, ask("GET", server.url + "/")) == b"fine"


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_server_that_takes_nothing_is_a_write_timeout(any_cell, ask, carry, send, streamed):
    async def upload():
        for _ in range(400):
            yield b"x" * 65536

    stalled = Reply(read=0, then="hang")
    async with (
        RawServer(stalled, Reply.ok(b"fine"), receive_buffer=4096) as server,
        any_cell.engine(max_connections=1) as engine,
        aclosing(upload()) as pieces,
    ):
        content = pieces if streamed else b"x" * (400 * 65536)
        with pytest.raises(httpx.WriteTimeout):
            await carry(engine, ask("POST", server.url + "/", content=content, limits={"write": SHORT}))
        assert len(server.requests) == 1
        assert await send(engine, ask("GET", server.url + "/")) == b"fine"


async def test_without_limits_of_time_it_waits(any_cell, ask, carry, send):
    gate = anyio.Event()
    server = RawServer(Reply.ok(b"late", gate=gate))
    async with server, any_cell.engine() as engine, anyio.create_task_group() as tasks:
        tasks.start_soon(_open_soon, gate)
        assert await send(engine, ask("GET", server.url + "/", timeout=None)) == b"late"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "/only/a/path"])
async def test_only_http_urls_are_asked(any_cell, ask, carry, url):
    async with any_cell.engine() as engine:
        with pytest.raises(httpx.UnsupportedProtocol):
            await carry(engine, ask("GET", url, headers={"Host": "x.test"}))


async def test_large_headers_are_read(any_cell, ask, carry):
    reply = Reply.ok(headers=(("X-Large", "v" * 60_000),))
    async with RawServer(reply) as server, any_cell.engine() as engine:
        answer = await carry(engine, ask("GET", server.url + "/"))
        assert len(answer.headers["x-large"]) == 60_000


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX-Token: " + b"test-secret" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntest-secret\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: test-secret\r\n\r\n",
        b"SSH-2.0-test-secret\r\n\r\n",
    ],
    ids=["too large", "no header", "no number", "no http"],
)
async def test_what_is_not_http_is_a_protocol_error_that_quotes_nothing(any_cell, ask, carry, data):
    async with RawServer(Reply(data, then="close")) as server, any_cell.engine() as engine:
        with pytest.raises(httpx.RemoteProtocolError) as caught:
            await carry(engine, ask("GET", server.url + "/"))
        assert "test-secret" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__cause__ is None
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", [b"test-secret\r\nX-Evil: 1", b"test-secret\nX-Evil: 1", b"test-secret\0"])
async def test_a_header_cannot_smuggle_another(any_cell, ask, carry, value):
    async with RawServer() as server, any_cell.engine() as engine:
        with pytest.raises(httpx.LocalProtocolError) as caught:
            await carry(engine, ask("GET", server.url + "/", headers=[(b"X-Api-Key", value)]))
        assert "test-secret" not in str(caught.value)
        assert server.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Length", "3")],
        [("Content-Length", "2"), ("Content-Length", "2")],
        [("Content-Length", "+2")],
        [("Content-Length", "2"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "gzip")],
    ],
    ids=["wrong", "twice", "signed", "both", "another coding"],
)
async def test_a_body_is_framed_in_one_way_only(any_cell, carry, headers):
    async with RawServer() as server, any_cell.engine() as engine:
        request = httpx.Request(
            "POST", server.url + "/", headers=[("Host", "x.test"), *headers], stream=httpx.ByteStream(b"{}")
        )
        with pytest.raises(httpx.LocalProtocolError):
            await carry(engine, request)
        assert server.requests == []


@pytest.mark.parametrize("length", ["5", "500000"], ids=["too long", "too short"])
async def test_a_streamed_upload_keeps_to_its_declared_length(any_cell, ask, carry, length):
    async def upload():
        yield b"x" * 1000

    async with RawServer(Reply.ok()) as server, any_cell.engine() as engine:
        with pytest.raises(httpx.LocalProtocolError):
            await carry(engine, ask("POST", server.url + "/", content=upload(), headers={"Content-Length": length}))
        await server.until(lambda s: s.connections == 1 and s.open == 0)


@pytest.mark.parametrize("error", [ValueError, OSError, RuntimeError, TimeoutError])
async def test_an_error_in_the_callers_own_upload_is_the_callers(any_cell, ask, carry, error):
    async def upload():
        yield b"x" * 1000
        raise error("mine")

    async with RawServer() as server, any_cell.engine() as engine:
        with pytest.raises(error, match="mine"):
            await carry(engine, ask("POST", server.url + "/", content=upload()))
        await server.until(lambda s: s.connections == 1 and s.open == 0)
