"""A transport of the caller's: what it gives is what every engine gives."""

from __future__ import annotations

import aiohttp
import httpx
import pytest

from asyncsdk.engines.adapted import Adapted
from asyncsdk.http.whole import TooLargeError, Whole
from asyncsdk.testing.script import Script

pytestmark = pytest.mark.anyio


def request(method="GET"):
    return httpx.Request(method, "https://example.com/")


async def test_a_body_is_read_where_that_is_asked_for():
    script = Script(httpx.Response(200, content=b"four"), streamed=True)
    response = await Adapted(script).carry(request(), most=4)
    assert isinstance(response.stream, Whole)
    assert (response.stream.body, script.open) == (b"four", 0)


async def test_otherwise_it_streams():
    script = Script(httpx.Response(200, content=b"four"), streamed=True)
    response = await Adapted(script).carry(request(), most=None)
    assert script.open == 1
    assert await response.aread() == b"four"
    assert script.open == 0


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "4"}, {"Transfer-Encoding": "chunked"}, {"Content-Length": "1"}]
)
async def test_a_body_that_is_too_large_is_refused_and_closed(headers):
    script = Script(lambda _: httpx.Response(200, headers=headers, content=b"four"), streamed=True)
    asked = request()
    with pytest.raises(TooLargeError, match="3 bytes") as caught:
        await Adapted(script).carry(asked, most=3)
    assert caught.value.request is asked
    assert script.open == 0


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_a_length_that_is_only_told_is_no_body(method, status):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers={"Content-Length": "1000"}))
    response = await Adapted(transport).carry(request(method), most=3)
    assert response.status_code == status


async def test_closing_it_closes_the_transport():
    script = Script(200)
    await Adapted(script).aclose()
    assert script.closed


class TestWhatWasSent:
    """httpx-aiohttp's transport says "no connection" where the server hung up after it was asked."""

    @staticmethod
    def engine(error, cause):
        def fail(_):
            raise error from cause

        return Adapted(httpx.MockTransport(fail))

    @pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
    @pytest.mark.parametrize("cause", [aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError(104, "reset")])
    async def test_a_callers_transport_is_not_taken_at_its_word(self, error, cause):
        with pytest.raises(httpx.ReadError):
            await self.engine(error, cause).carry(request(), most=None)

    @pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
    @pytest.mark.parametrize("cause", [None, aiohttp.ClientConnectorError(None, OSError(111, "refused"))])
    async def test_where_there_was_no_connection_that_stays_so(self, error, cause):
        with pytest.raises(type(error)):
            await self.engine(error, cause).carry(request(), most=None)
