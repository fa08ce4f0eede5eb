"""A system of five operations, as small as one can be: what "How to add a system" in CONTRIBUTING.md says, done once.

The client stands first, as it would in ``asyncsdk/shop``, then its document, its sandbox, its commands and what the contract tests
must know. All that is asked of the five real systems is asked of it too.
"""

from __future__ import annotations

from collections.abc import Mapping  # the command line reads the annotations of methods
from typing import Any

import msgspec
from attrs import frozen
from contract import System, connects
from one_host import OneHost

from asyncsdk import Model, Pager, Receipt
from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.cli.group import group
from asyncsdk.cli.operations.system import System as Commands
from asyncsdk.cli.way import Way
from asyncsdk.codec import as_json, as_list
from asyncsdk.group import Group
from asyncsdk.http.url import encode_query
from asyncsdk.operation import Operation
from asyncsdk.paging import by_cursor, cursor_of, next_link
from asyncsdk.resource import Resource
from asyncsdk.testing import FakeClock
from asyncsdk.testing.documents import Document
from asyncsdk.testing.kit import Canned, Door, Member, RefusedError, Shared, Things, linked, stretch, table


@frozen(kw_only=True)
class ShopModel(Model):
    """A shop.

    Attributes:
        id: given by the service.
        name: over its door.
        open: whether it is.
    """

    id: str | None = None
    name: str | None = None
    open: bool | None = None


STATUS = Operation("shop.status", "GET", "/status", "any", signed=False)
LIST = Operation("shop.shops.list", "GET", "/shops", "cursor", query={"limit": "limit", "cursor": "cursor"})
CREATE = Operation("shop.shops.create", "POST", "/shops", "object", "unsent", body=ShopModel, required=("name",))
GET = Operation("shop.shops.get", "GET", "/shops/{shop_id}", "object")
SET_OPEN = Operation("shop.shops.set_open", "PATCH", "/shops/{shop_id}/open", "none", "unsent", body=ShopModel)
OPERATIONS = {each.id: each for each in (STATUS, LIST, CREATE, GET, SET_OPEN)}


class Shops(Resource):
    """All shops."""

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Pager[ShopModel]:
        """List the shops.

        ``GET /shops``, the next page in a ``Link`` header.

        Args:
            limit: shops a page.
            cursor: the page to begin with.
        """
        encode_query({"limit": limit, "cursor": cursor})
        items = as_list(ShopModel)

        async def fetch(token: str | None) -> Any:
            query = {"limit": limit, "cursor": cursor if token is None else token}
            return await self._call(
                LIST, into=lambda reply: (items(reply), cursor_of(next_link(reply.headers))), query=query
            )

        return by_cursor(fetch, of=ShopModel)

    async def create(self, shop: ShopModel | Mapping[str, Any]) -> ShopModel:
        """Open a shop.

        ``POST /shops``.

        Args:
            shop: its name at least.
        """
        return await self._get(CREATE, of=ShopModel, body=shop)

    async def get(self, shop_id: str) -> ShopModel:
        """Get a shop.

        ``GET /shops/{shop_id}``.

        Args:
            shop_id: the shop.
        """
        return await self._get(GET, shop_id, of=ShopModel)

    async def set_open(self, shop_id: str, shop: ShopModel | Mapping[str, Any]) -> Receipt:
        """Say whether a shop is open.

        ``PATCH /shops/{shop_id}/open``.

        Args:
            shop_id: the shop.
            shop: of which ``open`` counts.
        """
        return await self._do(SET_OPEN, shop_id, body=shop)


class ShopClient(OneHost):
    """A client of all shops."""

    shops = Group(Shops)

    def __init__(self, key: str, **options: Any) -> None:
        super().__init__(signer=HeaderSigner("x-key", key, key), **options)

    async def status(self) -> Any:
        """Ask whether the service is up.

        ``GET /status``, without credentials.
        """
        return await self.call(STATUS, into=as_json)


CORNER = {"id": "corner", "name": "Corner shop", "open": True}
JSON = {"content_type": "application/json"}
# a real system has this in asyncsdk/testing/<system>/documents.json
DOCUMENTS = msgspec.convert(
    {
        each.id: {
            "title": each.python,
            "method": each.method,
            "path": each.path,
            "kind": each.kind,
            "retry": each.retry,
            "signed": each.signed,
            "query": each.query,
            "path_params": dict.fromkeys(each.path_params, "corner"),
            **told,
        }
        for each, told in {
            STATUS: {"responses": [{"status": 200, "example": {"up": True}}]},
            LIST: {"responses": [{"status": 200, "example": [CORNER]}]},
            CREATE: {
                "responses": [{"status": 201, "example": CORNER}],
                "request": {**JSON, "example": {"name": "New"}, "required": ["name"]},
            },
            GET: {"responses": [{"status": 200, "example": CORNER}, {"status": 404}]},
            SET_OPEN: {"responses": [{"status": 204}], "request": {**JSON, "example": {"open": False}}},
        }.items()
    },
    dict[str, Document],
)


def shop_service(key: str = "test-key", clock: Any = None) -> Door:
    """The sandbox: a row for what is kept, one for a member that is set, one for an answer without state."""

    def admit(operation, request, _):
        if operation.signed and request.headers.get("x-key") != key:
            raise RefusedError(401, "The key is unknown")
        return {"key": key}

    shared = Shared(system="shop", operations=OPERATIONS, documents=DOCUMENTS, clock=clock or FakeClock())
    shops = Things(shared, "shops", "Shop", listed=lambda call, found: linked(call, found, stretch(call, 2)))
    rows = table(shops, Member(shops, "shops.set_open", "open"), Canned(shared, "status"))
    return Door(shared, rows, admit, "/shop")


@frozen(kw_only=True)
class ShopWay(Way[ShopClient]):
    """How a command reaches it."""

    def secrets(self):
        return {"key": "test-key"}

    def client(self, secrets, settings):
        return ShopClient(secrets["key"], **settings)

    def service(self):
        return shop_service(), {"key": "test-key"}


def commands() -> Commands:
    """What its commands are made of."""
    return Commands("shop", OPERATIONS, ShopClient("unused", base_url="http://shop.test"), ShopWay)


app = group(commands, help="Shops.")

SHOP = System(
    name="shop",
    package=None,
    operations=OPERATIONS,
    told=DOCUMENTS,
    connect=connects(ShopClient, key="test-key", base_url="http://sdk.test"),
    at={"": "http://sdk.test"},
    secret="test-key",
    authorization={},
    queries={"limit": (2, "limit=2"), "cursor": ("a/b", "cursor=a%2Fb")},
    command=commands,
)
