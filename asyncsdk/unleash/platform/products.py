"""Products (section "Products"): hardware for sale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from ...paging import Pager
from .resource import PlatformResource
from .rules import CURRENCY, PRICE, ruled


@frozen(kw_only=True)
class Product(Model):
    """A piece of hardware for sale.

    Attributes:
        id: made by the service.
        price: a month, as a decimal number in text: ``"49.00"``. Plans have theirs in cents, as a number.
        currency: ISO 4217.
        name: for people.
        description: for people.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = wire("id", always=True)
    price: str | None = ruled("price", PRICE)
    currency: str | None = ruled("currency", CURRENCY)
    name: str | None = None
    description: str | None = None
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


CREATE = Operation(
    "unleash_platform.products.create",
    "POST",
    "/product",
    "object",
    "unsent",
    body=Product,
    required=("price", "currency", "name", "description"),
)
GET = Operation("unleash_platform.products.get", "GET", "/product/{id}", "object")
LIST = Operation("unleash_platform.products.list", "GET", "/product", "array")
UPDATE = Operation("unleash_platform.products.update", "PATCH", "/product/{id}", "object", "unsent", body=Product)
DELETE = Operation("unleash_platform.products.delete", "DELETE", "/product/{id}", "none")


class Products(PlatformResource):
    """Products."""

    async def create(self, product: Product | Mapping[str, Any]) -> Product:
        """Create a product.

        ``POST /product``, section "Create product". Never sent twice by itself.

        Args:
            product: what it is to be; price, currency, name and description are required.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=product, of=Product)

    async def get(self, id: str) -> Product:
        """Get one product.

        ``GET /product/{id}``, section "Get product".

        Args:
            id: the product.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Product)

    def list(self) -> Pager[Product]:
        """List the products.

        ``GET /product``, section "List products". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Product)

    async def update(self, id: str, product: Product | Mapping[str, Any]) -> Product:
        """Change some attributes of a product.

        ``PATCH /product/{id}``, section "Update product". Never sent twice by itself.

        Args:
            id: the product.
            product: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=product, of=Product)

    async def delete(self, id: str) -> Receipt:
        """Delete a product.

        ``DELETE /product/{id}``, section "Delete product".

        Args:
            id: the product.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
