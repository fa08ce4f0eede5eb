"""Companies (section "Company"): the customers, their users and their devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...codec import Receipt
from ...operation import Operation
from ...paging import Pager
from .model import Company, Device, OfDevice, OfUser, User
from .resource import PlatformResource

_REQUIRED = ("owner", "name", "address", "logo", "brandColor", "industry")

CREATE = Operation(
    "unleash_platform.companies.create",
    "POST",
    "/company",
    "object",
    "unsent",
    body=Company,
    required=_REQUIRED,
)
GET = Operation("unleash_platform.companies.get", "GET", "/company/{id}", "object")
LIST = Operation("unleash_platform.companies.list", "GET", "/company", "array")
UPDATE = Operation("unleash_platform.companies.update", "PATCH", "/company/{id}", "object", "unsent", body=Company)
DELETE = Operation("unleash_platform.companies.delete", "DELETE", "/company/{id}", "none")
ADD_USER = Operation(
    "unleash_platform.companies.add_user",
    "POST",
    "/company/{company_id}/user/",
    "none",
    "unsent",
    body=OfUser,
    required=("userId",),
)
USERS = Operation("unleash_platform.companies.users", "GET", "/company/{company_id}/user", "array")
REMOVE_USER = Operation(
    "unleash_platform.companies.remove_user",
    "DELETE",
    "/company/{company_id}/user",
    "none",
    body=OfUser,
    required=("userId",),
)
ADD_DEVICE = Operation(
    "unleash_platform.companies.add_device",
    "POST",
    "/company/{company_id}/device",
    "none",
    "unsent",
    body=OfDevice,
    required=("deviceId",),
)
DEVICES = Operation("unleash_platform.companies.devices", "GET", "/company/{company_id}/device", "array")
REMOVE_DEVICE = Operation(
    "unleash_platform.companies.remove_device",
    "DELETE",
    "/company/{company_id}/device",
    "none",
    body=OfDevice,
    required=("deviceId",),
)


class Companies(PlatformResource):
    """Companies, their users and their devices."""

    async def create(self, company: Company | Mapping[str, Any]) -> Company:
        """Create a company.

        ``POST /company``, section "Create company". Never sent twice by itself.

        Args:
            company: what it is to be; all but ``website`` is required.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=company, of=Company)

    async def get(self, id: str) -> Company:
        """Get one company.

        ``GET /company/{id}``, section "Get company".

        Args:
            id: the company.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Company)

    def list(self) -> Pager[Company]:
        """List the companies.

        ``GET /company``, section "List companies". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Company)

    async def update(self, id: str, company: Company | Mapping[str, Any]) -> Company:
        """Change some attributes of a company.

        ``PATCH /company/{id}``, section "Update company". Never sent twice by itself.

        Args:
            id: the company.
            company: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=company, of=Company)

    async def delete(self, id: str) -> Receipt:
        """Delete a company.

        ``DELETE /company/{id}``, section "Delete company".

        Args:
            id: the company.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def add_user(self, company_id: str, user: OfUser | Mapping[str, Any]) -> Receipt:
        """Assign a user to a company.

        ``POST /company/{companyId}/user/``, section "Add company user"; the slash at the end is the document's. Never sent twice
        by itself.

        Args:
            company_id: the company.
            user: ``{"userId": ...}``.

        Raises:
            TypeError, ValueError: no user is named; nothing was sent.
            NotFoundError: there is no such company or user.
        """
        return await self._do(ADD_USER, company_id, body=user)

    def users(self, company_id: str) -> Pager[User]:
        """List a company's users.

        ``GET /company/{companyId}/user``, section "List company users".

        Args:
            company_id: the company.

        Raises:
            NotFoundError: there is no such company; from the iteration.
        """
        return self._list(USERS, company_id, of=User)

    async def remove_user(self, company_id: str, user: OfUser | Mapping[str, Any]) -> Receipt:
        """Remove a user from a company.

        ``DELETE /company/{companyId}/user``, section "Remove user from a company". The user stands in the body.

        Args:
            company_id: the company.
            user: ``{"userId": ...}``.

        Raises:
            TypeError, ValueError: no user is named; nothing was sent.
            NotFoundError: there is no such company, or the user is not one of its.
        """
        return await self._do(REMOVE_USER, company_id, body=user)

    async def add_device(self, company_id: str, device: OfDevice | Mapping[str, Any]) -> Receipt:
        """Assign a device to a company.

        ``POST /company/{companyId}/device``, section "Add company device". Never sent twice by itself.

        Args:
            company_id: the company.
            device: ``{"deviceId": ...}``.

        Raises:
            TypeError, ValueError: no device is named; nothing was sent.
            NotFoundError: there is no such company or device.
        """
        return await self._do(ADD_DEVICE, company_id, body=device)

    def devices(self, company_id: str) -> Pager[Device]:
        """List a company's devices.

        ``GET /company/{companyId}/device``, section "List company devices".

        Args:
            company_id: the company.

        Raises:
            NotFoundError: there is no such company; from the iteration.
        """
        return self._list(DEVICES, company_id, of=Device)

    async def remove_device(self, company_id: str, device: OfDevice | Mapping[str, Any]) -> Receipt:
        """Remove a device from a company.

        ``DELETE /company/{companyId}/device``, section "Remove device from a company". The device stands in the body.

        Args:
            company_id: the company.
            device: ``{"deviceId": ...}``.

        Raises:
            TypeError, ValueError: no device is named; nothing was sent.
            NotFoundError: there is no such company, or the device is not one of its.
        """
        return await self._do(REMOVE_DEVICE, company_id, body=device)
