"""pytest fixtures: put ``pytest_plugins = ["asyncsdk.testing.fixtures"]`` into the ``conftest.py`` at the root of your tests.

None is used unless a test asks for it. A client's fixture, such as ``blaize``, is ready to be used, on asyncio and on trio, whichever
plugin runs the test: it speaks to `sandbox_app` in this process, without a socket. Override `sandbox_app` to serve other devices, keys
or faults, and `cassette_folder` to keep cassettes elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest

from .cassettes import Cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..blaize import Blaize
    from ..cognitive3d import Cognitive3D
    from ..livepeer import Livepeer
    from ..unleash.analytics.client import UnleashAnalytics
    from ..unleash.platform import UnleashPlatform
    from .sandbox import Sandbox

S = TypeVar("S")

_ORIGIN = "http://sandbox"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--record``: let cassettes record what services answer."""
    parser.getgroup("asyncsdk").addoption(
        "--record",
        action="store_true",
        default=False,
        help="let the fixture `cassette` ask the real services, and write down what they answer",
    )


@pytest.fixture
def sandbox_app() -> Sandbox:
    """A fresh sandbox with every service, for `sandbox_url` and the clients' fixtures."""
    from .sandbox import Sandbox

    return Sandbox()


@pytest.fixture
def sandbox_url(sandbox_app: Sandbox) -> Iterator[str]:
    """The URL at which `sandbox_app` is served on loopback for this test; a system's base URL has its prefix, such as ``/v1``."""
    from .server import serve

    with serve(sandbox_app) as url:
        yield url


@pytest.fixture
def unleash_analytics(sandbox_app: Sandbox) -> UnleashAnalytics:
    """A client of the Analytics API in `sandbox_app`."""
    from ..unleash.analytics.client import UnleashAnalytics
    from .unleash_analytics import AnalyticsService

    service, base_url = _served(sandbox_app, AnalyticsService)
    return UnleashAnalytics(service.api_key, base_url=base_url, transport=_in_process(sandbox_app))


@pytest.fixture
def unleash_platform(sandbox_app: Sandbox) -> UnleashPlatform:
    """A client of the Platform in `sandbox_app`."""
    from ..auth.credentials import AWSCredentials
    from ..unleash.platform import UnleashPlatform
    from .unleash_platform import UnleashPlatformService

    service, base_url = _served(sandbox_app, UnleashPlatformService)
    keys = AWSCredentials(service.access_key, service.secret_key)
    return UnleashPlatform(credentials=keys, base_url=base_url, transport=_in_process(sandbox_app))


@pytest.fixture
def blaize(sandbox_app: Sandbox) -> Blaize:
    """A client of the Blaize Admin API in `sandbox_app`, with its key pair."""
    from ..blaize import Blaize
    from .blaize import BlaizeService

    service, base_url = _served(sandbox_app, BlaizeService)
    return Blaize(
        access_key=service.access_key,
        secret_key=service.secret_key,
        base_url=base_url,
        transport=_in_process(sandbox_app),
    )


@pytest.fixture
def cognitive3d(sandbox_app: Sandbox) -> Cognitive3D:
    """A client of both hosts of Cognitive3D in `sandbox_app`."""
    from ..cognitive3d import Cognitive3D
    from .cognitive3d import CognitiveService

    service, base_url = _served(sandbox_app, CognitiveService)
    return Cognitive3D(
        service.api_key,
        developer_key=service.developer_key,
        base_url=base_url,
        data_url=f"{base_url}/data",
        transport=_in_process(sandbox_app),
    )


@pytest.fixture
def livepeer(sandbox_app: Sandbox) -> Livepeer:
    """A client of Livepeer in `sandbox_app`, with the API key of a user."""
    from ..livepeer import Livepeer
    from .livepeer import LivepeerService

    service, base_url = _served(sandbox_app, LivepeerService)
    return Livepeer(service.api_key, base_url=base_url, transport=_in_process(sandbox_app))


@pytest.fixture
def cassette_folder(request: pytest.FixtureRequest) -> Path:
    """Where this test's cassette is kept: ``cassettes/<name of the file of tests>``, beside that file."""
    return request.path.parent / "cassettes" / request.path.stem


@pytest.fixture
def cassette(request: pytest.FixtureRequest, cassette_folder: Path) -> Iterator[Cassette]:
    """A transport that plays what was recorded for this test; with ``--record`` it records that anew. Give it as ``transport=``."""
    name = re.sub(r"[^\w.=,-]+", "-", request.node.name).strip("-")
    with Cassette(cassette_folder / f"{name}.json", record=bool(request.config.getoption("--record", False))) as tape:
        yield tape


def _served(app: Sandbox, kind: type[S]) -> tuple[S, str]:
    for service in app.services:
        if isinstance(service, kind):
            return service, f"{_ORIGIN}{service.prefix}"
    raise LookupError(f"sandbox_app serves no {kind.__name__}: add one where you override it")


def _in_process(app: Sandbox) -> httpx.AsyncBaseTransport:
    return httpx.ASGITransport(app)
