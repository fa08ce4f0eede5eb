"""Bundles (section "Bundle"): entitlements, meters, credits and other bundles as one thing to grant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class BundleIncludes(Model):
    """What a bundle holds, by id.

    Attributes:
        entitlements: ids.
        meters: ids.
        credits: ids.
        bundles: ids.
    """

    entitlements: tuple[str, ...] | None = None
    meters: tuple[str, ...] | None = None
    credits: tuple[str, ...] | None = None
    bundles: tuple[str, ...] | None = None


@frozen(kw_only=True)
class Bundle(Model):
    """A bundle.

    Attributes:
        label: for people.
        description: for people.
        includes: what it holds.
        auto_assign: to whom it is given unasked; ``"none"``.
    """

    label: str | None = None
    description: str | None = None
    includes: BundleIncludes | None = None
    auto_assign: str | None = None


LIST = Operation("blaize.bundles.list", "GET", "/v3/bundles", "results")
CREATE = Operation("blaize.bundles.create", "POST", "/v3/bundles", "none", "unsent", body=Bundle)
SAVE = Operation("blaize.bundles.save", "POST", "/v3/bundles/{id}", "none", "unsent", body=Bundle)
GET = Operation("blaize.bundles.get", "GET", "/v3/bundles/{id}", "object")
DELETE = Operation("blaize.bundles.delete", "DELETE", "/v3/bundles/{id}", "none")
UPDATE = Operation("blaize.bundles.update", "PUT", "/v3/bundles/{id}", "none", body=Bundle)


class Bundles(BlaizeResource):
    """The tenant's bundles."""

    def list(self) -> Pager[Bundle]:
        """List the bundles.

        ``GET /v3/bundles``, section "Bundles".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Bundle)

    async def create(self, bundle: Bundle | Mapping[str, Any]) -> Created:
        """Create a bundle.

        ``POST /v3/bundles``, section "Bundles". Never sent twice by itself.

        Args:
            bundle: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=bundle)

    async def save(self, id: str, bundle: Bundle | Mapping[str, Any]) -> Receipt:
        """Create a bundle under an id of your own.

        ``POST /v3/bundles/{id}``, section "Bundle" (headed "Create Bundle"). To change one, the live service wants `update`.

        Args:
            id: the id it is to have.
            bundle: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, id, body=bundle)

    async def get(self, id: str) -> Bundle:
        """Get one bundle.

        ``GET /v3/bundles/{id}``, section "Bundle".

        Args:
            id: the bundle.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Bundle)

    async def delete(self, id: str) -> Receipt:
        """Delete a bundle.

        ``DELETE /v3/bundles/{id}``, section "Bundle".

        Args:
            id: the bundle.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def update(self, id: str, bundle: Bundle | Mapping[str, Any]) -> Receipt:
        """Replace a bundle.

        ``PUT /v3/bundles/{id}``, which the live service has and the document does not (docs/services/blaize.md).

        Args:
            id: the bundle.
            bundle: what it is to be, whole.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._do(UPDATE, id, body=bundle)
