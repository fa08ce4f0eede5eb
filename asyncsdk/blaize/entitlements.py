"""Entitlements (section "Entitlement"): the rights that rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class Entitlement(Model):
    """An entitlement.

    Attributes:
        label: for people.
        description: for people.
        auto_assign: to whom it is given unasked; ``"none"``.
    """

    label: str | None = None
    description: str | None = None
    auto_assign: str | None = None


LIST = Operation("blaize.entitlements.list", "GET", "/v3/entitlements", "results")
CREATE = Operation("blaize.entitlements.create", "POST", "/v3/entitlements", "none", "unsent", body=Entitlement)
SAVE = Operation("blaize.entitlements.save", "POST", "/v3/entitlements/{id}", "none", "unsent", body=Entitlement)
GET = Operation("blaize.entitlements.get", "GET", "/v3/entitlements/{id}", "object")
DELETE = Operation("blaize.entitlements.delete", "DELETE", "/v3/entitlements/{id}", "none")


class Entitlements(BlaizeResource):
    """The tenant's entitlements."""

    def list(self) -> Pager[Entitlement]:
        """List the entitlements.

        ``GET /v3/entitlements``, section "Entitlements".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Entitlement)

    async def create(self, entitlement: Entitlement | Mapping[str, Any]) -> Created:
        """Create an entitlement.

        ``POST /v3/entitlements``, section "Entitlements". Never sent twice by itself.

        Args:
            entitlement: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=entitlement)

    async def save(self, id: str, entitlement: Entitlement | Mapping[str, Any]) -> Receipt:
        """Create an entitlement under an id of your own.

        ``POST /v3/entitlements/{id}``, section "Entitlement" (headed "Create Entitlement").

        Args:
            id: the id it is to have.
            entitlement: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, id, body=entitlement)

    async def get(self, id: str) -> Entitlement:
        """Get one entitlement.

        ``GET /v3/entitlements/{id}``, section "Entitlement".

        Args:
            id: the entitlement.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Entitlement)

    async def delete(self, id: str) -> Receipt:
        """Delete an entitlement.

        ``DELETE /v3/entitlements/{id}``, section "Entitlement".

        Args:
            id: the entitlement.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
