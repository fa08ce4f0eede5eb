"""Companies (section "Company"): whom accounts belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class Company(Model):
    """A company.

    Attributes:
        name: for people.
        description: for people.
        website: its host.
        contact: who speaks for it.
        account_manager: who looks after it.
    """

    name: str | None = None
    description: str | None = None
    website: str | None = None
    contact: str | None = None
    account_manager: str | None = None


LIST = Operation("blaize.companies.list", "GET", "/v3/companies", "results")
CREATE = Operation("blaize.companies.create", "POST", "/v3/companies", "none", "unsent", body=Company)
GET = Operation("blaize.companies.get", "GET", "/v3/companies/{id}", "object")
DELETE = Operation("blaize.companies.delete", "DELETE", "/v3/companies/{id}", "none")
UPDATE = Operation("blaize.companies.update", "PUT", "/v3/companies/{id}", "none", body=Company)


class Companies(BlaizeResource):
    """The tenant's companies."""

    def list(self) -> Pager[Company]:
        """List the companies.

        ``GET /v3/companies``, section "Companies".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Company)

    async def create(self, company: Company | Mapping[str, Any]) -> Created:
        """Create a company.

        ``POST /v3/companies``, section "Companies". Never sent twice by itself.

        Args:
            company: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=company)

    async def get(self, id: str) -> Company:
        """Get one company.

        ``GET /v3/companies/{id}``, section "Company".

        Args:
            id: the company.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Company)

    async def delete(self, id: str) -> Receipt:
        """Delete a company.

        ``DELETE /v3/companies/{id}``, section "Company".

        Args:
            id: the company.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def update(self, id: str, company: Company | Mapping[str, Any]) -> Receipt:
        """Replace a company.

        ``PUT /v3/companies/{id}``, section "Company".

        Args:
            id: the company.
            company: what it is to be, whole.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(UPDATE, id, body=company)
