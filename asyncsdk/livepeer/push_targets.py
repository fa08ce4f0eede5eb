"""Push targets: where else a stream is sent to (routes that the server has beside the document's)."""

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
class PushTarget(Model):
    """Where else a stream is sent to.

    Attributes:
        id: of the push target.
        user_id: whose.
        name: for people; the host's, where none is given.
        url: an ``rtmp``, ``rtmps`` or ``srt`` URL with its key; never shown in a repr, never normalised, and absent in answers.
        disabled: whether it is out of use.
        created_at: when, in milliseconds since the epoch.
    """

    id: str = wire("id", always=True)
    user_id: str | None = wire("userId")
    name: str | None = None
    url: str | None = wire("url", secret=True)
    disabled: bool | None = None
    created_at: int | None = wire("createdAt")


_NEW = ("name", "url", "disabled")

CREATE = Operation(
    "livepeer.push_targets.create", "POST", "/push-target", "object", "unsent", body=PushTarget, required=("url",)
)
LIST = Operation(
    "livepeer.push_targets.list",
    "GET",
    "/push-target",
    "cursor",
    query={"user_id": "userId", "limit": "limit", "cursor": "cursor"},
)
GET = Operation("livepeer.push_targets.get", "GET", "/push-target/{id}", "object")
UPDATE = Operation(
    "livepeer.push_targets.update",
    "PATCH",
    "/push-target/{id}",
    "none",
    "unsent",
    body=PushTarget,
    required=("disabled",),
)
DELETE = Operation("livepeer.push_targets.delete", "DELETE", "/push-target/{id}", "none")


class PushTargets(OwnedResource):
    """Where else streams are sent to."""

    async def create(self, target: PushTarget | Mapping[str, Any]) -> PushTarget:
        """Create a push target.

        ``POST /push-target``. Never sent twice by itself.

        Args:
            target: at least a URL.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            UnprocessableError: no ``rtmp``, ``rtmps`` or ``srt`` URL, or a field that the service does not know.
        """
        return await self._make(CREATE, of=PushTarget, body=only(checked(CREATE, target), _NEW))

    def list(
        self,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Pager[PushTarget]:
        """List the push targets of a user.

        ``GET /push-target``. The service wants to be told the user, who is learnt where it is not said: from the session, from
        what this client has made, or from any other object.

        Args:
            user_id: whose; those of the user whose credentials these are where it does not say.
            limit: push targets a page, not in all.
            cursor: a page to begin with.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            ConfigurationError: nobody says who the user is; raised by the iteration.
            PermissionDeniedError: somebody else's; raised by the iteration.
        """
        query = {"userId": user_id}
        return self._pages(LIST, of=PushTarget, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> PushTarget:
        """Get one push target.

        ``GET /push-target/{id}``.

        Args:
            id: the push target.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(GET, id, of=PushTarget)

    async def update(self, id: str, target: bool | PushTarget | Mapping[str, Any]) -> Receipt:
        """Put a push target out of use, or into use again; nothing else of it can be changed.

        ``PATCH /push-target/{id}``.

        Args:
            id: the push target.
            target: what says whether it is ``disabled``; or the truth itself.

        Raises:
            ValueError, TypeError: it does not say; nothing was sent.
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._do(UPDATE, id, body=switched(UPDATE, target, "disabled"))

    async def delete(self, id: str) -> Receipt:
        """Delete a push target.

        ``DELETE /push-target/{id}``. Where an attempt was lost, that the next one finds nothing is taken for done.

        Args:
            id: the push target.

        Raises:
            NotFoundError: there is none, or it was deleted before.
        """
        return await self._delete(DELETE, id)
