"""A shop of five operations, and a farm of as many rows as a case needs; both are asked without a server, in a loop of their own."""

from __future__ import annotations

import anyio
import httpx
import msgspec
import pytest
from attrs import frozen
from loops import asyncio_alone

from asyncsdk.operation import Operation
from asyncsdk.testing import FakeClock, Sandbox
from asyncsdk.testing.documents import Document
from asyncsdk.testing.kit import Canned, Door, Member, RefusedError, Shared, Things, linked, stretch, table

anyio_backend = asyncio_alone  # a sandbox's handlers wait for nothing

STATUS = Operation("shop.status", "GET", "/status", "any", signed=False)
LIST = Operation("shop.shops.list", "GET", "/shops", "cursor", query={"limit": "limit", "cursor": "cursor"})
CREATE = Operation("shop.shops.create", "POST", "/shops", "object", "unsent")
GET = Operation("shop.shops.get", "GET", "/shops/{id}", "object")
SET_OPEN = Operation("shop.shops.set_open", "PATCH", "/shops/{id}/open", "none", "unsent")
OPERATIONS = {each.id: each for each in (STATUS, LIST, CREATE, GET, SET_OPEN)}

CORNER = {"id": "corner", "name": "Corner shop", "open": True}
DOCUMENTS = msgspec.convert(
    {
        each.id: {
            "title": each.python,
            "method": each.method,
            "path": each.path,
            "kind": each.kind,
            "retry": each.retry,
            **({"path_params": {"id": "corner"}} if each.path_params else {}),
            **told,
        }
        for each, told in {
            STATUS: {"responses": [{"status": 200, "example": {"up": True}}]},
            LIST: {"responses": [{"status": 200, "example": [CORNER]}]},
            CREATE: {
                "responses": [{"status": 201, "example": CORNER}],
                "request": {"content_type": "application/json"},
            },
            GET: {"responses": [{"status": 200, "example": CORNER}, {"status": 404}]},
            SET_OPEN: {"responses": [{"status": 204}], "request": {"content_type": "application/json"}},
        }.items()
    },
    dict[str, Document],
)


def shop_service(key="test-key", clock=None):
    """The sandbox of the shop."""

    def admit(operation, request, _):
        if operation.signed and request.headers.get("x-key") != key:
            raise RefusedError(401, "The key is unknown")
        return {"key": key}

    shared = Shared(system="shop", operations=OPERATIONS, documents=DOCUMENTS, clock=clock or FakeClock())
    shops = Things(shared, "shops", "Shop", listed=lambda call, found: linked(call, found, stretch(call, 2)))
    rows = table(shops, Member(shops, "shops.set_open", "open"), Canned(shared, "status"))
    return Door(shared, rows, admit, "/shop")


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
