"""What the server keeps: tables of records, and how a list of them is ordered, filtered, cut into pages and linked."""

from __future__ import annotations

import json
import re
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from attrs import field, frozen

from ..kit import RefusedError
from .wire import crash, missing, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.responses import Response

    from ...http.clock import Clock
    from .wire import Asked

Record = dict[str, Any]
Table = dict[str, Record]

_WHOLE = re.compile(r"\s*([+-]?[0-9]+)")
_MOST = (1 << 63) - 1
_TEXTS = ("id", "name", "userId", "parentId", "url", "email", "user.email", "event", "firstName", "lastName")
_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_TRUTHS = ("isActive", "record", "admin", "emailValid", "blocking", "deleted")

# What each list can be ordered and filtered by.
_FIELDS_OF: Mapping[str, frozenset[str]] = {
    "stream": frozenset(
        [
            "id",
            "name",
            "lastSeen",
            "createdAt",
            "userId",
            "isActive",
            "user.email",
            "parentId",
            "record",
            "sourceSegments",
            "transcodedSegments",
            "sourceSegmentsDuration",
            "transcodedSegmentsDuration",
        ]
    ),
    "session": frozenset(
        [
            "id",
            "name",
            "lastSeen",
            "createdAt",
            "userId",
            "user.email",
            "parentId",
            "record",
            "sourceSegments",
            "transcodedSegments",
            "sourceSegmentsDuration",
            "transcodedSegmentsDuration",
            "sourceBytes",
            "transcodedBytes",
            "ingestRate",
            "outgoingRate",
            "recordingStatus",
        ]
    ),
    "user": frozenset(["id", "email", "emailValid", "admin", "createdAt", "firstName", "lastName", "lastSeen"]),
    "webhook": frozenset(["id", "name", "url", "event", "blocking", "deleted", "createdAt", "userId", "user.email"]),
    "api-token": frozenset(["id", "name", "lastSeen", "createdAt", "userId", "user.email"]),
    "object-store": frozenset(),
    "push-target": frozenset(),
}


@frozen(eq=False)
class Tables:
    """All that is kept, by kind and id, as it is stored.

    Attributes:
        clock: for all times.
        new_id: gives a new id.
        new_secret: gives 32 hexadecimal digits.
        old: whether this is the older release.
    """

    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    old: bool = False
    streams: Table = field(factory=dict, init=False)
    sessions: Table = field(factory=dict, init=False)
    users: Table = field(factory=dict, init=False)
    tokens: Table = field(factory=dict, init=False)
    stores: Table = field(factory=dict, init=False)
    targets: Table = field(factory=dict, init=False)
    webhooks: Table = field(factory=dict, init=False)
    regions: Table = field(factory=dict, init=False)
    resets: Table = field(factory=dict, init=False)

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return round(self.clock.time() * 1000)

    def told_user(self, id: object) -> Record | None:
        """A user as the service tells it beside something else."""
        found = self.users.get(str(id))
        return found and without_secrets(found)

    def with_user(self, record: Record) -> Record:
        """Something, and whom it belongs to."""
        return {**record, "user": self.told_user(record["userId"])}

    def email_of(self, record: Record) -> object:
        """The address of whom something belongs to."""
        return self.users.get(str(record.get("userId")), {}).get("email")

    def listed(
        self,
        asked: Asked,
        kind: str,
        rows: Iterable[Record],
        tell: Callable[[Record], Record],
        *,
        usual: str = "",
        always_linked: bool = False,
        link: bool = True,
        ordered: bool = True,
        limit: int | None = None,
        counted: bool = False,
    ) -> Response:
        """A list as it is asked for.

        Args:
            asked: the request.
            kind: of the things in it.
            rows: that may be in it.
            tell: from what is kept to what is told.
            usual: the order where none is asked for.
            always_linked: whether every page that is not empty has a link.
            link: whether there are links at all.
            ordered: whether orders and filters are understood.
            limit: items a page where none is asked for.
            counted: whether ``count`` is understood.
        """
        fields = _FIELDS_OF[kind] if ordered else frozenset[str]()
        kept = [each for each in rows if self._fits(each, asked.query.get("filters"), fields)]
        by_id = not self._order(kept, asked.query.get("order") or usual, fields)
        size = limit_of(asked.query.get("limit"))
        size = limit if size is None else size
        page, skipped = _from(kept, asked.query.get("cursor"))
        page = page if size is None else page[:size]
        headers = {}
        if counted and asked.query.get("count") and page and not self.old:
            headers["x-total-count"] = str(len(kept))
        full = size is not None and len(page) >= size
        if link and page and (full or always_linked):
            after = page[-1]["id"] if self.old and by_id else f"skip{skipped + len(page)}"
            headers["link"] = linked(asked, after if full else "undefined")
        return sent([tell(each) for each in page], headers=headers)

    def _fits(self, record: Record, filters: str | None, fields: frozenset[str]) -> bool:
        return all(self._passes(record, each) for each in _filters(filters) if each.get("id") in fields)

    def _passes(self, record: Record, told: Record) -> bool:
        name, value = told["id"], told.get("value")
        found = self.email_of(record) if name == "user.email" else record.get(name)
        if name in _TRUTHS:
            return bool(found) is bool(value)
        if isinstance(value, dict) and name not in _TEXTS:
            return all(_TESTS[each](found or 0, other) for each, other in value.items() if each in _TESTS)
        return found is not None and like(str(value)).search(str(found)) is not None

    def _order(self, rows: list[Record], order: str, fields: frozenset[str]) -> bool:
        """Put rows in order, whether or not the words for it are understood; says whether they were."""
        wanted = [each.split("-") for each in order.split(",") if each]
        known = [
            (name, turned == "true") for name, turned in (each for each in wanted if len(each) == 2) if name in fields
        ]
        if not known:
            rows.sort(key=lambda row: str(row.get("id")))
        for name, turned in reversed(known):
            rows.sort(
                key=lambda row: _sortable(self.email_of(row) if name == "user.email" else row.get(name)), reverse=turned
            )
        return bool(known)


def without_secrets(user: Record) -> Record:
    """A user as lists tell it."""
    return {name: value for name, value in user.items() if name not in ("password", "salt", "emailValidToken")}


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, value or 0) if value is None or isinstance(value, int | float) else (1, str(value))


def like(value: str) -> re.Pattern[str]:
    """What ``LIKE %value%`` finds: ``%`` stands for anything, ``_`` for one character."""
    parts = (".*" if each == "%" else "." if each == "_" else re.escape(each) for each in value)
    return re.compile("".join(parts), re.DOTALL)


def _filters(text: str | None) -> list[Record]:
    """What is asked for; broken filters are dropped in silence."""
    try:
        found = json.loads(unquote(text or "", errors="strict"))
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def limit_of(text: str | None) -> int | None:
    """How many are asked for; None for all, which is also what 0 and no number mean.

    Raises:
        RefusedError: 500: the database takes no such number.
    """
    found = _WHOLE.match(text or "")
    number = int(found[1]) if found else 0
    if number < 0:
        raise crash("error: LIMIT must not be negative")
    if number > _MOST:
        raise crash(f'error: value "{_as_written(number)}" is out of range for type bigint')
    return number or None


def _as_written(number: int) -> str:
    """A number as JavaScript writes it, which has 53 bits for it."""
    return str(int(float(number)))


def _from(rows: list[Record], cursor: str | None) -> tuple[list[Record], int]:
    """What comes from a cursor on, and how many come before."""
    if not cursor:
        return rows, 0
    if not cursor.startswith("skip"):
        return [each for each in rows if str(each.get("id")) > cursor], 0
    text = cursor.removeprefix("skip")
    try:
        skipped = int(text)
    except ValueError:
        raise crash(f'error: invalid input syntax for type bigint: "{text}"') from None
    if skipped < 0:
        raise crash("error: OFFSET must not be negative")
    return rows[skipped:], skipped


def linked(asked: Asked, cursor: str) -> str:
    """The value of ``Link``: the request's own URL with another cursor. Its scheme is always http."""
    kept = [(name, value) for name, value in asked.pairs if name != "cursor"]
    path = asked.url.partition("?")[0]
    return f'<http://{asked.host}{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'


def own(table: Table, id: str) -> Record:
    """A record that is there.

    Raises:
        RefusedError: 404: it is not, or was deleted.
    """
    found = table.get(id)
    if found is None or found.get("deleted"):
        raise missing()
    return found


def refuse(status: int, text: str) -> RefusedError:
    """A refusal in the server's words."""
    return RefusedError(status, text)
