"""Proxies on the engines that make their connections themselves."""

from __future__ import annotations

import httpx
import pytest

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.httpx2.engine import Httpx2Engine
from asyncsdk.engines.proxies import Proxies
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

TUNNEL = Reply(b"HTTP/1.1 200 Connection established\r\n\r\n", then="tunnel")


@pytest.fixture
def anyio_backend(own_cell):
    return own_cell.backend


async def test_a_proxy_over_tls(own_cell, ask, carry, monkeypatch, server_tls, client_tls):
    async with (
        RawServer(Reply.ok(b"safe"), ssl_context=server_tls) as server,
        RawServer(TUNNEL, ssl_context=server_tls) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with own_cell.engine(ssl_context=client_tls) as engine:
            answer = await carry(engine, ask("GET", server.url + "/"))
            assert b"".join(answer.stream) == b"safe"
        assert [seen.method for seen in proxy.requests] == ["CONNECT"]


@pytest.mark.parametrize("reply", [Reply(then="close"), Reply(then="reset"), Reply(b"SSH-2.0\r\n\r\n")])
async def test_whatever_goes_wrong_with_connect_was_before_the_request(
    own_cell, ask, carry, monkeypatch, client_tls, reply
):
    async with RawServer(reply) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with own_cell.engine(ssl_context=client_tls) as engine:
            with pytest.raises((httpx.ConnectError, httpx.ProxyError)):
                await carry(engine, ask("POST", "https://api.example.test/", content=b"{}"))


async def test_a_proxy_that_does_not_answer_to_connect_is_a_connect_timeout(
    own_cell, ask, carry, monkeypatch, client_tls
):
    async with RawServer(Reply(then="hang")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with own_cell.engine(ssl_context=client_tls) as engine:
            with pytest.raises(httpx.ConnectTimeout):
                await carry(engine, ask("GET", "https://api.example.test/", limits={"connect": 0.05}))


@pytest.mark.parametrize("value", ["socks5://user:test-secret@127.0.0.1:1080", "http://", "ftp://127.0.0.1"])
async def test_a_proxy_of_another_kind_is_a_mistake_in_the_configuration(own_cell, ask, carry, monkeypatch, value):
    monkeypatch.setenv("ALL_PROXY", value)
    async with own_cell.engine() as engine:
        with pytest.raises(ConfigurationError, match="http") as caught:
            await carry(engine, ask("GET", "http://api.example.test/"))
    assert "test-secret" not in str(caught.value)


async def test_the_environment_is_read_once(own_cell, ask, carry, monkeypatch):
    async with RawServer() as server, RawServer() as proxy:
        async with own_cell.engine() as engine:
            await carry(engine, ask("GET", server.url + "/"))
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            await carry(engine, ask("GET", f"http://127.0.0.1:{server.port}/"))
        assert (len(server.requests), len(proxy.requests)) == (2, 0)


async def test_netrc_is_not_read(own_cell, ask, carry, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password test-secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    async with RawServer() as server, own_cell.engine() as engine:
        await carry(engine, ask("GET", server.url + "/"))
        assert server.requests[0].header("authorization") is None


class TestOneThatTheProgramNames:
    async def test_all_requests_go_through_it_whatever_the_environment_says(self, own_cell, ask, carry, monkeypatch):
        monkeypatch.setenv("NO_PROXY", "*")
        kind = AiohttpEngine if own_cell.kind == "aiohttp" else Httpx2Engine
        async with RawServer(Reply.ok(b"by proxy")) as proxy:
            engine = kind(proxies=Proxies.of(proxy.url))
            answer = await carry(engine, ask("GET", "http://127.0.0.1:1/"))
            assert b"".join(answer.stream) == b"by proxy"
            await engine.aclose()

    async def test_an_address_that_needs_none_is_asked_directly(self, own_cell, ask, carry, monkeypatch):
        async with RawServer(Reply.ok(b"by proxy")) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1,::1")
            async with own_cell.engine() as engine:
                with pytest.raises(httpx.ConnectError):
                    await carry(engine, ask("GET", "http://[::1]:9/", headers={"X-Api-Key": "test-secret"}))
            assert proxy.requests == []


async def test_a_proxy_where_nobody_listens_says_so_without_its_password(own_cell, ask, carry, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://user:test-secret@127.0.0.1:1")
    async with own_cell.engine() as engine:
        for url in ("http://api.example.test/", "https://api.example.test/"):
            with pytest.raises((httpx.ProxyError, httpx.ConnectError), match="Connection refused") as caught:
                await carry(engine, ask("GET", url))
            assert "test-secret" not in str(caught.value)
