"""What some kinds of things do in a way of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...blaize import gifts, products, request_rules, static_items, user_schema
from .call import RefusedError, answer, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .kinds import Kept
    from .shared import Shared
    from .store import Record


class Particulars:
    """What some kinds of things do in a way of their own.

    Args:
        shared: what all parts share.
        kept: all that the tenant keeps, by kind.
    """

    def __init__(self, shared: Shared, kept: Mapping[str, Kept]) -> None:
        self._shared = shared
        self._gifts = kept["gifts"]
        self._products = kept["products"]
        self._request_rules = kept["request_rules"]
        self._schema = kept["user_schema"]
        self._static_items = kept["static_items"]

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            gifts.CREATE: self._create_gift,
            products.SAVE: self._save_product,
            request_rules.SAVE: self._save_request_rule,
            static_items.LIST: self._list_static_items,
            static_items.SAVE: self._save_static_item,
            user_schema.SAVE: self._save_field,
            user_schema.DELETE: self._delete_field,
        }

    def _create_gift(self, call: Call) -> Response:
        body = call.json()
        key = body.get("id") or self._shared.new_secret()[:16]
        now = datetime.fromtimestamp(self._shared.clock.time(), UTC)
        self._gifts.records.put(key, {"created": f"{now:%Y-%m-%dT%H:%M:%SZ}", **body})
        return answer({"gift": key})

    def _save_product(self, call: Call) -> Response:
        (key,) = call.path
        product = call.json()
        for other, told in self._products.records.items():
            for name in ("label", "mapping"):
                if other != key and product.get(name) is not None and product[name] == told.get(name):
                    raise RefusedError(409, f"Another product has the same {name}")
        return self._products.save(call)

    def _save_request_rule(self, call: Call) -> Response:
        """The path names none, so the label tells whether it is a new one."""
        rule = call.json()
        records = self._request_rules.records
        found = [key for key, told in records.items() if told.get("label") == rule.get("label")]
        if not found:
            return self._request_rules.created(call, records.add(rule))
        records.put(found[0], rule)
        return said("Request rule updated successfully")

    def _list_static_items(self, _: Call) -> Response:
        return answer({"results": [{"id": key} for key, _ in self._static_items.records.items()]})

    def _save_static_item(self, call: Call) -> Response:
        (key,) = call.path
        if self._static_items.records.put(key, {"item": call.text()}):
            return self._static_items.created(call, key)
        return said("Static item updated successfully")

    def _save_field(self, call: Call) -> Response:
        (slug,) = call.path
        field: Record = call.json()
        if self._schema.records.put(slug, field):
            return said("Field added to user schema successfully", 201, uri=call.uri(user_schema.GET, slug))
        return said("Field updated successfully")

    def _delete_field(self, call: Call) -> Response:
        (slug,) = call.path
        self._schema.records.remove(slug)
        return said("Field removed from schema successfully")
