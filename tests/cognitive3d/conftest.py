from __future__ import annotations

import httpx
import pytest
from loops import asyncio_alone

from asyncsdk import Cognitive3D, RetryPolicy
from asyncsdk.testing import CognitiveService, FakeClock, Sandbox

# what is asked does not depend on the loop; a life of every system on each is in tests/contract
anyio_backend = asyncio_alone

API_KEY = "test-key"
NOON = 1_764_547_200_000  # 2025-12-01T00:00Z, in the middle of what the sandbox generates


@pytest.fixture
def connect():
    """A client of a sandbox in this process."""

    def made(service=None, **options):
        transport = httpx.ASGITransport(app=Sandbox(service or CognitiveService(), gzip=False))
        given = {
            "base_url": "http://sandbox.test/cognitive3d",
            "data_url": "http://sandbox.test/cognitive3d/data",
            "retry": RetryPolicy(max_attempts=1),
            **options,
        }
        return Cognitive3D(API_KEY, transport=transport, **given)

    return made


@pytest.fixture
def scripted():
    """A client of a script, whose clock never waits."""

    def made(script, **options):
        given = {"api_key": API_KEY, "clock": FakeClock(), "base_url": "https://c3d.test", **options}
        return Cognitive3D(given.pop("api_key"), transport=script, **given)

    return made
