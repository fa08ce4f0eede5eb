"""What the service is asked about sessions: ranges of time and filters, as the bodies of its queries. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from attrs import frozen

from ...datasets.windows import When, milliseconds, moment, span
from ..model import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 100
"""Sessions a page: the most that is known to be served, and the same on every page, since a page begins at page x limit."""

SessionType = Literal["project", "scene"]

Filter = dict[str, Any]


class RangeFilters(TypedDict, total=False):
    """Which sessions of a project count.

    Attributes:
        start: where the range of time begins: an aware datetime, int milliseconds, or a day in UTC. Without it, a range with an end
            begins in 1970.
        end: the first moment beyond; a plain day belongs to the range as a whole. Without it, a range with a start ends now.
        exclude_test: whether sessions that are tagged as tests are left out.
        exclude_idle: likewise of those in which nobody did anything.
        min_duration: the least duration: a timedelta, or seconds.
    """

    start: When | None
    end: When | None
    exclude_test: bool
    exclude_idle: bool
    min_duration: timedelta | float | None


class SessionFilters(RangeFilters, total=False):
    """Which sessions of a project are meant: `RangeFilters`, and where they took place.

    Attributes:
        start: where the range of time begins: an aware datetime, int milliseconds, or a day in UTC.
        end: the first moment beyond; a plain day belongs to the range as a whole.
        exclude_test: whether sessions that are tagged as tests are left out.
        exclude_idle: likewise of those in which nobody did anything.
        min_duration: the least duration: a timedelta, or seconds.
        scene_id: only sessions in this scene.
        version_id: only those in this version of it.
    """

    scene_id: str | None
    version_id: int | str | None


@frozen(kw_only=True)
class SessionQuery:
    """Which sessions are meant. Its range of time is half-open: what begins at `end` does not belong to it.

    Attributes:
        project_id: of the project.
        start: milliseconds since the epoch; None, as for `end`, without a range.
        end: the first millisecond that is beyond.
        sent_end: what is sent for the end, which the service takes as belonging to the range.
        exclude_test: whether sessions that are tagged as tests are left out.
        exclude_idle: likewise of those tagged as junk, in which nobody did anything.
        min_duration: the least duration, in milliseconds.
        session_type: whether one is meant for each session, or for each scene of it.
        scene_id: of the only scene that counts.
        version_id: of its only version that does.
        events: whether each session brings its events.
        objectives: whether each brings what became of the project's objectives.
    """

    project_id: int
    start: int | None = None
    end: int | None = None
    sent_end: int | None = None
    exclude_test: bool = False
    exclude_idle: bool = False
    min_duration: int | None = None
    session_type: SessionType = "project"
    scene_id: str | None = None
    version_id: int | str | None = None
    events: bool = False
    objectives: bool = False

    def body(self, page: int) -> Mapping[str, Any]:
        """What is sent for one page, by its number from 0."""
        entity: dict[str, Any] = {"projectId": self.project_id}
        if self.scene_id is not None:
            entity["sceneId"] = self.scene_id
        if self.version_id is not None:
            entity["versionId"] = self.version_id
        return {
            "page": page,
            "limit": LIMIT,
            "sort": "desc",
            "orderBy": {"fieldName": "date", "fieldParent": "session"},
            "entityFilters": entity,
            "sessionFilters": self.filters(),
            "eventFilters": [],
            "objectiveFilters": [],
            "userFilters": [],
            "sessionType": self.session_type,
            "includeEvents": self.events,
            "includeAllObjectiveData": self.objectives,
        }

    def filters(self) -> list[Filter]:
        """What the service is to leave out."""
        found: list[Filter] = []
        if self.start is not None and self.sent_end is not None:
            # both ends: where one is left open the service may answer 502
            found += [_field("date", "gte", self.start), _field("date", "lte", self.sent_end)]
        if self.exclude_test:
            found.append(_tag("test"))
        if self.exclude_idle:
            found.append(_tag("junk"))
        if self.min_duration is not None:
            found.append(_field("duration", "gte", self.min_duration))
        return found


def session_query(
    project_id: int | str,
    now: float,
    *,
    session_type: SessionType = "project",
    events: bool = False,
    objectives: bool = False,
    **filters: Unpack[SessionFilters],
) -> SessionQuery:
    """A query from what a caller has at hand.

    Args:
        project_id: a whole number, or its digits.
        now: seconds since the epoch, for a range without an end.
        session_type: as in `SessionQuery`.
        events: likewise.
        objectives: likewise.
        filters: which sessions.

    Raises:
        TypeError, ValueError: what cannot be meant.
    """
    if unknown := sorted(filters.keys() - SessionFilters.__annotations__.keys()):
        raise TypeError(f"sessions are not filtered by {', '.join(unknown)}")
    if session_type not in ("project", "scene"):
        raise ValueError(f'session_type is "project" or "scene", not {session_type!r}')
    start, end = filters.get("start"), filters.get("end")
    first: int | None = None
    last: int | None = None
    if start is not None or end is not None:
        beyond = round(now * 1000) + 1 if end is None else moment(end, up=True)
        if start is None:
            first, last = 0, milliseconds(beyond, "end", up=True)
        else:
            first, last = span(moment(start), beyond)
    version_id = filters.get("version_id")
    return SessionQuery(
        project_id=whole(project_id, "project_id"),
        start=first,
        end=last,
        sent_end=last,
        exclude_test=filters.get("exclude_test", False),
        exclude_idle=filters.get("exclude_idle", False),
        min_duration=_duration(filters.get("min_duration")),
        session_type=session_type,
        scene_id=filters.get("scene_id"),
        version_id=int(version_id) if isinstance(version_id, str) and version_id.isdecimal() else version_id,
        events=events,
        objectives=objectives,
    )


def windowed(project_id: int | str, start: int, end: int, **more: Any) -> SessionQuery:
    """The query of a window of a data set: ``[start, end)`` in milliseconds, sent as ``[start, end - 1]``."""
    return SessionQuery(project_id=whole(project_id, "project_id"), start=start, end=end, sent_end=end - 1, **more)


def _duration(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, timedelta):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TypeError(f"min_duration is a timedelta or a number of seconds, not {type(value).__name__}")
        value = timedelta(seconds=value)
    if value < timedelta(0):
        raise ValueError("min_duration must not be negative")
    return value // timedelta(milliseconds=1)


def _field(name: str, op: str, value: int) -> Filter:
    return {"field": {"fieldName": name, "fieldParent": "session"}, "op": op, "value": value}


def _tag(name: str) -> Filter:
    field = {"nestedFieldName": "booleanSessionProp", "path": f"c3d.session_tag.{name}"}
    return {"op": "eq", "field": field, "value": False}
