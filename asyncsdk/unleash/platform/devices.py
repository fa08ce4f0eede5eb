"""Devices (section "Device"): aircraft, cameras, whatever else records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt
from ...operation import Operation
from ...paging import Pager
from .model import Company, Device
from .resource import PlatformResource


@frozen(kw_only=True)
class Verification(Model):
    """Whether a stream token is good for a device.

    Attributes:
        valid: whether it is.
    """

    valid: bool | None = None


CREATE = Operation(
    "unleash_platform.devices.create",
    "POST",
    "/device",
    "object",
    "unsent",
    body=Device,
    required=("name", "hwstats", "usage"),
)
GET = Operation("unleash_platform.devices.get", "GET", "/device/{id}", "object")
LIST = Operation("unleash_platform.devices.list", "GET", "/device", "array")
UPDATE = Operation("unleash_platform.devices.update", "PATCH", "/device/{id}", "object", "unsent", body=Device)
DELETE = Operation("unleash_platform.devices.delete", "DELETE", "/device/{id}", "none")
COMPANIES = Operation("unleash_platform.devices.companies", "GET", "/device/{id}/company", "array")
VERIFY_TOKEN = Operation("unleash_platform.devices.verify_token", "GET", "/device/{id}/verify/{token}", "object")


class Devices(PlatformResource):
    """Devices."""

    async def create(self, device: Device | Mapping[str, Any]) -> Device:
        """Create a device.

        ``POST /device``, section "Create device". Never sent twice by itself.

        Args:
            device: what it is to be; ``name``, ``hwstats`` and ``usage`` are required.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=device, of=Device)

    async def get(self, id: str) -> Device:
        """Get one device.

        ``GET /device/{id}``, section "Get device".

        Args:
            id: the device.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Device)

    def list(self) -> Pager[Device]:
        """List the devices.

        ``GET /device``, section "List devices". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Device)

    async def update(self, id: str, device: Device | Mapping[str, Any]) -> Device:
        """Change some attributes of a device.

        ``PATCH /device/{id}``, section "Update device". Never sent twice by itself.

        Args:
            id: the device.
            device: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=device, of=Device)

    async def delete(self, id: str) -> Receipt:
        """Delete a device.

        ``DELETE /device/{id}``, section "Delete device".

        Args:
            id: the device.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    def companies(self, id: str) -> Pager[Company]:
        """List the companies that a device is assigned to.

        ``GET /device/{id}/company``, section "List device's companies".

        Args:
            id: the device.

        Raises:
            NotFoundError: there is none; from the iteration.
        """
        return self._list(COMPANIES, id, of=Company)

    async def verify_token(self, id: str, token: str) -> Verification:
        """Tell whether a user's stream token is good for a device.

        ``GET /device/{id}/verify/{token}``, section "Verify user's stream token".

        Args:
            id: the device.
            token: the stream token.

        Raises:
            NotFoundError: there is no such device.
        """
        return await self._get(VERIFY_TOKEN, id, token, of=Verification)
