from __future__ import annotations

import anyio
import httpx
import pytest

from asyncsdk.engines.time_limit import TimedStream, limited
from asyncsdk.testing.script import Script

REQUEST = httpx.Request("GET", "https://example.com")


class Stuck(httpx.AsyncByteStream):
    """One piece, and then nothing for ever."""

    def __init__(self):
        self.pieces = [b"first"]
        self.closed = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.pieces:
            await anyio.sleep_forever()
        return self.pieces.pop()

    async def aclose(self):
        self.closed = True


@pytest.mark.anyio
async def test_a_body_that_takes_too_long_is_a_timeout_and_can_be_closed():
    inner = Stuck()
    response = httpx.Response(200, stream=TimedStream(inner, anyio.current_time() + 0.01, REQUEST))
    with pytest.raises(httpx.ReadTimeout, match="took longer") as caught:
        await response.aread()
    assert caught.value.request is REQUEST
    await response.aclose()
    assert inner.closed


@pytest.mark.anyio
async def test_a_body_in_time_comes_whole():
    response = await Script(httpx.Response(200, content=b"four"), streamed=True).handle_async_request(REQUEST)
    assert await limited(response, anyio.current_time() + 60, REQUEST).aread() == b"four"


@pytest.mark.anyio
async def test_a_cancellation_from_outside_stays_a_cancellation():
    stream = TimedStream(Stuck(), anyio.current_time() + 60, REQUEST)
    assert await anext(stream) == b"first"
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anext(stream)
    assert scope.cancelled_caught


def test_a_body_that_is_all_there_needs_no_limit():
    response = httpx.Response(200, content=b"four")
    stream = response.stream
    assert limited(response, 0.0, REQUEST).stream is stream
