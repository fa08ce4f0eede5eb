"""Credits (section "Credit"): a number of uses that a user can spend on entitlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class Credit(Model):
    """A credit.

    Attributes:
        label: for people.
        description: for people.
        delivers: the ids of the entitlements it pays for.
        unit: what is counted, e.g. ``"views"``.
        quantity: how many units it is good for.
        auto_assign: to whom it is given unasked; ``"none"``.
    """

    label: str | None = None
    description: str | None = None
    delivers: tuple[str, ...] | None = None
    unit: str | None = None
    quantity: float | None = None
    auto_assign: str | None = None


LIST = Operation("blaize.credits.list", "GET", "/v3/credits", "results")
CREATE = Operation("blaize.credits.create", "POST", "/v3/credits", "none", "unsent", body=Credit)
SAVE = Operation("blaize.credits.save", "POST", "/v3/credits/{id}", "none", "unsent", body=Credit)
GET = Operation("blaize.credits.get", "GET", "/v3/credits/{id}", "object")
DELETE = Operation("blaize.credits.delete", "DELETE", "/v3/credits/{id}", "none")


class Credits(BlaizeResource):
    """The tenant's credits."""

    def list(self) -> Pager[Credit]:
        """List the credits.

        ``GET /v3/credits``, section "Credits".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Credit)

    async def create(self, credit: Credit | Mapping[str, Any]) -> Created:
        """Create a credit.

        ``POST /v3/credits``, section "Credits". Never sent twice by itself.

        Args:
            credit: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=credit)

    async def save(self, id: str, credit: Credit | Mapping[str, Any]) -> Receipt:
        """Create a credit under an id of your own.

        ``POST /v3/credits/{id}``, section "Credit" (headed "Create Credit").

        Args:
            id: the id it is to have.
            credit: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, id, body=credit)

    async def get(self, id: str) -> Credit:
        """Get one credit.

        ``GET /v3/credits/{id}``, section "Credit".

        Args:
            id: the credit.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Credit)

    async def delete(self, id: str) -> Receipt:
        """Delete a credit.

        ``DELETE /v3/credits/{id}``, section "Credit".

        Args:
            id: the credit.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
