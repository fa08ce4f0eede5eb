"""Proxies that the environment names, on every engine."""

from __future__ import annotations

import base64

import httpx
import pytest
from no_tls import NO_TLS

from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

TUNNEL = Reply(b"HTTP/1.1 200 Connection established\r\n\r\n", then="tunnel")
LOGIN = base64.b64encode(b"user:test-secret").decode()


@pytest.fixture
def anyio_backend(any_cell):
    return any_cell.backend


def with_login(proxy):
    return proxy.url.replace("://", "://user:test-secret@")


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_an_http_request_goes_to_the_proxy_with_its_whole_url(any_cell, ask, carry, monkeypatch, variable):
    async with RawServer(Reply.ok(b"by proxy")) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        async with any_cell.engine() as engine:
            for _ in range(2):
                answer = await carry(engine, ask("GET", "http://api.example.test/a%2Fb?q=%20"))
                assert b"".join(answer.stream) == b"by proxy"
        assert [seen.target for seen in proxy.requests] == ["http://api.example.test/a%2Fb?q=%20"] * 2
        assert proxy.requests[0].header("host") == "api.example.test"
        assert proxy.requests[0].header("proxy-authorization") is None
        assert proxy.connections == 1


async def test_a_proxy_without_a_scheme_is_an_http_proxy(any_cell, ask, carry, monkeypatch):
    async with RawServer(Reply.ok()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        async with any_cell.engine() as engine:
            await carry(engine, ask("GET", "http://api.example.test/"))
        assert len(proxy.requests) == 1


async def test_the_proxys_own_login_goes_to_the_proxy(any_cell, ask, carry, monkeypatch):
    async with RawServer(Reply.ok()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", with_login(proxy))
        async with any_cell.engine() as engine:
            await carry(engine, ask("GET", "http://api.example.test/"))
        [seen] = proxy.requests
        assert seen.header("proxy-authorization") == f"Basic {LOGIN}"
        assert seen.header("authorization") is None


async def test_an_https_request_goes_through_a_tunnel_unseen(any_cell, ask, carry, monkeypatch, server_tls, client_tls):
    async with RawServer(Reply.ok(b"safe"), ssl_context=server_tls) as server, RawServer(TUNNEL) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", with_login(proxy))
        async with any_cell.engine(ssl_context=client_tls) as engine:
            for _ in range(2):
                answer = await carry(engine, ask("GET", server.url + "/private", headers={"X-Api-Key": "k"}))
                assert b"".join(answer.stream) == b"safe"
        [connect] = proxy.requests
        assert (connect.method, connect.target) == ("CONNECT", f"127.0.0.1:{server.port}")
        assert connect.header("proxy-authorization") == f"Basic {LOGIN}"
        assert connect.header("x-api-key") is None
        assert [seen.target for seen in server.requests] == ["/private", "/private"]
        assert server.requests[0].header("proxy-authorization") is None
        assert server.connections == 1


async def test_a_proxy_that_refuses_has_been_told_nothing(any_cell, ask, carry, monkeypatch, client_tls):
    refusal = Reply.ok(b"no", status="407 Proxy Authentication Required")
    async with RawServer(refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", with_login(proxy))
        async with any_cell.engine(ssl_context=client_tls) as engine:
            with pytest.raises(httpx.ProxyError) as caught:
                await carry(engine, ask("GET", "https://api.example.test/"))
        assert "test-secret" not in str(caught.value)
        assert [seen.method for seen in proxy.requests] == ["CONNECT"]
        await proxy.until(lambda s: s.open == 0)


async def test_a_server_behind_a_tunnel_must_be_trusted_too(any_cell, ask, carry, monkeypatch, server_tls):
    async with RawServer(ssl_context=server_tls) as server, RawServer(TUNNEL) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with any_cell.engine(ssl_context=NO_TLS) as engine:
            with pytest.raises(httpx.ConnectError):
                await carry(engine, ask("GET", server.url + "/"))
        assert server.requests == []


@pytest.mark.parametrize("hosts", ["127.0.0.1", "*", "example.test,127.0.0.1", "localhost, 127.0.0.1"])
async def test_hosts_that_need_no_proxy_are_asked_directly(any_cell, ask, carry, monkeypatch, hosts):
    async with RawServer() as server, RawServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", hosts)
        async with any_cell.engine() as engine:
            await carry(engine, ask("GET", server.url + "/"))
        assert (len(server.requests), len(proxy.requests)) == (1, 0)
