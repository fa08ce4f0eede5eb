"""What some kinds of things do in a way of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ....blaize import gifts, products, request_rules
from ...kit import RefusedError, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Shared, Things


class Particulars:
    """What some kinds of things do in a way of their own.

    Args:
        shared: what all parts share.
        things: all that the tenant keeps, by resource.
    """

    def __init__(self, shared: Shared, things: Mapping[str, Things]) -> None:
        self._shared = shared
        self._gifts = things["gifts"]
        self._products = things["products"]
        self._request_rules = things["request_rules"]

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            gifts.CREATE: self._create_gift,
            products.SAVE: self._save_product,
            request_rules.SAVE: self._save_request_rule,
        }

    def _create_gift(self, call: Call) -> Response:
        body = call.json()
        key = body.get("id") or self._shared.new_secret()[:16]
        now = datetime.fromtimestamp(self._shared.clock.time(), UTC)
        self._gifts.put({"created": f"{now:%Y-%m-%dT%H:%M:%SZ}", **body}, key)
        return answer({"gift": key})

    def _save_product(self, call: Call) -> Response:
        (key,) = call.path
        product = call.json()
        for other, told in self._products.store.items():
            for name in ("label", "mapping"):
                if other != key and product.get(name) is not None and product[name] == told.get(name):
                    raise RefusedError(409, f"Another product has the same {name}")
        return self._products.save(call)

    def _save_request_rule(self, call: Call) -> Response:
        """The path names none, so the label tells whether it is a new one."""
        rule = call.json()
        found = (key for key, told in self._request_rules.store.items() if told.get("label") == rule.get("label"))
        key = next(found, None)
        if key is None:
            return self._request_rules.keep(call, rule, self._shared.new_id())
        return self._request_rules.change(call, rule, key)
