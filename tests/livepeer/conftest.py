from __future__ import annotations

import httpx
import pytest
from loops import asyncio_alone

from asyncsdk import Livepeer, RetryPolicy
from asyncsdk.testing import FakeClock, LivepeerService, Sandbox

# what is asked does not depend on the loop; a life of every system on each is in tests/contract
anyio_backend = asyncio_alone


@pytest.fixture
def service():
    """A sandbox of Livepeer's own."""
    return LivepeerService(clock=FakeClock())


@pytest.fixture
def connect():
    """Makes a client over a transport, a sandbox's service, or a function from request to response."""

    def connected(to, api_key="test-key", **options):
        if isinstance(to, LivepeerService):
            to = httpx.ASGITransport(app=Sandbox(to))
        elif not isinstance(to, httpx.AsyncBaseTransport):
            to = httpx.MockTransport(to)
        defaults = {"base_url": "http://livepeer.test/api", "clock": FakeClock(), "retry": RetryPolicy(base_delay=0.01)}
        return Livepeer(api_key, transport=to, **{**defaults, **options})

    return connected
