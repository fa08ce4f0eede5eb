"""Meters (section "Meter"): so many uses in a period, then again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class Meter(Model):
    """A meter.

    Attributes:
        label: for people.
        description: for people.
        unit: what is counted, e.g. ``"views"``.
        limit: how many units a period has.
        cycle: what a period follows, e.g. ``"calendar"``.
        period: e.g. ``"monthly"``.
        timezone: an offset from UTC, e.g. ``"+0:00"``.
        auto_assign: to whom it is given unasked; ``"none"``.
    """

    label: str | None = None
    description: str | None = None
    unit: str | None = None
    limit: float | None = None
    cycle: str | None = None
    period: str | None = None
    timezone: str | None = None
    auto_assign: str | None = None


LIST = Operation("blaize.meters.list", "GET", "/v3/meters", "results")
CREATE = Operation("blaize.meters.create", "POST", "/v3/meters", "none", "unsent", body=Meter)
SAVE = Operation("blaize.meters.save", "POST", "/v3/meters/{id}", "none", "unsent", body=Meter)
GET = Operation("blaize.meters.get", "GET", "/v3/meters/{id}", "object")
DELETE = Operation("blaize.meters.delete", "DELETE", "/v3/meters/{id}", "none")


class Meters(BlaizeResource):
    """The tenant's meters."""

    def list(self) -> Pager[Meter]:
        """List the meters.

        ``GET /v3/meters``, section "Meters".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Meter)

    async def create(self, meter: Meter | Mapping[str, Any]) -> Created:
        """Create a meter.

        ``POST /v3/meters``, section "Meters". Never sent twice by itself.

        Args:
            meter: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=meter)

    async def save(self, id: str, meter: Meter | Mapping[str, Any]) -> Receipt:
        """Create a meter under an id of your own.

        ``POST /v3/meters/{id}``, section "Meter" (headed "Create Meter").

        Args:
            id: the id it is to have.
            meter: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, id, body=meter)

    async def get(self, id: str) -> Meter:
        """Get one meter.

        ``GET /v3/meters/{id}``, section "Meter".

        Args:
            id: the meter.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Meter)

    async def delete(self, id: str) -> Receipt:
        """Delete a meter.

        ``DELETE /v3/meters/{id}``, section "Meter".

        Args:
            id: the meter.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
