"""Addons (section "Addons"): what can be bought to run on streams and files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from ...paging import Pager
from .resource import PlatformResource
from .rules import CURRENCY, PRICE, URL, ruled


@frozen(kw_only=True)
class AddonData(Model):
    """What runs an add-on.

    Attributes:
        classes: how many kinds of things it tells apart.
        clipping: whether it makes clips.
        pb_path: where the model is.
        pb_txt_path: where its labels are.
    """

    classes: int | None = None
    clipping: bool | None = None
    pb_path: str | None = wire("pbPath")
    pb_txt_path: str | None = wire("pbTxtPath")


@frozen(kw_only=True)
class Addon(Model):
    """Something that can be bought to run on streams or files.

    Attributes:
        id: made by the service.
        name: for people.
        subtitle: likewise.
        description: likewise.
        developer: who made it.
        logo: a URL.
        owner: the id of the user who owns it.
        price: a month, as a decimal number in text: ``"10"``.
        currency: ISO 4217.
        type: what it runs on, such as ``"stream"``.
        screenshots: URLs.
        data: what runs it.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = wire("id", always=True)
    name: str | None = None
    subtitle: str | None = None
    description: str | None = None
    developer: str | None = None
    logo: str | None = ruled("logo", URL)
    owner: str | None = None
    price: str | None = ruled("price", PRICE)
    currency: str | None = ruled("currency", CURRENCY)
    type: str | None = None
    screenshots: tuple[str, ...] | None = None
    data: AddonData | None = None
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


CREATE = Operation(
    "unleash_platform.addons.create",
    "POST",
    "/addon",
    "object",
    "unsent",
    body=Addon,
    required=("name", "price", "currency", "description"),
)
GET = Operation("unleash_platform.addons.get", "GET", "/addon/{id}", "object")
LIST = Operation("unleash_platform.addons.list", "GET", "/addon", "array")
UPDATE = Operation("unleash_platform.addons.update", "PATCH", "/addon/{id}", "object", "unsent", body=Addon)
DELETE = Operation("unleash_platform.addons.delete", "DELETE", "/addon/{id}", "none")


class Addons(PlatformResource):
    """Add-ons."""

    async def create(self, addon: Addon | Mapping[str, Any]) -> Addon:
        """Create an addon.

        ``POST /addon``, section "Create addon". Never sent twice by itself.

        Args:
            addon: what it is to be; name, price, currency and description are required.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=addon, of=Addon)

    async def get(self, id: str) -> Addon:
        """Get one addon.

        ``GET /addon/{id}``, section "Get addon".

        Args:
            id: the addon.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Addon)

    def list(self) -> Pager[Addon]:
        """List the addons.

        ``GET /addon``, section "List addons". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Addon)

    async def update(self, id: str, addon: Addon | Mapping[str, Any]) -> Addon:
        """Change some attributes of an addon.

        ``PATCH /addon/{id}``, section "Update addon". Never sent twice by itself.

        Args:
            id: the addon.
            addon: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=addon, of=Addon)

    async def delete(self, id: str) -> Receipt:
        """Delete an addon.

        ``DELETE /addon/{id}``, section "Delete addon".

        Args:
            id: the addon.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
