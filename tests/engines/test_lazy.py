from __future__ import annotations

import anyio
import httpx
import pytest

from asyncsdk.engines.adapted import Adapted
from asyncsdk.engines.common import Engine
from asyncsdk.engines.lazy import Connections
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.script import Script

pytestmark = pytest.mark.anyio


async def test_the_engine_is_made_by_the_first_request_and_once():
    made = []

    def make():
        made.append(Adapted(Script(200)))
        return made[-1]

    connections = Connections(make)
    assert made == []
    assert [connections.opened() for _ in range(3)] == made * 3


async def test_there_is_one_answer_to_which_loop_it_is():
    connections = Connections(lambda: Adapted(Script(200)))
    connections.home.enter()
    assert connections.opened().home is connections.home


async def test_an_engine_of_the_callers_has_its_own_answer():
    engine = Adapted(Script(200))
    assert Connections(engine).home is Connections(engine).home is engine.home


async def test_it_is_closed_once_and_then_of_no_use():
    script = Script(200)
    connections = Connections(Adapted(script))
    connections.opened()
    await connections.aclose()
    assert script.closed
    assert connections.closed
    script.closed = False
    await connections.aclose()
    assert not script.closed
    with pytest.raises(ConfigurationError, match="closed"):
        connections.opened()


async def test_closed_in_the_wrong_event_loop_it_can_still_be_closed_in_its_own():
    class Elsewhere(Engine):
        at_home = closed = False

        async def aclose(self):
            if not self.at_home:
                raise ConfigurationError("another event loop")
            self.closed = True

    engine = Elsewhere()
    connections = Connections(engine)
    with pytest.raises(ConfigurationError, match="another"):
        await connections.aclose()
    assert connections.opened() is engine
    engine.at_home = True
    await connections.aclose()
    assert engine.closed


async def test_one_that_was_never_used_has_nothing_to_close():
    def make():
        raise AssertionError("nothing needs an engine")

    await Connections(make).aclose()


async def test_closing_is_not_cut_short_by_a_cancellation():
    class Slow(Script):
        async def aclose(self):
            await anyio.lowlevel.checkpoint()
            self.closed = True

    slow = Slow(200)
    connections = Connections(Adapted(slow))
    with anyio.CancelScope() as scope:
        scope.cancel()
        await connections.aclose()
    assert slow.closed


async def test_an_engine_by_itself_looks_which_loop_it_is():
    engine = Adapted(Script(200))
    async with httpx.AsyncClient(transport=engine) as client:
        assert (await client.get("https://example.com/")).status_code == 200

        def elsewhere():
            with pytest.raises(ConfigurationError, match="another event loop"):
                anyio.run(client.get, "https://example.com/")

        await anyio.to_thread.run_sync(elsewhere)
