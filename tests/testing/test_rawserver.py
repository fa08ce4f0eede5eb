from __future__ import annotations

from contextlib import suppress

import anyio
import httpx
import pytest
from no_tls import NO_TLS

from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio


async def talk(server, data, *, until_end=False):
    async with await anyio.connect_tcp("127.0.0.1", server.port) as stream:
        await stream.send(data)
        received = await stream.receive()
        if until_end:
            with suppress(anyio.EndOfStream):
                while True:
                    received += await stream.receive()
        return received


async def test_replies_go_out_in_order_and_the_last_repeats():
    async with RawServer(Reply.ok(b"1"), Reply.ok(b"2")) as server, httpx.AsyncClient(verify=NO_TLS) as client:
        assert [(await client.get(server.url)).text for _ in range(4)] == ["1", "2", "2", "2"]


async def test_requests_are_recorded_as_they_came():
    async with RawServer() as server:
        await talk(server, b"PUT /a%2Fb?x HTTP/1.1\r\nhOST: x\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\n{}")
        [seen] = server.requests
        assert (seen.method, seen.target, seen.body, seen.connection) == ("PUT", "/a%2Fb?x", b"{}", 0)
        assert seen.headers == [("hOST", "x"), ("X-A", "1"), ("X-A", "2"), ("Content-Length", "2")]
        assert (seen.header("host"), seen.header("x-a"), seen.header("absent")) == ("x", "1", None)


async def test_chunks_are_put_together():
    async with RawServer() as server:
        await talk(server, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert server.requests[0].body == b"abcde"


async def test_a_reply_may_depend_on_the_request():
    def choose(request):
        return Reply.ok(status="404 Not Found") if request.target == "/no" else Reply.ok()

    async with RawServer(choose) as server, httpx.AsyncClient(verify=NO_TLS) as client:
        assert (await client.get(server.url + "/no")).status_code == 404
        assert (await client.get(server.url + "/yes")).status_code == 200


async def test_data_goes_out_verbatim_and_the_connection_may_close():
    async with RawServer(Reply(b"anything at all", then="close")) as server:
        assert await talk(server, b"GET / HTTP/1.1\r\n\r\n", until_end=True) == b"anything at all"
        await server.until(lambda s: s.open == 0)


async def test_a_reset_is_a_reset():
    async with RawServer(Reply(then="reset")) as server, await anyio.connect_tcp("127.0.0.1", server.port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(anyio.BrokenResourceError):
            await stream.receive()


async def test_pieces_may_wait_for_one_another():
    first = anyio.Event()

    async def pieces():
        yield b"one"
        await first.wait()
        yield b"two"

    async with RawServer(Reply(pieces)) as server, await anyio.connect_tcp("127.0.0.1", server.port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\n\r\n")
        assert await stream.receive() == b"one"
        first.set()
        assert await stream.receive() == b"two"


async def test_the_first_connections_can_be_dropped():
    async with RawServer(drop=1) as server:
        async with await anyio.connect_tcp("127.0.0.1", server.port) as stream:
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await stream.receive()
        assert (await talk(server, b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        assert (server.connections, len(server.requests)) == (2, 1)


async def test_leaving_closes_what_hangs():
    async with RawServer(Reply(then="hang")) as server:
        stream = await anyio.connect_tcp("127.0.0.1", server.port)
        await stream.send(b"GET / HTTP/1.1\r\n\r\n")
        await server.until(lambda s: len(s.requests) == 1)
    assert server.open == 0
    await stream.aclose()
