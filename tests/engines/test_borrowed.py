"""A client that the caller owns: what it adds stays out, what it does with connections stays its own."""

from __future__ import annotations

import gzip

import aiohttp
import httpx
import httpx2
import pytest
from no_tls import NO_TLS

from asyncsdk.engines.borrowed import BorrowedEngine
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer, Reply

LIBRARIES = [pytest.param(httpx, id="httpx"), pytest.param(httpx2, id="httpx2")]


@pytest.fixture
def anyio_backend():
    return "asyncio", {"use_uvloop": False}


@pytest.fixture(params=LIBRARIES)
def library(request):
    return request.param


pytestmark = pytest.mark.anyio


async def test_nothing_of_the_clients_own_gets_into_a_signed_request(library, ask, carry):
    async with (
        RawServer() as server,
        library.AsyncClient(
            headers={"X-Mine": "1", "User-Agent": "mine"},
            cookies={"session": "test-secret"},
            params={"mine": "1"},
            auth=("user", "test-secret"),
            base_url="http://elsewhere.test/base",
            follow_redirects=True,
            verify=NO_TLS,
        ) as client,
    ):
        request = ask("POST", server.url + "/v1/x?a=1", content=b"{}", headers={"X-Signature": "abc"})
        await carry(BorrowedEngine(client), request)
        [seen] = server.requests
        assert seen.target == "/v1/x?a=1"
        assert seen.headers == [(n.decode(), v.decode()) for n, v in request.headers.raw]


async def test_redirects_and_cookies_are_left_alone(library, ask, carry):
    reply = Reply.ok(status="302 Found", headers=(("Location", "/elsewhere"), ("Set-Cookie", "a=test-secret")))
    async with RawServer(reply) as server, library.AsyncClient(follow_redirects=True, verify=NO_TLS) as client:
        engine = BorrowedEngine(client)
        for _ in range(2):
            answer = await carry(engine, ask("GET", server.url + "/"))
            assert answer.status_code == 302
        assert [(seen.target, seen.header("cookie")) for seen in server.requests] == [("/", None)] * 2


@pytest.mark.parametrize("where", ["https://xn--a/", "javascript:1", "http://[x/", "http://a:b/"])
async def test_a_redirect_to_what_is_no_url_is_an_exception_of_httpxs(library, ask, carry, where):
    reply = Reply.ok(status="302 Found", headers=(("Location", where),))
    async with RawServer(reply) as server, library.AsyncClient() as client:
        try:
            answer = await carry(BorrowedEngine(client), ask("GET", server.url + "/"))
        except httpx.TransportError:
            pass
        else:
            assert answer.status_code == 302


async def test_the_clients_hooks_run_on_the_signed_request(library, ask, carry):
    seen = []

    async def on_request(request):
        seen.append((request.method, request.headers["x-signature"], request.content))

    async def on_response(response):
        seen.append(response.status_code)

    hooks = {"request": [on_request], "response": [on_response]}
    async with RawServer() as server, library.AsyncClient(event_hooks=hooks, verify=NO_TLS) as client:
        request = ask("POST", server.url + "/", content=b"{}", headers={"X-Signature": "abc"})
        await carry(BorrowedEngine(client), request)
    assert seen == [("POST", "abc", b"{}"), 200]


@pytest.mark.parametrize("whole", [True, False])
async def test_an_answer_that_a_hook_has_read_is_still_an_answer(library, ask, carry, body_of, whole):
    async def read(response):
        await response.aread()

    packed = gzip.compress(b'{"a": 1}')
    reply = Reply.ok(packed, headers=(("Content-Encoding", "gzip"), ("X-Tag", "1")))
    async with (
        RawServer(reply) as server,
        library.AsyncClient(event_hooks={"response": [read]}, verify=NO_TLS) as client,
    ):
        answer = await carry(BorrowedEngine(client), ask("GET", server.url + "/"), whole=whole)
        assert answer.headers["x-tag"] == "1"
        assert "content-encoding" not in answer.headers
        assert await body_of(answer) == b'{"a": 1}'


async def test_the_client_is_not_closed(library, ask, carry):
    async with RawServer() as server, library.AsyncClient(verify=NO_TLS) as client:
        engine = BorrowedEngine(client)
        await carry(engine, ask("GET", server.url + "/"))
        await engine.aclose()
        assert not client.is_closed
        assert (await client.get(server.url)).status_code == 200


async def test_a_client_that_its_owner_closed_is_a_mistake(library, ask, carry):
    async with library.AsyncClient(verify=NO_TLS) as client:
        engine = BorrowedEngine(client)
    with pytest.raises(ConfigurationError, match="closed"):
        await carry(engine, ask("GET", "http://127.0.0.1:1/"))


async def test_what_derives_from_a_client_is_one(library, ask, carry):
    class Mine(library.AsyncClient):
        pass

    async with Mine(transport=library.MockTransport(lambda request: library.Response(200, content=b"mock"))) as client:
        answer = await carry(BorrowedEngine(client), ask("GET", "http://x.test/"))
        assert b"".join(answer.stream) == b"mock"


@pytest.mark.parametrize("thing", [object(), httpx.Client, httpx.AsyncHTTPTransport()])
async def test_what_is_no_async_client_is_refused(thing):
    with pytest.raises(ConfigurationError, match="AsyncClient"):
        BorrowedEngine(thing)


async def test_a_url_that_the_client_would_change_is_not_sent(library, ask, carry):
    request = ask("GET", "http://x.test/")
    # as a base URL is joined with an encoded path, without parsing again
    request.url._uri_reference = request.url._uri_reference._replace(path="/a b")
    async with library.AsyncClient(transport=library.MockTransport(lambda _: library.Response(200))) as client:
        with pytest.raises(httpx.LocalProtocolError, match="change the URL"):
            await carry(BorrowedEngine(client), request)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        ("ConnectError", httpx.ConnectError),
        ("ConnectTimeout", httpx.ConnectTimeout),
        ("PoolTimeout", httpx.PoolTimeout),
        ("ReadTimeout", httpx.ReadTimeout),
        ("WriteError", httpx.WriteError),
        ("ProxyError", httpx.ProxyError),
        ("RemoteProtocolError", httpx.RemoteProtocolError),
        ("UnsupportedProtocol", httpx.UnsupportedProtocol),
    ],
)
async def test_errors_are_httpxs_own_of_the_same_name(library, ask, carry, raised, expected):
    def fail(request):
        raise getattr(library, raised)("")

    async with library.AsyncClient(transport=library.MockTransport(fail)) as client:
        request = ask("GET", "http://x.test/")
        with pytest.raises(expected) as caught:
            await carry(BorrowedEngine(client), request)
        assert type(caught.value) is expected
        assert caught.value.request is request
        assert str(caught.value)


async def test_other_errors_are_left_as_they_are(library, ask, carry):
    def fail(request):
        raise KeyError("mine")

    async with library.AsyncClient(transport=library.MockTransport(fail)) as client:
        with pytest.raises(KeyError, match="mine"):
            await carry(BorrowedEngine(client), ask("GET", "http://x.test/"))


@pytest.mark.parametrize("cause", [aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError(104, "reset")])
async def test_a_connection_that_broke_under_aiohttp_was_there(library, ask, carry, cause):
    """The transport of httpx-aiohttp says "no connection" where the server hung up after it was asked."""

    def fail(request):
        raise library.ConnectTimeout("hung up") from cause

    async with library.AsyncClient(transport=library.MockTransport(fail)) as client:
        with pytest.raises(httpx.ReadError):
            await carry(BorrowedEngine(client), ask("POST", "http://x.test/", content=b"{}"))


async def test_one_that_never_was_under_aiohttp_was_not(library, ask, carry):
    def fail(request):
        raise library.ConnectError("refused") from aiohttp.ClientConnectorError(None, OSError(111, "refused"))

    async with library.AsyncClient(transport=library.MockTransport(fail)) as client:
        with pytest.raises(httpx.ConnectError):
            await carry(BorrowedEngine(client), ask("POST", "http://x.test/", content=b"{}"))
