"""Gifts (section "Gift"): links that let somebody else read one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource
from .times import moment_or_none


@frozen(kw_only=True)
class Gift(Model):
    """A gift.

    Attributes:
        id: passed as ``?gift=`` in the link.
        created: when it was made, UTC, as the service writes it: ``2018-04-27T09:15:28Z``.
        claimed: when it was claimed, likewise.
        uri: the path it opens.
        cross_device_session: the session of whoever claimed it; never shown in a repr.
    """

    id: str = wire("id", answer_only=True, always=True)
    created: str | None = wire("created", answer_only=True)
    claimed: str | None = wire("claimed", answer_only=True)
    uri: str | None = None
    cross_device_session: str | None = wire("cross_device_session", secret=True, answer_only=True)

    @property
    def created_at(self) -> datetime | None:
        """When it was made."""
        return moment_or_none(self.created)

    @property
    def claimed_at(self) -> datetime | None:
        """When it was claimed; None where it is not, or where the text is no time."""
        return moment_or_none(self.claimed)


@frozen(kw_only=True)
class NewGift(Model):
    """That a gift was made.

    Attributes:
        gift: its id.
    """

    gift: str | None = None


LIST = Operation("blaize.gifts.list", "GET", "/v3/gift", "array")
CREATE = Operation("blaize.gifts.create", "POST", "/v3/gift", "object", "unsent", body=Gift)
DELETE = Operation("blaize.gifts.delete", "DELETE", "/v3/gift/{gift_id}", "none")


class Gifts(BlaizeResource):
    """Gifts that nobody has claimed."""

    def list(self) -> Pager[Gift]:
        """List the gifts that nobody has claimed.

        ``GET /v3/gift``, section "List All Unclaimed Gifts".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Gift)

    async def create(self, gift: Gift | Mapping[str, Any]) -> NewGift:
        """Make a gift.

        ``POST /v3/gift``, section "Create gift". Never sent twice by itself: that would be two gifts.

        Args:
            gift: what it opens.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._get(CREATE, of=NewGift, body=gift)

    async def delete(self, gift_id: str) -> Receipt:
        """Take a gift back.

        ``DELETE /v3/gift/{giftId}``, section "Delete Gift".

        Args:
            gift_id: the gift.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, gift_id)
