"""Products (section "Product"): bundles for sale, and how a payment provider knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class ProductEntitlement(Model):
    """What a product gives.

    Attributes:
        id: of the bundle, or its slug; required.
        type: always ``"bundle"``; required.
    """

    id: str = wire("id", always=True)
    type: str | None = None


@frozen(kw_only=True)
class PricePoint(Model):
    """One price of a product.

    Attributes:
        id: of the price.
        label: for people.
        price: in the currency that the payment provider is set to.
    """

    id: str | None = None
    label: str | None = None
    price: float | None = None


@frozen(kw_only=True)
class BraintreeOneOff(Model):
    """A product that is paid once.

    Attributes:
        price_points: its prices.
    """

    price_points: tuple[PricePoint, ...] | None = None


@frozen(kw_only=True)
class BraintreeRecurring(Model):
    """A product that is paid again and again.

    Attributes:
        plan_id: of the plan, as Braintree knows it.
    """

    plan_id: str | None = None


@frozen(kw_only=True)
class ProductMapping(Model):
    """How the payment provider knows a product; one of the two.

    Attributes:
        braintree_one_off: paid once.
        braintree_recurring: paid again and again.
    """

    braintree_one_off: BraintreeOneOff | None = None
    braintree_recurring: BraintreeRecurring | None = None


@frozen(kw_only=True)
class Product(Model):
    """A product.

    Attributes:
        id: of the product, e.g. ``"month-one-off"``.
        label: for people.
        description: for people.
        entitlement: what it gives; required.
        mapping: how the payment provider knows it; required.
    """

    id: str = wire("id", answer_only=True, always=True)
    label: str | None = None
    description: str | None = None
    entitlement: ProductEntitlement | None = None
    mapping: ProductMapping | None = None


LIST = Operation("blaize.products.list", "GET", "/v3/products", "results")
GET = Operation("blaize.products.get", "GET", "/v3/products/{id}", "object")
DELETE = Operation("blaize.products.delete", "DELETE", "/v3/products/{id}", "none")
SAVE = Operation(
    "blaize.products.save",
    "PUT",
    "/v3/products/{id}",
    "none",
    body=Product,
    required=("entitlement", "entitlement.id", "entitlement.type", "mapping"),
)


class Products(BlaizeResource):
    """The tenant's products."""

    def list(self) -> Pager[Product]:
        """List the products.

        ``GET /v3/products``, section "Products".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Product)

    async def get(self, id: str) -> Product:
        """Get one product.

        ``GET /v3/products/{id}``, section "Product".

        Args:
            id: the product.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Product)

    async def delete(self, id: str) -> Receipt:
        """Delete a product.

        ``DELETE /v3/products/{id}``, section "Product".

        Args:
            id: the product.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def save(self, id: str, product: Product | Mapping[str, Any]) -> Receipt:
        """Create or replace a product.

        ``PUT /v3/products/{id}``, section "Product". 201 for a new one, 200 for one that was there.

        Args:
            id: the product.
            product: what it is to be; ``entitlement`` (its ``id`` and ``type``) and ``mapping`` are required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
            ConflictError: another product has the same name or mapping.
        """
        return await self._do(SAVE, id, body=product)
