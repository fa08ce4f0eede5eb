"""Promo codes, by way of GraphQL documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....blaize import promo_codes as operations
from ....body import checked
from ...kit import RefusedError, answer
from ..samples import PROMO_CODE
from .graphql import DocumentError, Field, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ..shared import BlaizeShared


class PromoCodes:
    """Promo codes, by way of GraphQL documents.

    Args:
        shared: what all parts share.
    """

    def __init__(self, shared: BlaizeShared) -> None:
        self._codes: dict[str, Record] = {PROMO_CODE["code"]: PROMO_CODE} if shared.examples else {}

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation: the three share a path."""
        return dict.fromkeys((operations.CREATE, operations.DELETE, operations.LIST), self._ask)

    def _ask(self, call: Call) -> Response:
        try:
            fields = parse(call.text())
        except DocumentError as error:
            raise RefusedError(400, f"The document cannot be read: {error}") from None
        answers: Mapping[str, Callable[[Field], Any]] = {
            "createBraintreePromoCode": self._create,
            "deleteBraintreePromoCode": self._delete,
            "listBraintreePromoCodes": self._list,
        }
        # the documents ask for the field inside of one more, named as the kind of operation
        asked = [
            each for field in fields for each in (field.fields if field.name in ("query", "mutation") else (field,))
        ]
        unknown = [field.name for field in asked if field.name not in answers]
        if unknown or not asked:
            told = f"There is no field {unknown[0]}" if unknown else "The document asks for nothing"
            return answer({"errors": [{"message": told}]})
        return answer({"data": {field.name: answers[field.name](field) for field in asked}})

    def _create(self, field: Field) -> Any:
        promo_code = field.arguments.get("promoCode")
        try:
            checked(operations.CREATE, promo_code, "promoCode")
        except (TypeError, ValueError) as error:
            return _outcome("error", str(error).removeprefix(f"{operations.CREATE.id}: "))
        assert isinstance(promo_code, dict)
        if promo_code["code"] in self._codes:
            return _outcome("error", "There is such a promo code already")
        self._codes[promo_code["code"]] = {**promo_code, "claimed": 0}
        return _outcome("ok", "created")

    def _delete(self, field: Field) -> Any:
        if self._codes.pop(str(field.arguments.get("promoCodeId")), None) is None:
            return _outcome("error", "There is no such promo code")
        return _outcome("ok", "deleted")

    def _list(self, field: Field) -> Any:
        names = [each.name for each in field.fields]
        return [{name: told.get(name) for name in names} for told in self._codes.values()]


def _outcome(status: str, message: str) -> Record:
    return {"status": status, "message": message}
