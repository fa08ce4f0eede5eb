"""What users and accounts were granted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ....blaize.times import moment_or_none
from ...kit import RefusedError, Things, UnfitError, answer, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ...kit.store import Known
    from ..shared import BlaizeShared


class Grants:
    """What users and accounts were granted.

    Args:
        shared: what all parts share.
        people: the users.
        accounts: the accounts.
    """

    def __init__(self, shared: BlaizeShared, people: Known, accounts: Known) -> None:
        self._shared = shared
        row = partial(
            Things,
            shared,
            name="Grant",
            id="grantId",
            make=_granted,
            select=self._selected,
            listed=self._listed,
            examples=shared.examples,
        )
        self._users = row(resource="users.grants", of=people)
        self._accounts = row(resource="accounts.grants", of=accounts)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return table(self._users, self._accounts)

    def of_user(self, user_id: str) -> list[Record]:
        """A user's grants, as they are told."""
        return list(self._users.all(user_id))

    def of_account(self, account_id: str) -> list[Record]:
        """An account's grants, as they are told."""
        return list(self._accounts.all(account_id))

    def holds(self, grant: Record) -> bool:
        """Whether a grant holds now."""
        now = self._shared.clock.time()
        start = moment_or_none(grant.get("startTime", grant.get("start_time")))
        end = moment_or_none(grant.get("endTime", grant.get("end_time")))
        return (start is None or start.timestamp() <= now) and (end is None or now < end.timestamp())

    def _selected(self, call: Call, grants: Iterable[Record]) -> Iterable[Record]:
        active = call.query.get("active")
        if active not in (None, "true", "false"):
            raise RefusedError(400, "active must be true or false")
        return (grant for grant in grants if active is None or self.holds(grant) == (active == "true"))

    def _listed(self, call: Call, grants: Iterable[Record]) -> Response:
        # the vendor's newer description has no "results" around those that are filtered
        bare = self._shared.live and "active" in call.query
        return answer(list(grants) if bare else {"results": list(grants)})


def _granted(_: Call, body: Any, __: Record | None) -> Record:
    for name in ("entitlement_type", "entitlement_id"):
        if not body.get(name):
            raise UnfitError(f"body.{name} is required")
    granted: Record = body
    return granted
