"""What a user may use, worked out from grants; and what a request to the site is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...blaize import decision_engine, users as operations
from .call import RefusedError, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .accounts import Accounts
    from .call import Call, Handler
    from .grants import Grants
    from .kinds import Kept
    from .people import People
    from .sessions import Sessions
    from .store import Record

LOGIN: Record = {"status": "301", "body": "Redirecting to login page...", "headers": {"Location": "/login.html"}}
"""What the document's example answers: whoever is not known is sent to sign in."""

WELCOME: Record = {"status": "200", "body": "", "headers": {}}


class Access:
    """What users may use.

    Args:
        kept: what there is to grant, by kind.
        people: the users.
        accounts: whose accounts' grants count for them too.
        grants: what they were granted.
    """

    def __init__(self, kept: Mapping[str, Kept], people: People, accounts: Accounts, grants: Grants) -> None:
        self._kept = kept
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
        model = _Model(self._kept)
        accounts = [account for account, _ in self._accounts.members(user_id=user_id)]
        for grant in (
            *self._grants.holding("user", user_id),
            *(grant for account in accounts for grant in self._grants.holding("account", account)),
        ):
            model.add(grant["entitlement_type"], grant["entitlement_id"], direct=True)
        return model.told()

    def _tell(self, call: Call) -> Response:
        (user_id,) = call.path
        self._people[user_id]
        return answer(self.model(user_id))


class _Model:
    """An access model in the making."""

    def __init__(self, kept: Mapping[str, Kept]) -> None:
        self._kept = kept
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
        elif kind == "meter" and key in self._kept["meters"].records:
            size = self._kept["meters"].records[key].get("limit")
            self._meters[key] = {"meterSize": size, "remainingCredits": size, "contentIds": []}
        elif kind in ("credit", "credits") and key in self._kept["credits"].records:
            credit = self._kept["credits"].records[key]
            self._credits[key] = {"remainingCredits": credit.get("quantity"), "contentIds": []}
            for delivered in credit.get("delivers") or ():
                self._deliver(delivered, direct=False)["creditedBy"].append(key)

    def _add_bundle(self, key: str) -> None:
        records = self._kept["bundles"].records
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


class Decisions:
    """The decision engine: it runs no scripts, but lets known visitors pass and sends the others to sign in.

    Args:
        people: who may be known.
        sessions: by what.
        secret: of trusted referrers, who may send anybody.
    """

    def __init__(self, people: People, sessions: Sessions, secret: str) -> None:
        self._people = people
        self._sessions = sessions
        self._secret = secret

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {decision_engine.DECIDE: self._decide}

    def _decide(self, call: Call) -> Response:
        request = call.json()
        session = self._sessions.user_of(request.get("session"))
        foreign = self._foreign(request.get("foreign_keys") or {})
        if session and foreign and session != foreign:
            raise RefusedError(409, "The session and the foreign keys are of two users")
        referred = request.get("btr") == decision_engine.trusted_referrer(request["path"], self._secret)
        return answer(WELCOME if session or foreign or referred else LOGIN)

    def _foreign(self, keys: Mapping[str, Any]) -> str | None:
        for system, known in keys.items():
            person = self._people.find_foreign(system, str(known))
            if person is not None:
                return person.user_id
        return None
