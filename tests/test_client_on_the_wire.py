"""The chain over real sockets: what a server sees of a client when connections fail."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress

import anyio
import httpx
import httpx2
import pytest
from loops import LOOPS
from no_tls import NO_TLS
from one_host import OneHost

from asyncsdk import errors
from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.chain.options import Timeout
from asyncsdk.errors import SDKError
from asyncsdk.operation import Operation
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.rawserver import RawServer, Reply

GET = Operation("shop.orders.get", "GET", "/orders/{order_id}", "object")
PUT = Operation("shop.orders.update", "PUT", "/orders/{order_id}", "object")
CREATE = Operation("shop.orders.create", "POST", "/orders/{order_id}", "object", retry="unsent")

OK = Reply.ok(b'{"id": 7}', headers=(("Content-Type", "application/json"),))
LARGE = b"x" * 1_000_000

# Where a server hangs up: before the body, within it, after it, after the head of its answer, within the answer's body.
HANGS_UP = {
    "before the body": Reply(read=0, then="reset"),
    "within the body": Reply(read=1000, then="reset"),
    "after the body": Reply(then="close"),
    "after the body, rudely": Reply(then="reset"),
    "after the answer's head": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", then="close"),
    "within the answer": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + b'{"id"', then="close"),
    "within a chunk": Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n" + b'{"id"', then="close"),
    "within the answer's head": Reply(b"HTTP/1.1 200 OK\r\nContent-Le", then="close"),
}

LENT = ["httpx2 client", "httpx transport"]
# What may be sent again is decided above the engines: ours are tried on each loop, each lent one on one loop.
ENGINES = [("asyncio", "ours"), ("uvloop", "ours"), ("trio", "ours"), ("trio", LENT[0]), ("asyncio", LENT[1])]


@asynccontextmanager
async def shop(server, kind="ours", **options):
    async with httpx2.AsyncClient(trust_env=False, verify=NO_TLS) as lent:
        how = {
            "httpx2 client": {"http_client": lent},
            "httpx transport": {"transport": httpx.AsyncHTTPTransport(verify=NO_TLS)},
        }
        client = OneHost(
            base_url=server.url,
            signer=HeaderSigner("x-api-key", "test-secret", "test-secret"),
            clock=FakeClock(),
            **options,
            **how.get(kind, {}),
        )
        async with client:
            yield client


async def call(client, operation, body=None):
    return await client.call(operation, "7", into=lambda reply: reply.json(), body=body)


@pytest.fixture
def anyio_backend(loop):
    return LOOPS[loop]


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
@pytest.mark.parametrize("where", HANGS_UP)
class TestAServerThatHangsUp:
    async def test_sees_what_is_unsafe_once(self, kind, where):
        async with RawServer(HANGS_UP[where], OK) as server, shop(server, kind) as client:
            with pytest.raises(SDKError) as caught:
                await call(client, CREATE, LARGE)
            assert isinstance(caught.value, errors.ConnectionLostError)
            assert caught.value.sent is True
            assert len(server.requests) == 1

    @pytest.mark.parametrize("way", ["http", "stream"])
    async def test_sees_what_is_unsafe_once_by_other_ways_too(self, kind, where, way):
        async with RawServer(HANGS_UP[where], OK) as server, shop(server, kind) as client:
            with pytest.raises((errors.ConnectionLostError, httpx.TransportError)):
                await getattr(self, way)(client)
            assert [each.method for each in server.requests] == ["POST"]
            assert client.throttle.active == 0

    @staticmethod
    async def http(client):
        await client.http.post("/orders/7", content=LARGE)

    @staticmethod
    async def stream(client):
        async with client.stream(CREATE, "7", body=LARGE) as answer:
            async for _ in answer:
                pass

    async def test_sees_what_is_safe_again_and_whole(self, kind, where):
        async with RawServer(HANGS_UP[where], OK) as server, shop(server, kind) as client:
            assert await call(client, PUT, LARGE) == {"id": 7}
            assert len(server.requests) == 2
            assert server.requests[1].body == LARGE


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
async def test_a_connection_dropped_while_idle_costs_an_unsafe_call_nothing_or_an_error_but_never_a_second_request(
    kind,
):
    closing = Reply(OK.data, then="close")
    async with RawServer(closing, OK) as server, shop(server, kind) as client:
        await call(client, GET)
        with suppress(errors.ConnectionLostError):
            await call(client, CREATE, b"{}")
        assert [each.method for each in server.requests].count("POST") <= 1
        await call(client, GET)


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
async def test_where_nobody_listens_nothing_was_sent(kind):
    async with RawServer(OK) as server:
        pass
    async with shop(server, kind) as client:
        with pytest.raises(errors.ConnectError) as caught:
            await call(client, CREATE, b"{}")
        assert isinstance(caught.value, ConnectionError)
        assert (caught.value.sent, caught.value.attempts) == (False, 5)


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
async def test_a_total_limit_covers_a_body_that_drips(kind):
    async def drips():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        while True:
            yield b"x"
            await anyio.lowlevel.checkpoint()

    async with RawServer(Reply(drips)) as server, shop(server, kind, timeout=Timeout(total=0.05)) as client:
        with pytest.raises(errors.TimeoutError, match=r"longer than 0\.05 s") as caught:
            await call(client, CREATE, b"{}")
        assert isinstance(caught.value, TimeoutError)
        assert caught.value.attempts == 1
        assert client.throttle.active == 0


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
async def test_a_redirect_is_not_followed_and_a_cookie_not_kept(kind):
    moved = Reply.ok(
        status="302 Found", headers=(("Location", "http://127.0.0.1:9/"), ("Set-Cookie", "sid=test-secret"))
    )
    async with RawServer(moved) as server, shop(server, kind) as client:
        for _ in range(2):
            with pytest.raises(errors.RedirectError):
                await call(client, GET)
        assert [each.header("cookie") for each in server.requests] == [None, None]


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), ENGINES)
async def test_cancelled_calls_leave_the_client_whole(kind):
    async def answer():
        for piece in (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b'{"id"', b": 7}"):
            await anyio.lowlevel.checkpoint()
            yield piece

    async with RawServer(Reply(answer)) as server, shop(server, kind, max_connections=4) as client:
        for count in range(30):
            async with anyio.create_task_group() as group:
                for _ in range(8):
                    group.start_soon(call, client, GET)
                for _ in range(count):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
            assert (client.throttle.active, client.throttle.waiting) == (0, 0)
        with anyio.fail_after(10):  # nobody would come to give back what was lost
            async with anyio.create_task_group() as group:
                for _ in range(16):
                    group.start_soon(call, client, GET)
