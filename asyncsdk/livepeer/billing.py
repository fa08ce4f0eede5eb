"""Billing by Stripe, whose answers come as they are (models "create-customer", "create-subscription", ...)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, as_json, wire
from ..operation import Operation
from .listing import LivepeerResource


@frozen(kw_only=True)
class NewCustomer(Model):
    """Who is to be a customer (model "create-customer").

    Attributes:
        email: of a user, e.g. ``"useremail@gmail.com"``.
    """

    email: str | None = None


@frozen(kw_only=True)
class NewSubscription(Model):
    """What is to be paid for (model "create-subscription").

    Attributes:
        stripe_customer_id: e.g. ``"cus_xxxxxxxxxxxxxx"``.
        stripe_customer_payment_method_id: e.g. ``"src_xxxxxxxxxxxxxxxxxxxxxxxx"``; none for what is free.
        stripe_product_id: the plan, e.g. ``"prod_0"``.
    """

    stripe_customer_id: str | None = wire("stripeCustomerId")
    stripe_customer_payment_method_id: str | None = wire("stripeCustomerPaymentMethodId")
    stripe_product_id: str | None = wire("stripeProductId")


@frozen(kw_only=True)
class SubscriptionChange(Model):
    """What is to be paid for from now on (model "update-subscription").

    Attributes:
        stripe_customer_id: e.g. ``"cus_xxxxxxxxxxxxxx"``.
        stripe_customer_subscription_id: e.g. ``"sub_xxxxxxxxxxxxxx"``.
        stripe_customer_payment_method_id: e.g. ``"pm_xxxxxxxxxxxxxxxxxxxxxxxx"``.
        stripe_product_id: the plan, e.g. ``"prod_0"``.
    """

    stripe_customer_id: str | None = wire("stripeCustomerId")
    stripe_customer_subscription_id: str | None = wire("stripeCustomerSubscriptionId")
    stripe_customer_payment_method_id: str | None = wire("stripeCustomerPaymentMethodId")
    stripe_product_id: str | None = wire("stripeProductId")


@frozen(kw_only=True)
class PaymentMethodChange(Model):
    """How a customer pays from now on (model "update-customer-payment-method").

    Attributes:
        stripe_customer_id: e.g. ``"cus_xxxxxxxxxxxxxx"``.
        stripe_customer_payment_method_id: e.g. ``"pm_xxxxxxxxxxxxxxxxxxxxxxxx"``.
    """

    stripe_customer_id: str | None = wire("stripeCustomerId")
    stripe_customer_payment_method_id: str | None = wire("stripeCustomerPaymentMethodId")


@frozen(kw_only=True)
class PaymentMethodRequest(Model):
    """Which way of paying is asked for (model "retrieve-customer-payment-method").

    Attributes:
        stripe_customer_payment_method_id: e.g. ``"src_xxxxxxxxxxxxxxxxxxxxxxxx"``.
    """

    stripe_customer_payment_method_id: str | None = wire("stripeCustomerPaymentMethodId")


CREATE_CUSTOMER = Operation(
    "livepeer.billing.create_customer",
    "POST",
    "/user/create-customer",
    "any",
    "unsent",
    body=NewCustomer,
    required=("email",),
)
UPDATE_PAYMENT_METHOD = Operation(
    "livepeer.billing.update_payment_method",
    "POST",
    "/user/update-customer-payment-method",
    "any",
    "unsent",
    body=PaymentMethodChange,
    required=("stripeCustomerId", "stripeCustomerPaymentMethodId"),
)
CREATE_SUBSCRIPTION = Operation(
    "livepeer.billing.create_subscription",
    "POST",
    "/user/create-subscription",
    "any",
    "unsent",
    body=NewSubscription,
    required=("stripeCustomerId", "stripeProductId"),
)
UPDATE_SUBSCRIPTION = Operation(
    "livepeer.billing.update_subscription",
    "POST",
    "/user/update-subscription",
    "any",
    "unsent",
    body=SubscriptionChange,
    required=("stripeCustomerId", "stripeProductId"),
)
PAYMENT_METHOD = Operation(
    "livepeer.billing.payment_method",
    "POST",
    "/user/retrieve-payment-method",
    "any",
    "unsent",
    body=PaymentMethodRequest,
    required=("stripeCustomerPaymentMethodId",),
)


class Billing(LivepeerResource):
    """Billing by Stripe. Each call gives the object that Stripe sends, as plain JSON."""

    async def create_customer(self, customer: NewCustomer | Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a user a customer of Stripe's.

        ``POST /user/create-customer``, model "create-customer". Never sent twice by itself.

        Args:
            customer: the user's address.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: no user has this address.
            APIError: 402: Stripe refuses.
        """
        return await self._paid(CREATE_CUSTOMER, customer)

    async def update_payment_method(self, change: PaymentMethodChange | Mapping[str, Any]) -> Mapping[str, Any]:
        """Set how a customer pays.

        ``POST /user/update-customer-payment-method``, model "update-customer-payment-method". Never sent twice by itself.

        Args:
            change: the customer, and the way of paying.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: no user is this customer.
            APIError: 402: Stripe refuses.
        """
        return await self._paid(UPDATE_PAYMENT_METHOD, change)

    async def create_subscription(self, subscription: NewSubscription | Mapping[str, Any]) -> Mapping[str, Any]:
        """Subscribe to a plan.

        ``POST /user/create-subscription``, model "create-subscription". Never sent twice by itself.

        Args:
            subscription: the customer, the plan, and the way of paying.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: no user is this customer.
            APIError: 402: Stripe refuses.
        """
        return await self._paid(CREATE_SUBSCRIPTION, subscription)

    async def update_subscription(self, change: SubscriptionChange | Mapping[str, Any]) -> Mapping[str, Any]:
        """Change to another plan.

        ``POST /user/update-subscription``, model "update-subscription". Never sent twice by itself.

        Args:
            change: the customer, the subscription, and the plan.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: no user is this customer.
            APIError: 402: Stripe refuses.
        """
        return await self._paid(UPDATE_SUBSCRIPTION, change)

    async def payment_method(self, request: PaymentMethodRequest | Mapping[str, Any]) -> Mapping[str, Any]:
        """Get a way of paying.

        ``POST /user/retrieve-payment-method``, model "retrieve-customer-payment-method".

        Args:
            request: which.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            APIError: 402: Stripe refuses.
        """
        return await self._paid(PAYMENT_METHOD, request)

    async def _paid(self, operation: Operation, body: object) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self._call(operation, into=as_json, body=body)
        return found
