"""What the engines do with connections between requests, between loops, and when nobody closes them."""

from __future__ import annotations

import gc

import anyio
import httpx
import pytest

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.httpx2.engine import Httpx2Engine
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer, Reply

ENGINES = [AiohttpEngine, Httpx2Engine]


@pytest.fixture
def anyio_backend(own_cell):
    return own_cell.backend


async def steps(number):
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
async def test_connections_are_used_again(own_cell, ask, carry):
    everybody = anyio.Event()

    def reply(request):
        if len(server.requests) == 40:
            everybody.set()
        return Reply.ok(b"{}", gate=everybody)

    async def work():
        for _ in range(25):
            answer = await carry(engine, ask("GET", server.url + "/"))
            assert answer.status_code == 200

    async with RawServer(reply) as server, own_cell.engine() as engine:
        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(work)
        assert (len(server.requests), server.connections) == (1000, 40)


@pytest.mark.anyio
@pytest.mark.parametrize("unasked", [b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", b"!"])
async def test_bytes_that_come_while_a_connection_is_idle_are_no_answer(own_cell, ask, carry, unasked):
    idle, spoken = anyio.Event(), anyio.Event()

    async def speaks_up():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
        await idle.wait()
        yield unasked
        spoken.set()

    async with RawServer(Reply(speaks_up), Reply.ok(b"second")) as server, own_cell.engine() as engine:
        await carry(engine, ask("GET", server.url + "/"))
        idle.set()
        await spoken.wait()
        await steps(20)
        answer = await carry(engine, ask("GET", server.url + "/"))
        assert (answer.status_code, b"".join(answer.stream)) == (200, b"second")
        assert server.connections == 2


@pytest.mark.anyio
async def test_a_connection_that_the_server_closed_while_idle_is_not_used(own_cell, ask, carry):
    async with RawServer(Reply(Reply.ok().data, then="close"), Reply.ok()) as server, own_cell.engine() as engine:
        for _ in range(2):
            await carry(engine, ask("POST", server.url + "/", content=b"{}"))
            await server.until(lambda s: s.open == 0 or len(s.requests) == 2)
            await steps(20)
        assert (len(server.requests), server.connections) == (2, 2)


@pytest.mark.anyio
async def test_a_connection_that_has_been_idle_too_long_is_not_used(own_cell, ask, carry):
    kind = AiohttpEngine if own_cell.kind == "aiohttp" else Httpx2Engine
    engine = kind(keepalive=1e-9)
    async with RawServer() as server:
        for _ in range(2):
            await carry(engine, ask("GET", server.url + "/"))
        await engine.aclose()
        assert server.connections == 2


@pytest.mark.anyio
async def test_the_list_of_authorities_is_read_at_the_first_https_request(
    own_cell, ask, carry, authority, server_tls, monkeypatch
):
    with authority.cert_pem.tempfile() as bundle:
        monkeypatch.setenv("SSL_CERT_FILE", bundle)
        async with RawServer() as plain, RawServer(ssl_context=server_tls) as safe, own_cell.engine() as engine:
            await carry(engine, ask("GET", plain.url + "/"))
            assert engine._ssl_context is None
            answer = await carry(engine, ask("GET", safe.url + "/"))
            assert answer.status_code == 200


@pytest.mark.asyncio
async def test_aiohttp_forgets_origins_but_not_their_connections(ask, carry, monkeypatch):
    monkeypatch.setattr("asyncsdk.engines.aiohttp.engine._ORIGINS", 1)
    engine = AiohttpEngine()
    async with RawServer() as one, RawServer() as two:
        for server in (one, two, one, two):
            await carry(engine, ask("GET", server.url + "/"))
        await engine.aclose()
        assert (one.connections, two.connections) == (1, 1)


@pytest.mark.anyio
async def test_an_address_of_ip_version_6(own_cell, ask, carry):
    async with own_cell.engine() as engine:
        with pytest.raises(httpx.ConnectError, match=r"Connection refused|Cannot assign requested address"):
            await carry(engine, ask("GET", "http://[::1]:1/"))


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # nobody closed the connection while there was time
@pytest.mark.parametrize("kind", ENGINES)
def test_an_engine_belongs_to_the_loop_of_its_first_request(kind, ask, carry):
    engine = kind()

    async def first():
        async with RawServer() as server:
            await carry(engine, ask("GET", server.url + "/"))

    async def second():
        with pytest.raises(ConfigurationError, match="another event loop"):
            await carry(engine, ask("GET", "http://127.0.0.1:1/"))

    anyio.run(first)
    anyio.run(second)
    anyio.run(engine.aclose)
    gc.collect()


@pytest.mark.asyncio
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
async def test_aiohttp_is_not_closed_from_another_loop_while_its_own_runs(ask, carry, backend):
    async with RawServer() as server:
        engine = AiohttpEngine()
        await carry(engine, ask("GET", server.url + "/"))

        def close():
            with pytest.raises(ConfigurationError, match="event loop it was used in"):
                anyio.run(engine.aclose, backend=backend)

        await anyio.to_thread.run_sync(close)
        await carry(engine, ask("GET", server.url + "/"))
        await engine.aclose()


@pytest.mark.parametrize("kind", ENGINES)
def test_an_engine_is_built_and_closed_without_a_loop_of_its_own(kind):
    engine = kind()
    anyio.run(engine.aclose)
    anyio.run(engine.aclose)


@pytest.mark.asyncio
async def test_aiohttp_gives_back_the_place_of_an_answer_that_nobody_closed(ask, carry):
    engine = AiohttpEngine()
    async with RawServer(Reply.ok(b"x" * 3_000_000)) as server:
        for _ in range(2):
            answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
            with pytest.warns(ResourceWarning, match="neither read to its end nor closed"):
                del answer
        await steps(3)
        assert engine.in_use == 0
        await engine.aclose()


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
async def test_a_forked_child_does_not_touch_its_parents_connections(own_cell, ask, carry, body_of, in_child):
    async with RawServer() as server, own_cell.engine() as engine:
        await carry(engine, ask("GET", server.url + "/"))
        again = engine.handle_async_request(ask("GET", server.url + "/"))
        assert in_child(lambda: again.send(None)).startswith("ConfigurationError: this process was forked")
        assert await body_of(await again) == b""  # the parent's own
        closing = engine.aclose()
        assert in_child(lambda: closing.send(None)).startswith("ConfigurationError: close a client")
        await closing
        assert (len(server.requests), server.connections) == (2, 1)
