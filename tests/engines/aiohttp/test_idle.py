"""Connections between two requests: which of them is taken, and how long one waits."""

from __future__ import annotations

import anyio
import pytest

from asyncsdk.engines.aiohttp import idle as aiohttp_idle
from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.testing.rawserver import RawServer, Reply


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request):
    return "asyncio", {"use_uvloop": request.param}


pytestmark = pytest.mark.anyio


async def together(engine, ask, carry, server, count):
    """So many requests at once, each on a connection of its own."""
    asked = len(server.requests) + count
    gate = anyio.Event()
    server.gate = gate
    async with anyio.create_task_group() as tasks:
        for _ in range(count):
            tasks.start_soon(carry, engine, ask("GET", server.url + "/"))
        await server.until(lambda s: len(s.requests) == asked)
        gate.set()


@pytest.fixture
async def server():
    async with RawServer(lambda _: Reply.ok(gate=server.gate)) as server:
        yield server


async def test_the_connection_used_last_is_taken_first(ask, carry, server):
    engine = AiohttpEngine()
    await together(engine, ask, carry, server, 3)
    for _ in range(3):
        await carry(engine, ask("GET", server.url + "/"))
    assert len({request.connection for request in server.requests[3:]}) == 1
    await engine.aclose()


async def test_a_connection_that_nobody_takes_is_closed_in_time(ask, carry, server):
    engine = AiohttpEngine(keepalive=0.01)
    await together(engine, ask, carry, server, 3)
    with anyio.fail_after(5):
        await server.until(lambda s: s.open == 0)
    await together(engine, ask, carry, server, 2)
    assert server.connections == 5
    await engine.aclose()


async def test_only_those_are_closed_that_nobody_takes(ask, carry, server, monkeypatch):
    times = iter((1000.0, 1000.0, 1000.0, 1006.0, 1006.0, 1006.0, 1012.0, 1012.0, 1012.0))
    monkeypatch.setattr(aiohttp_idle, "monotonic", lambda: next(times, 1013.0))
    engine = AiohttpEngine(keepalive=10)
    await together(engine, ask, carry, server, 3)
    for left in (3, 1):
        await carry(engine, ask("GET", server.url + "/"))
        engine._idle._close_old()  # what the timer calls
        await server.until(lambda s, left=left: s.open == left)
    await carry(engine, ask("GET", server.url + "/"))
    assert (server.open, server.connections) == (1, 3)
    await engine.aclose()


async def test_closing_the_engine_closes_idle_connections(ask, carry, server):
    engine = AiohttpEngine()
    await together(engine, ask, carry, server, 3)
    assert (engine.in_use, server.open) == (0, 3)
    await engine.aclose()
    with anyio.fail_after(5):
        await server.until(lambda s: s.open == 0)


async def test_two_origins_do_not_share_connections(ask, carry):
    engine = AiohttpEngine()
    async with RawServer() as one, RawServer() as two:
        for server in (one, two, one, two):
            await carry(engine, ask("GET", server.url + "/"))
        assert [len(server.requests) for server in (one, two)] == [2, 2]
        assert [server.connections for server in (one, two)] == [1, 1]
        await engine.aclose()
