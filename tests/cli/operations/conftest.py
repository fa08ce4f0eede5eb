from __future__ import annotations

from collections.abc import Mapping, Sequence  # attrs resolves the annotations of models
from contextlib import asynccontextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from attrs import frozen
from one_host import OneHost

from asyncsdk import Model, RetryPolicy
from asyncsdk.blaize.listing import by_rpp
from asyncsdk.cli.app import run
from asyncsdk.cli.group import group
from asyncsdk.cli.operations.outline import outline
from asyncsdk.cli.operations.system import System
from asyncsdk.cli.way import Way
from asyncsdk.codec import as_json, as_part, wire
from asyncsdk.datasets.windows import Instant
from asyncsdk.operation import Operation
from asyncsdk.paging import Pager
from asyncsdk.resource import Resource


@frozen(kw_only=True)
class Address(Model):
    """Where something is.

    Attributes:
        street: e.g. ``"High Street"``.
        pin: nobody's business.
    """

    street: str | None = None
    pin: str | None = None


@frozen(kw_only=True)
class Shop(Model):
    """A shop.

    Attributes:
        id: the service gives it.
        kind: always ``"shop"``.
        size: in square metres.
        open_now: whether it is open.
        tags: for people.
        address: where it is.
        hours: day to hours.
    """

    id: str | None = wire("id", answer_only=True)
    kind: str | None = None
    size: float | None = None
    open_now: bool | None = wire("openNow")
    tags: tuple[str, ...] | None = None
    address: Address | None = None
    hours: Mapping[str, str] | None = None


LIST = Operation("toy.shops.list", "GET", "/shops", "pages", query={"since": "since", "page": "page", "where": "where"})
SAVE = Operation("toy.shops.save", "PUT", "/shops/{shop_id}", "none", body=Shop, required=("kind",))
COUNT = Operation("toy.shops.count", "GET", "/shops/count", "scalar")
WATCH = Operation("toy.shops.watch", "GET", "/shops/watch", "stream")
PICTURE = Operation("toy.shops.picture", "GET", "/shops/{shop_id}/picture", "bytes")
NEAR = Operation(
    "toy.shops.near",
    "GET",
    "/shops/near/{radius}/{since}",
    "any",
    query={"height": "height", "unit": "unit", "open_now": "open"},
)
CLOSE = Operation("toy.shops.close", "POST", "/shops/close", "none")
OPERATIONS = {each.id: each for each in (LIST, SAVE, COUNT, WATCH, PICTURE, NEAR, CLOSE)}


class Shops(Resource):
    """All shops."""

    def list(
        self,
        *,
        since: datetime | int | None = None,
        page: int | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Pager[Shop]:
        """List the shops.

        Args:
            since: opened since then.
            page: the page to begin with.
            where: conditions.
        """
        query = {
            "since": None if since is None else f"{since:%Y-%m-%d}",
            "where": None if where is None else ",".join(sorted(where)),
        }

        async def fetch(number):
            return await self._call(LIST, into=as_part(Shop, ("results",)), query={**query, "page": number})

        return by_rpp(fetch, page=page, usual=2)

    async def save(self, shop_id: str, shop: Shop | Mapping[str, Any]) -> Any:
        """Save a shop.

        Unlike `count`, it takes a ``body`` (docs/services/blaize.md). It goes to ``openNow``.

        Args:
            shop_id: the shop.
            shop: what it is to be.

        Raises:
            ValueError: nothing was sent.
        """
        return await self._do(SAVE, shop_id, body=shop)

    async def count(self) -> str:
        """Count the shops."""
        return await self._call(COUNT, into=as_json)

    async def close(self, reason: Mapping[str, Any] | None = None) -> Any:
        """Close the shops.

        Args:
            reason: why.
        """
        return await self._do(CLOSE, body={"reason": "none"} if reason is None else reason)

    async def near(
        self,
        radius: int,
        since: Instant,
        height: float = 0.5,
        *,
        unit: str,
        open_now: bool,
        kinds: Sequence[str],
        limit_to: int | None = None,
    ) -> Any:
        """Find shops.

        Args:
            radius: how far away.
            since: opened since then.
            height: how high up.
            unit: of the radius.
            open_now: whether they must be open.
            kinds: of shops.
            limit_to: so many.
        """
        query = {"height": height, "unit": unit, "open": open_now, "kinds": ",".join(kinds), "limit": limit_to}
        return await self._call(NEAR, radius, f"{since:%Y-%m-%dT%H:%MZ}", into=as_json, query=query)

    @asynccontextmanager
    async def watch(self):
        """Watch the shops."""
        yield (await self._call(WATCH, into=as_part(Shop, ("results",))) and self.list())

    @asynccontextmanager
    async def picture(self, shop_id: str):
        """Get a picture of a shop."""
        async with self._client.stream(PICTURE, shop_id) as body:
            yield body


class Toy(OneHost):
    """A client of three routes."""

    system = "toy"

    def __init__(self, handler):
        super().__init__(
            base_url="http://sdk.test",
            retry=RetryPolicy(max_attempts=1),
            transport=httpx.MockTransport(handler),
        )
        self.shops = Shops(self)


@pytest.fixture
def toy(capfd):
    """Runs a command of the toy: ``code, out, err, requests = toy(answers, "shops", "list")``."""

    def invoke(answers, *arguments):
        requests = []

        def handler(request):
            requests.append(request)
            return answers.pop(0)

        @frozen(kw_only=True)
        class ToyWay(Way[Toy]):
            def secrets(self):
                return {}

            def client(self, secrets, settings):
                return Toy(handler)

            def service(self):
                raise AssertionError("it has no sandbox")

        app = group(lambda: System("toy", OPERATIONS, Toy(handler), ToyWay), help="A toy.")
        app.callback()(lambda: None)
        code = run(arguments, app)
        out, err = capfd.readouterr()
        return code, out, err, requests

    return invoke


@pytest.fixture
def model():
    """The models of the toy."""
    return SimpleNamespace(Address=Address, Shop=Shop)


@pytest.fixture
def outlines():
    """What each of the toy's commands takes, by name."""
    shops = Toy(lambda request: httpx.Response(500)).shops
    return {
        each.python.rpartition(".")[2]: outline(each, getattr(shops, each.python.rpartition(".")[2]))
        for each in OPERATIONS.values()
    }
