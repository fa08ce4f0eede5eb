"""A shop of five operations (`tests/shared/shop.py`), and a farm of as many rows as a case needs; both are asked without a server, in a loop of their own."""

from __future__ import annotations

import anyio
import httpx
import msgspec
import pytest
from attrs import frozen
from loops import asyncio_alone
from shop import shop_service

from asyncsdk.operation import Operation
from asyncsdk.testing import FakeClock, Sandbox
from asyncsdk.testing.documents import Document
from asyncsdk.testing.kit import Door, Shared, table

anyio_backend = asyncio_alone  # a sandbox's handlers wait for nothing


@frozen
class Said:
    """An answer."""

    status: int
    body: object
    headers: httpx.Headers


@pytest.fixture
def ask():
    """Asks a service for something, with headers by keyword."""

    def asked(service, method, target, body=None, **headers):
        async def go():
            transport = httpx.ASGITransport(app=Sandbox(service))
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
                content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, target, content=content, headers=named)

        answer = anyio.run(go)
        is_json = answer.headers.get("content-type") == "application/json"
        return Said(answer.status_code, answer.json() if is_json else answer.text, answer.headers)

    return asked


@pytest.fixture
def shop():
    """Makes the shop's service."""
    return shop_service


@pytest.fixture
def farm():
    """What the rows of a farm share. Its operations: ``path method /path kind``, one a line."""

    def made(text, documents=(), **more):
        operations = {}
        for line in filter(None, text.splitlines()):
            python, method, path, kind = line.split()
            operations[f"farm.{python}"] = Operation(f"farm.{python}", method, path, kind)
        told = {f"farm.{python}": document for python, document in dict(documents).items()}
        shared = {"documents": msgspec.convert(told, dict[str, Document]), "clock": FakeClock(), **more}
        return Shared(system="farm", operations=operations, **shared)

    return made


@pytest.fixture
def opened():
    """A service of some rows, whose callers say themselves who they are."""
    return lambda shared, *rows: Door(shared, table(*rows), lambda _, request, __: {"who": request.headers.get("who")})
