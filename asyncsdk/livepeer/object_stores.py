"""Object stores: where recordings go (section "/object-store")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..body import checked
from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import switched
from .owner import OwnedResource
from .rules.writes import only


@frozen(kw_only=True)
class ObjectStore(Model):
    """Where recordings go.

    Attributes:
        url: with credentials, e.g. ``"s3://access-key:secret-key@us-west-2/bucket-name"``; never shown in a repr, never
            normalised, and null or absent in answers, but where an administrator lists those of all users.
        public_url: where its content can be had, e.g. ``"https://reg-rec.livepeer.live/some/path"``.
        disabled: whether it is out of use.
        id: e.g. ``"09F8B46C-61A0-4254-9875-F71F4C605BC7"``.
        user_id: whose, e.g. ``"66E2161C-7670-4D05-B71D-DA2D6979556F"``.
        name: for people.
        created_at: when, in milliseconds since the epoch, e.g. 1587667174725.
    """

    url: str | None = wire("url", secret=True)
    public_url: str | None = wire("publicUrl")
    disabled: bool | None = None
    id: str = wire("id", always=True)
    user_id: str | None = wire("userId")
    name: str | None = None
    created_at: int | None = wire("createdAt")


_NEW = ("name", "url", "publicUrl", "disabled")

CREATE = Operation(
    "livepeer.object_stores.create", "POST", "/object-store", "object", "unsent", body=ObjectStore, required=("url",)
)
LIST = Operation(
    "livepeer.object_stores.list",
    "GET",
    "/object-store",
    "cursor",
    query={"user_id": "userId", "limit": "limit", "cursor": "cursor"},
)
GET = Operation("livepeer.object_stores.get", "GET", "/object-store/{id}", "object")
UPDATE = Operation(
    "livepeer.object_stores.update",
    "PATCH",
    "/object-store/{id}",
    "none",
    "unsent",
    body=ObjectStore,
    required=("disabled",),
)
DELETE = Operation("livepeer.object_stores.delete", "DELETE", "/object-store/{id}", "none")


class ObjectStores(OwnedResource):
    """Where recordings go."""

    async def create(self, store: ObjectStore | Mapping[str, Any]) -> ObjectStore:
        """Create an object store.

        ``POST /object-store``, section "/object-store". Never sent twice by itself. The service does not look at the URL.

        Args:
            store: at least a URL.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            UnprocessableError: a field that the service does not know.
        """
        return await self._make(CREATE, of=ObjectStore, body=only(checked(CREATE, store), _NEW))

    def list(
        self,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Pager[ObjectStore]:
        """List the object stores of a user.

        ``GET /object-store``, section "/object-store". The service wants to be told the user, who is learnt where it is not said:
        from the session, from what this client has made, or from any other object. An administrator of whom nobody knows the id
        is given those of all users, with the credentials in their URLs.

        Args:
            user_id: whose; those of the user whose credentials these are where it does not say.
            limit: object stores a page, not in all.
            cursor: a page to begin with.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            ConfigurationError: nobody says who the user is; raised by the iteration.
            PermissionDeniedError: somebody else's; raised by the iteration.
        """
        query = {"userId": user_id}
        return self._pages(LIST, of=ObjectStore, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> ObjectStore:
        """Get one object store.

        ``GET /object-store/{id}``.

        Args:
            id: the object store.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: it is somebody else's.
        """
        return await self._get(GET, id, of=ObjectStore)

    async def update(self, id: str, store: bool | ObjectStore | Mapping[str, Any]) -> Receipt:
        """Put an object store out of use, or into use again; nothing else of it can be changed.

        ``PATCH /object-store/{id}``.

        Args:
            id: the object store.
            store: what says whether it is ``disabled``; or the truth itself.

        Raises:
            ValueError, TypeError: it does not say; nothing was sent.
            NotFoundError: there is none.
            PermissionDeniedError: it is somebody else's.
        """
        return await self._do(UPDATE, id, body=switched(UPDATE, store, "disabled"))

    async def delete(self, id: str) -> Receipt:
        """Delete an object store.

        ``DELETE /object-store/{id}``. Where an attempt was lost, that the next one finds nothing is taken for done.

        Args:
            id: the object store.

        Raises:
            NotFoundError: there is none, or it was deleted before.
            PermissionDeniedError: it is somebody else's.
        """
        return await self._delete(DELETE, id)
