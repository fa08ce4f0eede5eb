"""The kinds of things that a tenant keeps, and the operations that all of them have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ...blaize import (
    accounts,
    bundles,
    cache,
    companies,
    credits as credits_,
    entitlements,
    forms,
    gifts,
    meters,
    products,
    request_rules,
    static_items,
    user_schema,
    webhooks,
)
from . import samples
from .call import answer, said
from .store import Collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .shared import Shared
    from .store import Record


@frozen
class Kind:
    """One kind of thing.

    Attributes:
        key: its name among the samples.
        name: what one of them is called, for messages.
        module: where its operations are, under the names that these modules have in common.
        id_name: the member that holds its id, where the document shows one.
        live_id_name: the member that the live service has it in. The vendor's newer description names some of them; the
            others are guessed.
        updated: the status of an update: the document has 201 for some.
    """

    key: str
    name: str
    module: ModuleType
    id_name: str | None = None
    live_id_name: str = "id"
    updated: int = 200


KINDS = (
    Kind("accounts", "Account", accounts, live_id_name="account_id", updated=201),
    Kind("bundles", "Bundle", bundles),
    Kind("cache_configurations", "Cache configuration", cache),
    Kind("companies", "Company", companies, live_id_name="company_id", updated=201),
    Kind("credits", "Credit", credits_),
    Kind("entitlements", "Entitlement", entitlements),
    Kind("forms", "Form", forms, live_id_name="slug"),
    Kind("gifts", "Gift", gifts, id_name="id"),
    Kind("meters", "Meter", meters),
    Kind("products", "Product", products, id_name="id"),
    Kind("request_rules", "Request rule", request_rules),
    Kind("static_items", "Static item", static_items, id_name="id"),
    Kind("user_schema", "Field", user_schema, id_name="slug", live_id_name="slug"),
    Kind("webhooks", "Webhook", webhooks, id_name="webhook_id", live_id_name="webhook_id"),
)


@frozen(eq=False)
class Kept:
    """The things of one kind, and what answers the requests for them.

    Attributes:
        kind: which.
        shared: what all parts share.
        records: the things themselves.
    """

    kind: Kind
    shared: Shared
    records: Collection

    def handlers(self) -> Mapping[Operation, Handler]:
        """Those operations of the module that do what their names say."""
        offered: Mapping[str, Handler] = {
            "LIST": self.list,
            "CREATE": self.create,
            "SAVE": self.save,
            "GET": self.get,
            "UPDATE": self.update,
            "DELETE": self.delete,
        }
        module = self.kind.module
        return {getattr(module, name): handler for name, handler in offered.items() if hasattr(module, name)}

    def shown(self, key: str, record: Record) -> Record:
        """A record as it is told, with its id where that is a part of it."""
        name = self.kind.id_name or (self.kind.live_id_name if self.shared.live else None)
        # twice: for its place, and against an id of another in what was sent
        return {name: key} | {**record, name: key} if name else record

    def all(self) -> Iterable[Record]:
        """All records as they are told."""
        return (self.shown(key, record) for key, record in self.records.items())

    def list(self, call: Call) -> Response:
        """All of them, as the operation has them."""
        found = list(self.all())
        return answer({"results": found} if call.operation.kind == "results" else found)

    def create(self, call: Call) -> Response:
        """Keep a new one."""
        record = call.json()
        return self.created(call, self.records.add(record))

    def save(self, call: Call) -> Response:
        """Keep something under an id of the client's own: a PUT says whether it is new, a POST always that it is."""
        (key,) = call.path
        record = call.json()
        if self.records.put(key, record) or call.operation.method == "POST":
            return self.created(call, key)
        return said(f"{self.kind.name} updated successfully")

    def get(self, call: Call) -> Response:
        """One of them."""
        (key,) = call.path
        return answer(self.shown(key, self.records[key]))

    def update(self, call: Call) -> Response:
        """Replace one that is there."""
        (key,) = call.path
        record = call.json()
        self.records[key]
        self.records.put(key, record)
        return said(f"{self.kind.name} updated successfully", self.kind.updated)

    def delete(self, call: Call) -> Response:
        """Forget one."""
        (key,) = call.path
        self.records.remove(key)
        return said(f"{self.kind.name} deleted successfully")

    def created(self, call: Call, key: str) -> Response:
        """What is said of a new one: 201, and where it is."""
        uri = call.uri(self.kind.module.GET, key)
        return said(f"{self.kind.name} created successfully", 201, uri=uri)


def kept(shared: Shared, *, examples: bool) -> dict[str, Kept]:
    """All that a tenant keeps, by kind.

    Args:
        shared: what all parts share.
        examples: whether the document's own are there at first.
    """
    records = samples.RECORDS if examples else {}
    return {kind.key: Kept(kind, shared, Collection(kind.name, shared.new_id, records.get(kind.key))) for kind in KINDS}
