"""The export of all users: one long list, or pages of it, made while it goes out."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from attrs import frozen

from ....blaize import users as operations
from ....blaize.export import USUAL_RPP
from ....blaize.times import from_milliseconds, moment_or_none
from ...kit import RefusedError, Rows, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Asked, Call, Handler, Record
    from ..shared import BlaizeShared
    from .people import People
    from .population import Person

_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


@frozen
class _Choice:
    """What an export is to hold.

    Attributes:
        attributes: whether with attributes.
        apps: the applications whose extended profiles it is to hold.
        only: whether only users who have one of these.
        grants: whether with grants.
        since: only users who have changed since, in seconds since the epoch.
        first: only users who registered since.
        last: only users who registered before.
    """

    attributes: bool
    apps: tuple[str, ...]
    only: bool
    grants: bool
    since: float | None
    first: float | None
    last: float | None

    @property
    def everybody(self) -> bool:
        """Whether it is to hold all users."""
        return self.since is None and self.first is None and self.last is None and not self.only

    def takes(self, person: Person) -> bool:
        """Whether it is to hold a user."""
        return (
            (self.since is None or self.since <= person.changed)
            and (self.first is None or self.first <= person.registered)
            and (self.last is None or person.registered < self.last)
            and (not self.only or any(app in person.profiles for app in self.apps))
        )


def _choice(query: Mapping[str, str]) -> _Choice:
    attributes = _flag(query, "attributes")
    restrictive = _ids(query, "appIdsRestrictive")
    apps = _ids(query, "appIds") + restrictive
    return _Choice(
        # without attributes, appIds gives their users alone ("User Export")
        attributes=not apps if attributes is None else attributes,
        apps=apps,
        only=bool(restrictive) or (bool(apps) and not attributes),
        grants=bool(_flag(query, "grants")),
        since=_moment(query, "since"),
        first=_moment(query, "registeredSince"),
        last=_moment(query, "registeredBefore"),
    )


def _flag(query: Mapping[str, str], name: str) -> bool | None:
    text = query.get(name)
    if text not in (None, "true", "false"):
        raise RefusedError(400, f"{name} must be true or false")
    return None if text is None else text == "true"


def _ids(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each for each in query.get(name, "").split(",") if each)


def _moment(query: Mapping[str, str], name: str) -> float | None:
    text = query.get(name)
    if text is None:
        return None
    moment = from_milliseconds(int(text)) if _DIGITS.fullmatch(text) else moment_or_none(text)
    if moment is None:
        raise RefusedError(400, f"{name} must be a time in ISO 8601, or milliseconds since the epoch")
    return moment.timestamp()


class Export:
    """The export of all users.

    Args:
        shared: what all parts share.
        people: the users.
        grants_of: from a user's id to what the user was granted.
    """

    def __init__(self, shared: BlaizeShared, people: People, grants_of: Callable[[str], list[Record]]) -> None:
        self._shared = shared
        self._people = people
        self._grants_of = grants_of

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {operations.EXPORT: self._export}

    def _export(self, call: Call) -> Response:
        choice = _choice(call.query)
        page = asked(call, USUAL_RPP, always=self._shared.live)
        if page is None:
            return Rows(self._rows(choice, 0))
        count = len(self._people) if choice.everybody else sum(choice.takes(person) for person in self._people)
        around = msgspec.json.encode({"meta": _meta(page, count), "links": _links(call, page, count)})
        # in pages, the rows are one list deeper
        return Rows(islice(self._rows(choice, page.before), page.rpp), b'{"results":[[', b"]]," + around[1:])

    def _chosen(self, choice: _Choice, before: int) -> Iterator[Person]:
        if choice.everybody:
            return self._people.after(before)
        return islice((person for person in self._people if choice.takes(person)), before, None)

    def _rows(self, choice: _Choice, before: int) -> Iterator[Record]:
        """All rows but the first few."""
        for number, person in enumerate(self._chosen(choice, before), before + 1):
            user: dict[str, object] = {"identifiers": person.identifiers}
            if choice.attributes:
                user["attributes"] = person.attributes
            profiles = {app: person.profiles[app] for app in choice.apps if app in person.profiles}
            if profiles:
                user["extended_profiles"] = profiles
            row: dict[str, object] = {"seq-no": number, "user": user}
            if choice.grants:
                row["grants"] = self._grants_of(person.user_id)
            yield row


def _meta(page: Asked, count: int) -> Record:
    return {"count": count, "rpp": page.rpp, "paginated": True}


def _links(call: Call, page: Asked, count: int) -> Record:
    last = max(1, -(-count // page.rpp))

    def link(number: int) -> Record:
        return {"url": f"{call.uri(operations.EXPORT)}?rpp={page.rpp}&page={number}", "page": number}

    links = {"first": link(1), "last": link(last)}
    if page.page > 1:
        links["previous"] = link(page.page - 1)
    if page.page < last:
        links["next"] = link(page.page + 1)
    return links
