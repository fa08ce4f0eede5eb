from __future__ import annotations

import aiohttp
import anyio
import httpx
import httpx2
import pytest

from asyncsdk.engines.borrowed import BorrowedEngine
from asyncsdk.engines.choice import chosen_engine
from asyncsdk.engines.lazy import LazyEngine
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.script import Script


def request(**extensions):
    return httpx.Request("GET", "https://example.com/", extensions=extensions)


@pytest.mark.anyio
class TestItsLife:
    async def test_the_engine_is_made_by_the_first_request_and_once(self):
        made = []

        def make():
            made.append(Script(200))
            return made[-1]

        engine = LazyEngine(make)
        assert made == []
        for _ in range(3):
            await engine.handle_async_request(request())
        assert len(made) == 1

    async def test_it_is_closed_once_and_then_of_no_use(self):
        script = Script(200)
        engine = LazyEngine(lambda: script)
        await engine.handle_async_request(request())
        await engine.aclose()
        assert script.closed
        script.closed = False
        await engine.aclose()
        assert not script.closed
        with pytest.raises(ConfigurationError, match="closed"):
            await engine.handle_async_request(request())

    async def test_closed_in_the_wrong_event_loop_it_can_still_be_closed_in_its_own(self):
        class Elsewhere(Script):
            at_home = False

            async def aclose(self):
                if not self.at_home:
                    raise ConfigurationError("another event loop")
                await super().aclose()

        script = Elsewhere(200)
        engine = LazyEngine(lambda: script)
        await engine.handle_async_request(request())
        with pytest.raises(ConfigurationError, match="another"):
            await engine.aclose()
        await engine.handle_async_request(request())
        script.at_home = True
        await engine.aclose()
        assert script.closed

    async def test_one_that_was_never_used_has_nothing_to_close(self):
        def make():
            raise AssertionError("nothing needs an engine")

        await LazyEngine(make).aclose()

    async def test_closing_is_not_cut_short_by_a_cancellation(self):
        class Slow(Script):
            async def aclose(self):
                await anyio.lowlevel.checkpoint()
                self.closed = True

        slow = Slow(200)
        engine = LazyEngine(lambda: slow)
        await engine.handle_async_request(request())
        with anyio.CancelScope() as scope:
            scope.cancel()
            await engine.aclose()
        assert slow.closed


@pytest.mark.anyio
class TestWholeBodies:
    async def test_any_engines_body_is_read_where_that_is_asked_for(self):
        script = Script(httpx.Response(200, content=b"four"), streamed=True)
        engine = LazyEngine(lambda: script)
        response = await engine.handle_async_request(request(whole=True))
        assert isinstance(response.stream, httpx.ByteStream)
        assert (b"".join(response.stream), script.open) == (b"four", 0)

    @pytest.mark.parametrize("extensions", [{}, {"whole": False}])
    async def test_otherwise_it_streams(self, extensions):
        script = Script(httpx.Response(200, content=b"four"), streamed=True)
        response = await LazyEngine(lambda: script).handle_async_request(request(**extensions))
        assert script.open == 1
        assert await response.aread() == b"four"
        assert script.open == 0


class Endless(httpx.AsyncByteStream):
    """A body that never comes."""

    closed = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        await anyio.sleep_forever()

    async def aclose(self):
        self.closed = True


@pytest.mark.anyio
class TestTheTotalLimit:
    LIMITS = {"timeout": {"total": 0.01}}  # noqa: RUF012

    @pytest.mark.parametrize("extensions", [{}, {"whole": True}])
    async def test_it_ends_an_attempt_that_gets_no_answer(self, extensions):
        async def never(request):
            await anyio.sleep_forever()

        script = Script(never)
        with pytest.raises(httpx.ReadTimeout, match=r"longer than 0\.01 s"):
            await LazyEngine(lambda: script).handle_async_request(request(**self.LIMITS, **extensions))
        assert script.open == 0

    async def test_it_covers_a_body_that_is_read_at_once(self):
        stream = Endless()
        engine = LazyEngine(lambda: httpx.MockTransport(lambda _: httpx.Response(200, stream=stream)))
        with pytest.raises(httpx.ReadTimeout):
            await engine.handle_async_request(request(**self.LIMITS, whole=True))
        assert stream.closed

    async def test_it_covers_a_body_that_is_read_later(self):
        stream = Endless()
        engine = LazyEngine(lambda: httpx.MockTransport(lambda _: httpx.Response(200, stream=stream)))
        response = await engine.handle_async_request(request(**self.LIMITS))
        with pytest.raises(httpx.ReadTimeout):
            await response.aread()
        await response.aclose()
        assert stream.closed

    async def test_a_cancellation_is_no_timeout(self):
        async def never(request):
            await anyio.sleep_forever()

        engine = LazyEngine(lambda: Script(never))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await engine.handle_async_request(request(timeout={"total": 60}))
        assert scope.cancelled_caught


@pytest.mark.anyio
class TestWhatWasSent:
    """httpx-aiohttp's transport says "no connection" where the server hung up after it was asked."""

    @staticmethod
    def engine(error, cause):
        def fail(_):
            raise error from cause

        return LazyEngine(lambda: httpx.MockTransport(fail))

    @pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
    @pytest.mark.parametrize("cause", [aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError(104, "reset")])
    async def test_a_callers_transport_is_not_taken_at_its_word(self, error, cause):
        with pytest.raises(httpx.ReadError):
            await self.engine(error, cause).handle_async_request(request())

    @pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
    @pytest.mark.parametrize("cause", [None, aiohttp.ClientConnectorError(None, OSError(111, "refused"))])
    async def test_where_there_was_no_connection_that_stays_so(self, error, cause):
        with pytest.raises(type(error)):
            await self.engine(error, cause).handle_async_request(request())


class TestTheChoice:
    def test_the_callers_transport(self):
        script = Script(200)
        assert chosen_engine(64, script, None)() is script

    @pytest.mark.parametrize("library", [httpx, httpx2])
    def test_the_callers_client(self, library):
        client = library.AsyncClient(trust_env=False, transport=library.MockTransport(lambda _: None))
        assert isinstance(chosen_engine(64, None, client)(), BorrowedEngine)

    @pytest.mark.anyio
    async def test_our_own(self, backend):
        engine = chosen_engine(64, None, None)()
        assert type(engine).__name__ == ("Httpx2Engine" if backend == "trio" else "AiohttpEngine")
        await engine.aclose()

    def test_not_both(self):
        with pytest.raises(ConfigurationError, match="not both"):
            chosen_engine(64, Script(200), object())
