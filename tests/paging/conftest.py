from __future__ import annotations

import httpx
import pytest
from loops import asyncio_alone

from asyncsdk import RetryPolicy, UnleashAnalytics
from asyncsdk.resource import Resource

anyio_backend = asyncio_alone  # what is tested here is made of no loop


@pytest.fixture
def resource_of():
    """Makes a resource of a service, which is a function from request to response."""

    def make(handler):
        client = UnleashAnalytics(
            "test-key",
            base_url="http://sdk.test",
            transport=httpx.MockTransport(handler),
            retry=RetryPolicy(max_attempts=1),
        )
        return Resource(client)

    return make
