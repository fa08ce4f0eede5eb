"""Promo codes (section "Braintree Promo Codes"): discounts, by way of GraphQL documents that are built here from values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from ..body import checked
from ..codec import Model, Receipt, encode, from_dict, receipt, wire
from ..errors import GraphQLError
from ..http.reply import Reply
from ..operation import Operation
from ..paging import Pager, at_once
from ..resource import Resource
from .graphql import fields, literal

GRAPHQL = "application/graphql"
PATH = "/v4/admin/graphql"


@frozen(kw_only=True)
class PromoCode(Model):
    """A promo code.

    Attributes:
        discount_id: of the discount, as Braintree knows it.
        code: what a customer types.
        discount: how much, in percent of the price; in its currency where `absolute_discount` holds.
        billing_cycles: how many payments it lowers.
        limit: how often it can be claimed.
        absolute_discount: whether the discount is an amount and no percentage.
        claimed: how often it was claimed; the service counts, so it is never sent.
    """

    discount_id: str | None = wire("discountId")
    code: str | None = None
    discount: float | None = None
    billing_cycles: int | None = wire("billingCycles")
    limit: int | None = None
    absolute_discount: bool | None = wire("absoluteDiscount")
    claimed: int | None = wire("claimed", answer_only=True)


CREATE = Operation(
    "blaize.promo_codes.create",
    "POST",
    PATH,
    "none",
    "unsent",
    body=PromoCode,
    required=("code",),
    content_type=GRAPHQL,
)
DELETE = Operation("blaize.promo_codes.delete", "POST", PATH, "none", "unsent", body=str, content_type=GRAPHQL)
LIST = Operation("blaize.promo_codes.list", "POST", PATH, "array", body=str, content_type=GRAPHQL)

# The documents are spaced as in the section, so that its examples come out byte for byte.
_CREATE = """{ mutation {
        createBraintreePromoCode( promoCode : {%s }) {
            status
            message
        }
    }
}"""
_DELETE = """{ mutation {
        deleteBraintreePromoCode(promoCodeId: %s){
            status
            message
        }
    }
}"""
_LIST = """{ query {
        listBraintreePromoCodes{
                code
                discountId
                discount
                billingCycles
                limit
                claimed
                absoluteDiscount
        }
    }
}"""
_SPELLED = {"code": "code "}

# The words of the service are not published; these would leave no doubt.
_FAILED = frozenset({"error", "fail", "failed", "failure"})


def create_document(promo_code: Mapping[str, Any]) -> str:
    """The document that creates a promo code.

    Args:
        promo_code: wire names to values.

    Raises:
        TypeError, ValueError: a value that has no place in a document.
    """
    sent = {name: value for name, value in promo_code.items() if name != "claimed"}
    fields(sent, "body")
    return _CREATE % ", ".join(
        f"{_SPELLED.get(name, name)}: {literal(value, f'body.{name}')}" for name, value in sent.items()
    )


def delete_document(code: str) -> str:
    """The document that deletes a promo code.

    Raises:
        TypeError, ValueError: the code is no text, or empty.
    """
    if not isinstance(code, str):
        raise TypeError(f"code must be text, not {type(code).__name__}")
    if not code:
        raise ValueError("code must not be empty")
    return _DELETE % literal(code, "code")


def answer(reply: Reply, field: str) -> Any:
    """What a GraphQL answer gives for one field.

    Raises:
        GraphQLError: the answer holds ``errors``.
        DecodeError: it holds no data.
    """
    value = reply.json()
    if not isinstance(value, Mapping):
        raise reply.unreadable(f"a JSON object was promised, not {type(value).__name__}")
    if value.get("errors"):
        raise _failure(reply, _said(value["errors"]))
    data = value.get("data")
    # The documents ask for the field inside of one more, so a service may well answer that way.
    for each in (data, *(data.values() if isinstance(data, Mapping) else ())):
        if isinstance(each, Mapping) and field in each:
            return each[field]
    raise reply.unreadable(f"there is no {field} in it")


def _said(errors: Any) -> str:
    listed = errors if isinstance(errors, list) else [errors]
    return "; ".join(str(each.get("message", each) if isinstance(each, Mapping) else each) for each in listed)


def _failure(reply: Reply, said: str) -> GraphQLError:
    return GraphQLError(
        f"{reply.operation.id}: {said}"[:500],
        status_code=reply.status,
        detail=said[:500],
        operation=reply.operation.id,
        value=reply.json(),
        body=reply.body[:2048].decode("utf-8", "replace"),
    )


def _changed(field: str) -> Any:
    """A decoder for what a mutation says."""

    def decode(reply: Reply) -> Receipt:
        said = answer(reply, field)
        if isinstance(said, Mapping) and str(said.get("status")).lower() in _FAILED:
            raise _failure(reply, str(said.get("message") or said["status"]))
        return receipt(evolve(reply, body=encode(said)))

    return decode


def _codes(reply: Reply) -> Sequence[PromoCode]:
    """A decoder for the list."""
    found = answer(reply, "listBraintreePromoCodes")
    if not isinstance(found, list | None) or not all(isinstance(each, Mapping) for each in found or ()):
        raise reply.unreadable("a list of objects was promised")
    return [from_dict(PromoCode, each) for each in found or ()]


class PromoCodes(Resource):
    """Discounts for whoever knows a code."""

    async def create(self, promo_code: PromoCode | Mapping[str, Any]) -> Receipt:
        """Create a promo code.

        ``POST /v4/admin/graphql``, section "Promo Code Actions", mutation ``createBraintreePromoCode``. Never sent twice by
        itself.

        Args:
            promo_code: what it is to be; ``code`` is required.

        Returns:
            With the answer's ``message``, and its ``status`` in ``extra``.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            GraphQLError: the answer says that it failed.
        """
        document = create_document(checked(CREATE, promo_code))
        return await self._client.call(
            CREATE, into=_changed("createBraintreePromoCode"), body=document.encode(), content_type=GRAPHQL
        )

    async def delete(self, code: str) -> Receipt:
        """Delete a promo code.

        ``POST /v4/admin/graphql``, section "Promo Code Actions", mutation ``deleteBraintreePromoCode``. Never sent twice by
        itself.

        Args:
            code: the code.

        Returns:
            With the answer's ``message``, and its ``status`` in ``extra``.

        Raises:
            TypeError, ValueError: the code is no text, or empty; nothing was sent.
            GraphQLError: the answer says that it failed.
        """
        return await self._call(DELETE, into=_changed("deleteBraintreePromoCode"), body=delete_document(code))

    def list(self) -> Pager[PromoCode]:
        """List the promo codes.

        ``POST /v4/admin/graphql``, section "Promo Code Actions", query ``listBraintreePromoCodes``. It changes nothing, so it
        is tried again where a read would be.

        Raises:
            GraphQLError: from the iteration: the answer says that it failed.
        """
        return at_once(lambda: self._call(LIST, into=_codes, body=_LIST), of=PromoCode).told(LIST.id, {})
