"""Why httpx 0.28's own connection pool is not the engine: it loses places for good when requests are cancelled."""

from __future__ import annotations

import anyio
import httpcore
import httpx
import pytest

pytestmark = pytest.mark.anyio

ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def anyio_backend():
    return "asyncio", {"use_uvloop": False}


async def steps(number):
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


@pytest.fixture
async def a_place_is_lost(ask):
    """Cancels a request that waits for the only place, so many steps after it became free, and asks for the place again.

    There is no network in it, so every number of steps gives the same result every time.
    """

    async def check(after):
        async with httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=1)) as transport:
            transport._pool._network_backend = httpcore.AsyncMockBackend([ANSWER])

            async def get(**limits):
                answer = await transport.handle_async_request(ask("GET", "http://x.test/", limits=limits))
                await answer.aclose()

            first = await transport.handle_async_request(ask("GET", "http://x.test/"))
            async with anyio.create_task_group() as tasks, anyio.create_task_group() as second:
                second.start_soon(get)
                await steps(3)
                tasks.start_soon(first.aclose)
                await steps(after)
                second.cancel_scope.cancel()
            try:
                await get(pool=0.01)
            except httpx.PoolTimeout:
                return True
            return False

    return check


async def test_a_cancelled_request_takes_its_place_with_it(a_place_is_lost):
    assert any([await a_place_is_lost(after) for after in range(20)])


async def test_one_that_is_not_cancelled_does_not(a_place_is_lost):
    assert not await a_place_is_lost(200)
