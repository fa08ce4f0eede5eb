from __future__ import annotations

import asyncio
import os
import signal
import ssl
from contextlib import asynccontextmanager

import anyio
import attrs
import httpx
import httpx2
import pytest
import sniffio
import trustme
from hypothesis import settings
from loops import LOOPS, every_loop
from no_tls import NO_TLS

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.borrowed import BorrowedEngine
from asyncsdk.engines.httpx2.engine import Httpx2Engine

# No deadline: a shared machine is slow now and then, and that is no failure of the code under test. `nox -s soak` looks longer.
settings.register_profile("tests", deadline=None, print_blob=True, max_examples=40)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("soak" if os.environ.get("ASYNCSDK_SOAK") else "tests")


@pytest.fixture(autouse=True, scope="session")
def _signals_are_heeded():
    """A script starts its jobs with ``&`` or ``nohup`` so that they ignore some, and so would every process that a test stops."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


anyio_backend = every_loop


@pytest.fixture
async def backend(anyio_backend):
    """The name of the loop this case really runs on: a trio case must not silently run on asyncio."""
    name, options = anyio_backend
    assert sniffio.current_async_library() == name
    if name == "asyncio":
        is_uvloop = type(asyncio.get_running_loop()).__module__.startswith("uvloop")
        assert is_uvloop == options["use_uvloop"]
        return "uvloop" if is_uvloop else "asyncio"
    return name


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Every shared case asserts its backend, whether or not it asks for the fixture."""
    for item in items:
        if item.get_closest_marker("anyio") and "backend" not in item.fixturenames:
            item.fixturenames.append("backend")


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
        return LOOPS[self.loop]

    @asynccontextmanager
    async def engine(self, *, max_connections=8, ssl_context=None):
        """An open engine, closed at the end, also the client under a borrowed one: that has a limit, ours have none."""
        if self.kind == "aiohttp":
            engine = AiohttpEngine(ssl_context=ssl_context)
        elif self.kind == "httpx2":
            engine = Httpx2Engine(ssl_context=ssl_context)
        else:
            library = httpx if self.kind == "borrowed-httpx" else httpx2
            client = library.AsyncClient(
                verify=ssl_context or NO_TLS,
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
    """Builds a request with limits of time."""

    def build(method, url, *, timeout=5.0, **more):
        limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout) if timeout else {}
        limits.update(more.pop("limits", {}))
        return httpx.Request(method, url, extensions={"timeout": limits}, **more)

    return build


@pytest.fixture
def carry():
    """Sends a request as the chain does; the answer's body is read whole unless said otherwise."""

    async def send(engine, request, *, whole=True, most=1 << 40):
        engine.home.enter()
        return await engine.carry(request, most=most if whole else None)

    return send


@pytest.fixture
def body_of():
    """Reads the raw body of an answer, then closes it."""

    async def read(answer):
        try:
            return b"".join([piece async for piece in answer.stream])
        finally:
            await answer.aclose()

    return read


@pytest.fixture
def in_child():
    """Does something in a forked child, and gives what it says: a text it returns, or the exception it raises."""

    def run(work):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                said = work() or ""
            except BaseException as error:  # noqa: BLE001  # whatever it is, the child must end here
                said = f"{type(error).__name__}: {error}"
            os.write(writing, said.encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            said = told.read()
        os.waitpid(child, 0)
        return said

    return run
