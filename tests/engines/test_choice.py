"""Which engine a client gets; and why httpx 0.28's own connection pool is not it: it loses places for good when requests are
cancelled.
"""

from __future__ import annotations

import anyio
import httpcore
import httpx
import httpx2
import pytest
from no_tls import NO_TLS

from asyncsdk.engines.adapted import Adapted
from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.borrowed import BorrowedEngine
from asyncsdk.engines.choice import connections
from asyncsdk.engines.proxies import Proxies
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.script import Script


class TestTheChoice:
    def test_the_callers_transport(self):
        script = Script(200)
        engine = connections(script).opened()
        assert isinstance(engine, Adapted)
        assert engine.transport is script

    def test_an_engine_of_ours_is_taken_as_it_is(self):
        engine = AiohttpEngine()
        assert connections(engine).opened() is engine

    @pytest.mark.parametrize("library", [httpx, httpx2])
    def test_the_callers_client(self, library):
        client = library.AsyncClient(trust_env=False, transport=library.MockTransport(lambda _: None))
        assert isinstance(connections(None, client).opened(), BorrowedEngine)

    @pytest.mark.anyio
    async def test_our_own(self, backend):
        chosen = connections()
        chosen.home.enter()
        assert type(chosen.opened()).__name__ == ("Httpx2Engine" if backend == "trio" else "AiohttpEngine")
        await chosen.aclose()

    def test_not_both(self):
        with pytest.raises(ConfigurationError, match="not both"):
            connections(Script(200), object())

    def test_what_is_no_client_is_refused_at_once(self):
        with pytest.raises(ConfigurationError, match="AsyncClient"):
            connections(None, object())

    @pytest.mark.parametrize("ours", [{"ssl_context": NO_TLS}, {"proxies": Proxies({})}])
    @pytest.mark.parametrize(
        "theirs", [{"transport": Script(200)}, {"http_client": httpx.AsyncClient(trust_env=False, verify=NO_TLS)}]
    )
    def test_what_is_for_our_connections_is_not_lost_on_theirs(self, ours, theirs):
        with pytest.raises(ConfigurationError, match="our own connections"):
            connections(**theirs, **ours)


ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


async def steps(number):
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def a_place_is_lost(ask):
    """Cancels a request that waits for the only place, so many steps after it became free, and asks for the place again.

    There is no network in it, so every number of steps gives the same result every time.
    """

    async def check(after):
        async with httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=1), verify=NO_TLS) as transport:
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


@pytest.mark.asyncio
async def test_a_cancelled_request_takes_its_place_with_it(a_place_is_lost):
    assert any([await a_place_is_lost(after) for after in range(20)])


@pytest.mark.asyncio
async def test_one_that_is_not_cancelled_does_not(a_place_is_lost):
    assert not await a_place_is_lost(200)
