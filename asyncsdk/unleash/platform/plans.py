"""Plans (section "Plans"): what companies pay for a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from ...paging import Pager
from .resource import PlatformResource
from .rules import CENTS, CURRENCY, ruled


@frozen(kw_only=True)
class Plan(Model):
    """A plan that a company can be on; not `asyncsdk.Plan`, which is one of a backfill.

    Attributes:
        id: made by the service.
        name: such as ``"business"``.
        description: what is in it.
        price: a month, in cents: 9900 is 99.00.
        currency: ISO 4217; the service's default is ``"AUD"``.
        products: ids of the products that it needs.
        free_trial: whether it is a promotion.
        is_active: whether it can be had now.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = wire("id", always=True)
    name: str | None = None
    description: str | None = None
    price: float | None = ruled("price", CENTS)
    currency: str | None = ruled("currency", CURRENCY)
    products: tuple[str, ...] | None = None
    free_trial: bool | None = wire("freeTrial")
    is_active: bool | None = wire("isActive")
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


CREATE = Operation(
    "unleash_platform.plans.create",
    "POST",
    "/plan",
    "object",
    "unsent",
    body=Plan,
    required=("name", "description", "price", "isActive"),
)
GET = Operation("unleash_platform.plans.get", "GET", "/plan/{id}", "object")
LIST = Operation("unleash_platform.plans.list", "GET", "/plan", "array")
UPDATE = Operation("unleash_platform.plans.update", "PATCH", "/plan/{id}", "object", "unsent", body=Plan)
DELETE = Operation("unleash_platform.plans.delete", "DELETE", "/plan/{id}", "none")


class Plans(PlatformResource):
    """Plans."""

    async def create(self, plan: Plan | Mapping[str, Any]) -> Plan:
        """Create a plan.

        ``POST /plan``, section "Create plan". Never sent twice by itself.

        Args:
            plan: what it is to be; ``name``, ``description``, ``price`` and ``isActive`` are required.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=plan, of=Plan)

    async def get(self, id: str) -> Plan:
        """Get one plan.

        ``GET /plan/{id}``, section "Get plan".

        Args:
            id: the plan.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Plan)

    def list(self) -> Pager[Plan]:
        """List the plans.

        ``GET /plan``, section "List plans". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Plan)

    async def update(self, id: str, plan: Plan | Mapping[str, Any]) -> Plan:
        """Change some attributes of a plan.

        ``PATCH /plan/{id}``, section "Update plan". Never sent twice by itself.

        Args:
            id: the plan.
            plan: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=plan, of=Plan)

    async def delete(self, id: str) -> Receipt:
        """Delete a plan.

        ``DELETE /plan/{id}``, section "Delete plan".

        Args:
            id: the plan.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
