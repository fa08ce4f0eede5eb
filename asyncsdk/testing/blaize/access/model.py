"""What a user may use, worked out from grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....blaize import users as operations
from ...kit import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record, Things
    from ..people.people import People
    from .account_users import AccountUsers
    from .grants import Grants


class Access:
    """What users may use.

    Args:
        things: what there is to grant, by resource.
        people: the users.
        accounts: whose accounts' grants count for them too.
        grants: what they were granted.
    """

    def __init__(self, things: Mapping[str, Things], people: People, accounts: AccountUsers, grants: Grants) -> None:
        self._things = things
        self._people = people
        self._accounts = accounts
        self._grants = grants

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.ACCESS_MODEL: self._tell,
            operations.REFRESH_ACCESS_MODEL: self._tell,
        }

    def model(self, user_id: str) -> Record:
        """A user's access model."""
        model = _Model(self._things)
        grants = self._grants.of_user(user_id)
        for account_id in self._accounts.of_user(user_id):
            grants += self._grants.of_account(account_id)
        for grant in filter(self._grants.holds, grants):
            model.add(grant["entitlement_type"], grant["entitlement_id"], direct=True)
        return model.told()

    def _tell(self, call: Call) -> Response:
        (user_id,) = call.path
        self._people[user_id]
        return answer(self.model(user_id))


class _Model:
    """An access model in the making."""

    def __init__(self, things: Mapping[str, Things]) -> None:
        self._meter_sizes = things["meters"].store
        self._credit_sizes = things["credits"].store
        self._bundle_contents = things["bundles"].store
        self._meters: dict[str, Any] = {}
        self._credits: dict[str, Any] = {}
        self._delivered: dict[str, dict[str, Any]] = {}
        self._bundles: set[str] = set()

    def told(self) -> Record:
        return {
            "meters": self._meters,
            "credits": self._credits,
            "delivered_entitlements": list(self._delivered.values()),
        }

    def add(self, kind: object, key: str, *, direct: bool) -> None:
        """Add what was granted; what the tenant does not have counts for nothing, but for a bare entitlement."""
        if kind == "entitlement":
            self._deliver(key, direct=direct)
        elif kind == "bundle":
            self._add_bundle(key)
        elif kind == "meter" and key in self._meter_sizes:
            size = self._meter_sizes[key].get("limit")
            self._meters[key] = {"meterSize": size, "remainingCredits": size, "contentIds": []}
        elif kind in ("credit", "credits") and key in self._credit_sizes:
            credit = self._credit_sizes[key]
            self._credits[key] = {"remainingCredits": credit.get("quantity"), "contentIds": []}
            for delivered in credit.get("delivers") or ():
                self._deliver(delivered, direct=False)["creditedBy"].append(key)

    def _add_bundle(self, key: str) -> None:
        records = self._bundle_contents
        # bundles may hold one another, in circles too
        if key in self._bundles or key not in records:
            return
        self._bundles.add(key)
        includes = records[key].get("includes") or {}
        for kind in ("entitlement", "meter", "credit", "bundle"):
            for each in includes.get(f"{kind}s") or ():
                self.add(kind, each, direct=False)

    def _deliver(self, key: str, *, direct: bool) -> dict[str, Any]:
        delivered = self._delivered.setdefault(key, {"id": key, "direct": direct, "meteredBy": [], "creditedBy": []})
        delivered["direct"] = delivered["direct"] or direct
        return delivered
