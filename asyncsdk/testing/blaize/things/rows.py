"""The kinds of things that a tenant keeps, as a table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....blaize import accounts, static_items
from ...kit import Things, answer, asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ...kit import Call, Record
    from ..shared import BlaizeShared

# In words, and the member that the live service tells the id in. The vendor's newer description names some of these, the
# others are guessed.
_KINDS = (
    ("bundles", "Bundle", "id"),
    ("cache_configurations", "Cache configuration", "id"),
    ("companies", "Company", "company_id"),
    ("credits", "Credit", "id"),
    ("entitlements", "Entitlement", "id"),
    ("forms", "Form", "slug"),
    ("meters", "Meter", "id"),
    ("request_rules", "Request rule", "id"),
)


def rows(shared: BlaizeShared) -> Mapping[str, Things]:
    """All that a tenant keeps, by resource.

    Args:
        shared: what all parts share.
    """
    things = partial(Things, shared, examples=shared.examples)
    found = (
        things(
            "accounts",
            "Account",
            "account_id" if shared.live else None,
            select=_searched,
            listed=partial(_in_pages, shared.live),
        ),
        *(things(resource, name, live_id if shared.live else None) for resource, name, live_id in _KINDS),
        things("admin.roles", "Role", "role_id"),
        things("gifts", "Gift"),
        things("products", "Product"),
        things("static_items", "Static item", make=lambda _, body, __: {"item": body}, tell=_without_text),
        things("user_schema", "Field", "slug"),
        things("webhooks", "Webhook", "webhook_id"),
    )
    return {each.resource: each for each in found}


def _searched(call: Call, records: Iterable[Record]) -> Iterable[Record]:
    """Those that have a text somewhere in their texts."""
    text = call.query.get("search", "").casefold()
    return (record for record in records if not text or any(text in str(value).casefold() for value in record.values()))


def _in_pages(live: bool, call: Call, records: Iterable[Record]) -> Response:
    found = list(records)
    page = asked(call, accounts.USUAL_RPP, always=live)
    return answer({"results": found} if page is None else {"results": list(page.cut(found)), "total": len(found)})


def _without_text(call: Call, record: Record) -> Record:
    """The list of static items has their ids alone."""
    return {"id": record["id"]} if call.operation is static_items.LIST else record
