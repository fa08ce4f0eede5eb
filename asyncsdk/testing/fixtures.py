"""pytest fixtures: put ``pytest_plugins = ["asyncsdk.testing.fixtures"]`` into your ``conftest.py``.

None is used unless a test asks for it. Override `sandbox_app` to serve other devices, keys or faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox_app() -> Sandbox:
    """A fresh sandbox with the default services, for `httpx.ASGITransport` or for `sandbox_url`."""
    return Sandbox()


@pytest.fixture
def sandbox_url(sandbox_app: Sandbox) -> Iterator[str]:
    """The URL at which `sandbox_app` is served on loopback for this test; add ``/v1`` for the Analytics API."""
    with serve(sandbox_app) as url:
        yield url
