from __future__ import annotations

import functools
import itertools
from importlib import import_module
from pkgutil import iter_modules

import attrs
import pytest
from loops import asyncio_alone

import asyncsdk.unleash.platform as package
from asyncsdk import AWSCredentials, Receipt, RetryPolicy
from asyncsdk.operation import declared
from asyncsdk.testing import FakeClock, Script
from asyncsdk.testing.documents import Document, documents
from asyncsdk.unleash.platform import UnleashPlatform

# what is asked does not depend on the loop; a life of every system on each is in tests/contract
anyio_backend = asyncio_alone

SYSTEM = "unleash_platform"
OPERATIONS = declared([import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__)])
KEYS = AWSCredentials("test-access", "test-secret-key", "test-session-token")


@attrs.frozen
class Entry:
    """One operation of the document, and what the SDK has for it."""

    python: str
    told: Document

    def method_of(self, client):
        return functools.reduce(getattr, self.python.split("."), client)

    @property
    def operation(self):
        return OPERATIONS[f"{SYSTEM}.{self.python}"]

    @property
    def parameters(self):
        return list(self.told.path_params)

    @property
    def returns(self):
        """The class that a call gives, or that its items are of."""
        named = self.method_of(connected(None)).__annotations__["return"]
        name = named.removeprefix("Pager[").removesuffix("]")
        return {"Receipt": Receipt, "str": str}.get(name) or getattr(package, name)

    def given(self, value):
        """The arguments of a call, each value of the path the same."""
        body = [] if self.told.request is None else [self.told.request.example]
        return [value for _ in self.parameters] + body


ENTRIES = [Entry(name.removeprefix(f"{SYSTEM}."), told) for name, told in documents(SYSTEM).items()]


def each_of(entries):
    return pytest.fixture(lambda request: request.param, params=entries, ids=lambda entry: entry.python)


fails = each_of([each for each in ENTRIES if each.told.retry == "unsent"])


def connected(script, **options):
    given = {
        "credentials": KEYS,
        "base_url": "http://sdk.test/prod",
        "modelling_url": "http://modelling.test",
        "retry": RetryPolicy(max_attempts=1),
        "clock": FakeClock(),
        **options,
    }
    return UnleashPlatform(transport=script or Script(500), **given)


@pytest.fixture(scope="session")
def entries():
    return ENTRIES


@pytest.fixture(scope="session")
def connect():
    """Makes a client whose requests a script answers."""
    return connected


@pytest.fixture(scope="session")
def keys():
    return KEYS


@pytest.fixture
def file(tmp_path):
    """Makes a file of so many bytes, no two stretches of which are alike."""

    def made(size, name="216.JPG"):
        path = tmp_path / name
        path.write_bytes(bytes(itertools.islice(itertools.cycle(range(251)), size)))
        return path

    return made
