from __future__ import annotations

import httpx
import pytest

from asyncsdk import RetryPolicy, UnleashAnalytics
from asyncsdk.resource import Resource


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
