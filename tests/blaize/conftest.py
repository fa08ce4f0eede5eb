from __future__ import annotations

import functools
from importlib import import_module
from pkgutil import iter_modules

import attrs
import httpx
import pytest
import respx
from loops import asyncio_alone

import asyncsdk.blaize as package
from asyncsdk import Created, Model, Receipt, RetryPolicy
from asyncsdk.blaize import Blaize
from asyncsdk.http.clock import Clock
from asyncsdk.operation import declared
from asyncsdk.testing.documents import Document, documents

# what is asked does not depend on the loop; a life of every system on each is in tests/contract
anyio_backend = asyncio_alone

MODULES = [import_module(f"asyncsdk.blaize.{each.name}") for each in iter_modules(package.__path__)]
OPERATIONS = declared(MODULES)


@attrs.frozen
class Entry:
    """One operation of the document, and what the SDK has for it."""

    python: str
    told: Document

    def method_of(self, client):
        return functools.reduce(getattr, self.python.split("."), client)

    @property
    def operation(self):
        return OPERATIONS[f"blaize.{self.python}"]

    @property
    def is_rest(self):
        """Whether its body is what the caller gives, and no document made from it."""
        return not self.python.startswith("promo_codes.")

    @property
    def takes_model(self):
        body = self.operation.body
        return self.is_rest and isinstance(body, type) and issubclass(body, Model)

    @property
    def returns(self):
        """The class that a call gives, or that its items are of."""
        named = self.method_of(connected(None)).__annotations__["return"]
        name = named.removeprefix("Pager[").removesuffix("]")
        return {"Created": Created, "Receipt": Receipt, "UserExport": package.ExportedUser}.get(name) or getattr(
            package, name
        )

    @property
    def examples(self):
        """Each example of the document, with the model it is of: bodies, answers, items of lists."""
        if not self.is_rest:
            return
        if self.takes_model:
            yield self.operation.body, self.told.request.example
        for answer in self.told.responses:
            found = answer.example or []
            for each in found if isinstance(found, list) else found.get("results", [found]):
                yield self.returns, each


class Instant(Clock):
    """The system's clock, but no wait takes any time."""

    async def sleep(self, seconds):
        pass


ENTRIES = [Entry(name.removeprefix("blaize."), told) for name, told in documents("blaize").items()]


@pytest.fixture(scope="session")
def entries():
    return ENTRIES


@pytest.fixture
def router():
    """Answers the requests of `client`, and keeps them."""
    return respx.Router(assert_all_called=False)


@pytest.fixture
def client(router):
    return connected(router.async_handler)


@pytest.fixture
def connect():
    """Makes a client over a function from request to response."""
    return connected


def connected(handler, **more):
    options = {
        "access_key": "test-access",
        "secret_key": "test-secret",
        "base_url": "http://sdk.test",
        "retry": RetryPolicy(max_attempts=1),
        "clock": Instant(),
        **more,
    }
    return Blaize("demo", transport=httpx.MockTransport(handler), **options)
