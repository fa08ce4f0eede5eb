"""Lists that the service gives only to whoever says whose they are: for all but administrators, their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..codec import as_list
from ..errors import BadRequestError, ConfigurationError
from .listing import LivepeerResource
from .stream import Stream
from .streams import LIST as STREAMS
from .webhooks import LIST as WEBHOOKS, Webhook

if TYPE_CHECKING:
    from ..client import Decoder
    from ..http.url import Query
    from ..operation import Operation

T = TypeVar("T")


class OwnedResource(LivepeerResource):
    """A group of operations whose list must be asked for with the id of the user."""

    async def _ask(self, operation: Operation, *path: object, into: Decoder[T], query: Query) -> T:
        """Get one page of such a list, of the user who is named, or else of the user whose credentials these are.

        That user is known from the session, the JWT, or whatever the client has made; otherwise any object tells it, once. An
        administrator, of whom nobody knows the id, is given what all users have.

        Raises:
            ConfigurationError: nobody says who the user is.
        """
        owner = query.get("userId") or self._memory.user_id
        try:
            return await self._call(operation, *path, into=into, query={**query, "userId": owner})
        except BadRequestError as error:
            if owner is not None or "userId" not in error.message:
                raise
        self._memory.user_id = await self._learnt(operation)
        return await self._call(operation, *path, into=into, query={**query, "userId": self._memory.user_id})

    async def _learnt(self, operation: Operation) -> str:
        """The user, who is no administrator, since the service wants to know who it is: so whatever these lists hold is the user's own."""
        found: list[Webhook | Stream] = [*await self._call(WEBHOOKS, into=as_list(Webhook), query={"limit": 1})]
        found = found or [*await self._call(STREAMS, into=as_list(Stream), query={"limit": 1})]
        for each in found:
            if each.user_id:
                return each.user_id
        raise ConfigurationError(
            f"{operation.id}: the service gives this list only for a user's id, and there is no way to ask for one's own: "
            "give user_id=... here or to Livepeer, or act in a session (Livepeer.with_session)",
            operation=operation.id,
        )
