from __future__ import annotations

import ssl
from contextlib import asynccontextmanager

import anyio
import attrs
import httpx
import httpx2
import pytest
import trustme

from asyncsdk.http.aiohttp_engine import AiohttpEngine
from asyncsdk.http.borrowed import BorrowedEngine
from asyncsdk.http.httpx2_engine import Httpx2Engine

BACKENDS = {
    "asyncio": ("asyncio", {"use_uvloop": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
}
ENGINES = {
    "aiohttp": ("asyncio", "uvloop"),
    "httpx2": ("asyncio", "uvloop", "trio"),
    "borrowed-httpx2": ("asyncio", "trio"),
    "borrowed-httpx": ("asyncio",),
}


@attrs.frozen
class Cell:
    """One engine on one event loop."""

    kind: str
    loop: str

    @property
    def backend(self):
        return BACKENDS[self.loop]

    @asynccontextmanager
    async def engine(self, *, max_connections=8, ssl_context=None):
        """An open engine, closed at the end, also the client under a borrowed one."""
        if self.kind == "aiohttp":
            engine = AiohttpEngine(max_connections=max_connections, ssl_context=ssl_context)
        elif self.kind == "httpx2":
            engine = Httpx2Engine(max_connections=max_connections, ssl_context=ssl_context)
        else:
            library = httpx if self.kind == "borrowed-httpx" else httpx2
            client = library.AsyncClient(
                verify=ssl_context or True,
                limits=library.Limits(
                    max_connections=max_connections, max_keepalive_connections=max_connections, keepalive_expiry=4.0
                ),
            )
            engine = BorrowedEngine(client)
        try:
            yield engine
        finally:
            with anyio.CancelScope(shield=True):
                await engine.aclose()
                if self.kind.startswith("borrowed"):
                    await client.aclose()


def cells(*kinds):
    return [Cell(kind, loop) for kind in kinds for loop in ENGINES[kind]]


@pytest.fixture(params=cells(*ENGINES), ids=lambda cell: f"{cell.kind}-{cell.loop}")
def any_cell(request):
    """Every engine on every event loop it is made for."""
    return request.param


@pytest.fixture(params=cells("aiohttp", "httpx2"), ids=lambda cell: f"{cell.kind}-{cell.loop}")
def own_cell(request):
    """The engines whose connections are ours."""
    return request.param


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    """What the developer's machine is set to must not decide a test."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_tls(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def ask():
    """Builds a request with limits of time; its body is read whole unless said otherwise."""

    def build(method, url, *, whole=True, timeout=5.0, **more):
        limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout) if timeout else {}
        limits.update(more.pop("limits", {}))
        return httpx.Request(method, url, extensions={"timeout": limits, "whole": whole}, **more)

    return build


@pytest.fixture
def body_of():
    """Reads the raw body of an answer, then closes it."""

    async def read(answer):
        try:
            return b"".join([piece async for piece in answer.stream])
        finally:
            await answer.aclose()

    return read
