"""API tokens: keys for programs, which only a session can manage (section "/api-token")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..body import checked
from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import told
from .owner import OwnedResource
from .rules.filters import Filters, Order, filters_of, order_of
from .rules.writes import only
from .user import User


@frozen(kw_only=True)
class AccessRule(Model):
    """What an API token may be used for.

    Attributes:
        resources: paths, with ``*`` for a part: ``("/stream", "/stream/*")``.
        methods: HTTP methods in lower case: ``("get",)``; all of them where it does not say.
    """

    resources: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None


@frozen(kw_only=True)
class Access(Model):
    """What an API token may be used for; everything, where it has none.

    Attributes:
        rules: any of which allows a request.
    """

    rules: tuple[AccessRule, ...] | None = None


@frozen(kw_only=True)
class ApiToken(Model):
    """An API token. Its id is the key itself.

    Attributes:
        kind: ``"api-token"``; the document has ``"user"``.
        id: the key, e.g. ``"09F8B46C-61A0-4254-9875-F71F4C605BC7"``; never shown in a repr.
        user_id: whose, e.g. ``"66E2161C-7670-4D05-B71D-DA2D6979556F"``.
        name: e.g. ``"Example Token"``.
        access: what it may be used for.
        last_seen: when it was last used, in milliseconds since the epoch, e.g. 1587667174725.
        created_at: when it was made, likewise.
        user: who owns it, where an administrator asks.
    """

    kind: str | None = None
    id: str = wire("id", secret=True, always=True)
    user_id: str | None = wire("userId")
    name: str | None = None
    access: Access | None = None
    last_seen: int | None = wire("lastSeen")
    created_at: int | None = wire("createdAt")
    user: User | None = None


_NEW = ("name", "access")
FIELDS = frozenset({"id", "name", "lastSeen", "createdAt", "userId", "user.email"})

CREATE = Operation("livepeer.api_tokens.create", "POST", "/api-token", "object", "unsent", body=ApiToken)
LIST = Operation(
    "livepeer.api_tokens.list",
    "GET",
    "/api-token",
    "cursor",
    query={
        "user_id": "userId",
        "limit": "limit",
        "cursor": "cursor",
        "order": "order",
        "filters": "filters",
        "count": "count",
    },
)
GET = Operation("livepeer.api_tokens.get", "GET", "/api-token/{id}", "object")
DELETE = Operation("livepeer.api_tokens.delete", "DELETE", "/api-token/{id}", "none")


class ApiTokens(OwnedResource):
    """Keys for programs, which only a session can manage: `Livepeer.with_session`."""

    async def create(self, token: ApiToken | Mapping[str, Any]) -> ApiToken:
        """Create an API token; its id is the key.

        ``POST /api-token``, section "/api-token". Needs a JWT. Never sent twice by itself.

        Args:
            token: with a name, or nothing at all: ``{}``.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            UnprocessableError: a field that the service does not know.
            PermissionDeniedError: an API token cannot make another one.
        """
        return await self._make(CREATE, of=ApiToken, body=only(checked(CREATE, token), _NEW))

    def list(
        self,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        order: Order | None = None,
        filters: Filters | None = None,
        count: bool | None = None,
        page_size: int | None = None,
    ) -> Pager[ApiToken]:
        """List the API tokens of a user.

        ``GET /api-token``, section "/api-token". Needs a JWT, which says whose it is.

        Args:
            user_id: whose; those of the user whose JWT it is where it does not say.
            limit: API tokens a page, not in all.
            cursor: a page to begin with.
            order: by which fields; by id where it does not say.
            filters: which ones; a text is looked for inside the field.
            count: whether to have them counted: `Pager.total`.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            ConfigurationError: nobody says who the user is; raised by the iteration.
            PermissionDeniedError: somebody else's, or no JWT; raised by the iteration.
        """
        query = {
            "userId": user_id,
            "order": order_of(order, FIELDS),
            "filters": filters_of(filters, FIELDS),
            "count": told(count),
        }
        return self._pages(LIST, of=ApiToken, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> ApiToken:
        """Get one API token.

        ``GET /api-token/{id}``. Needs a JWT.

        Args:
            id: the API token, which is the key.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(GET, id, of=ApiToken)

    async def delete(self, id: str) -> Receipt:
        """Delete an API token, which is of no use from then on.

        ``DELETE /api-token/{id}``. Needs a JWT. Where an attempt was lost, that the next one finds nothing is taken for done.

        Args:
            id: the API token, which is the key.

        Raises:
            NotFoundError: there is none, or it was deleted before.
            PermissionDeniedError: it is somebody else's.
        """
        return await self._delete(DELETE, id)
