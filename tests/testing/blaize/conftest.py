from __future__ import annotations

import httpx
import pytest
from loops import asyncio_alone

from asyncsdk import RetryPolicy
from asyncsdk.auth.zephr import ZephrSigner
from asyncsdk.blaize import Blaize
from asyncsdk.testing import BlaizeService, Sandbox
from asyncsdk.testing.documents import documents

anyio_backend = asyncio_alone  # a sandbox's handlers wait for nothing

BASE_URL = "http://sandbox.test"


@pytest.fixture(scope="session")
def contract():
    """What the document says of each operation, by the attribute path below the client."""
    return {name.removeprefix("blaize."): told for name, told in documents("blaize").items()}


@pytest.fixture(scope="session")
def example(contract):
    """What the document sends to an operation, and what it is answered."""

    def of(python):
        told = contract[python]
        return told.request and told.request.example, told.responses[0].example

    return of


@pytest.fixture
def connect():
    """Makes a client of a service in process, without retries unless told otherwise."""

    def client(service, **options):
        credentials = {"access_key": "test-access", "secret_key": "test-secret"}
        if "admin_session" in options:
            credentials = {}
        return Blaize(
            "demo",
            base_url=BASE_URL,
            transport=httpx.ASGITransport(app=Sandbox(service)),
            **{"retry": RetryPolicy(max_attempts=1), **credentials, **options},
        )

    return client


@pytest.fixture
def service():
    return BlaizeService()


@pytest.fixture
async def blaize(connect, service):
    async with connect(service) as client:
        yield client


@pytest.fixture
def send(service):
    """Sends a request signed with the default key pair; `change` may spoil it after the signature."""

    async def sent(method, target, body=b"", *, to=None, signer=None, change=lambda request: request, headers=None):
        request = httpx.Request(method, BASE_URL + target, content=body, headers=headers)
        signer = signer or ZephrSigner("test-access", "test-secret")
        request.headers.update(signer.headers(request, body))
        app = Sandbox(service if to is None else to)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
            return await client.send(change(request))

    return sent
