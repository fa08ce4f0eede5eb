"""What users and accounts were granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...blaize import grants as operations
from ...blaize.times import moment_or_none
from .call import RefusedError, answer, said
from .samples import ACCOUNT_ID, GRANT, GRANT_ID, USER_ID
from .store import Collection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .people import People
    from .shared import Shared
    from .store import Record

Side = Literal["user", "account"]


class Grants:
    """What users and accounts were granted.

    Args:
        shared: what all parts share.
        people: the users.
        accounts: the accounts.
        examples: whether the document's are there at first.
    """

    def __init__(self, shared: Shared, people: People, accounts: Collection, *, examples: bool) -> None:
        self._shared = shared
        self._people = people
        self._accounts = accounts
        self._of: dict[tuple[Side, str], Collection] = {}
        if examples:
            self._kept("user", USER_ID).put(GRANT_ID, GRANT)
            self._kept("account", ACCOUNT_ID).put(GRANT_ID, GRANT)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.USER_LIST: lambda call: self._list(call, "user"),
            operations.USER_CREATE: lambda call: self._create(call, "user", operations.USER_GET),
            operations.USER_GET: lambda call: self._get(call, "user"),
            operations.USER_DELETE: lambda call: self._delete(call, "user"),
            operations.USER_SAVE: self._save,
            operations.ACCOUNT_LIST: lambda call: self._list(call, "account"),
            operations.ACCOUNT_CREATE: lambda call: self._create(call, "account", operations.ACCOUNT_GET),
            operations.ACCOUNT_GET: lambda call: self._get(call, "account"),
            operations.ACCOUNT_DELETE: lambda call: self._delete(call, "account"),
        }

    def told(self, side: Side, owner: str) -> list[Record]:
        """An owner's grants as they are told."""
        return [{"grantId": key, **record} for key, record in self._items(side, owner)]

    def holding(self, side: Side, owner: str) -> list[Record]:
        """An owner's grants that hold now."""
        return [record for _, record in self._items(side, owner) if self._holds(record)]

    def forget(self, side: Side, owner: str) -> None:
        """Forget an owner, who is there no more."""
        self._of.pop((side, owner), None)

    def _items(self, side: Side, owner: str) -> Iterator[tuple[str, Record]]:
        kept = self._of.get((side, owner))
        return iter(()) if kept is None else kept.items()

    def _kept(self, side: Side, owner: str) -> Collection:
        if side == "user":
            self._people[owner]
        else:
            self._accounts[owner]
        return self._of.setdefault((side, owner), Collection("Grant", self._shared.new_id))

    def _holds(self, record: Record) -> bool:
        now = self._shared.clock.time()
        start = moment_or_none(record.get("startTime", record.get("start_time")))
        end = moment_or_none(record.get("endTime", record.get("end_time")))
        return (start is None or start.timestamp() <= now) and (end is None or now < end.timestamp())

    def _list(self, call: Call, side: Side) -> Response:
        (owner,) = call.path
        kept = self._kept(side, owner)
        active = call.query.get("active")
        if active not in (None, "true", "false"):
            raise RefusedError(400, "active must be true or false")
        found = [
            {"grantId": key, **record}
            for key, record in kept.items()
            if active is None or self._holds(record) == (active == "true")
        ]
        # the vendor's newer description has no "results" around those that are filtered
        return answer(found if self._shared.live and active is not None else {"results": found})

    def _create(self, call: Call, side: Side, get: Operation) -> Response:
        (owner,) = call.path
        key = self._kept(side, owner).add(self._granted(call))
        return said("Grant created successfully", 201, uri=call.uri(get, owner, key))

    def _save(self, call: Call) -> Response:
        owner, key = call.path
        self._kept("user", owner).put(key, self._granted(call))
        return said("Grant created successfully", 201, uri=call.uri(operations.USER_GET, owner, key))

    def _granted(self, call: Call) -> Record:
        record = call.json()
        for name in ("entitlement_type", "entitlement_id"):
            if not record.get(name):
                raise RefusedError(400, f"body.{name} is required")
        return {name: value for name, value in record.items() if name != "grantId"}

    def _get(self, call: Call, side: Side) -> Response:
        owner, key = call.path
        return answer({"grantId": key, **self._kept(side, owner)[key]})

    def _delete(self, call: Call, side: Side) -> Response:
        owner, key = call.path
        self._kept(side, owner).remove(key)
        return said("Grant deleted successfully")
