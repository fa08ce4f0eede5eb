"""Sessions, page by page; their events and what became of objectives in them, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence, Set as AbstractSet
from datetime import timedelta
from hashlib import blake2b
from typing import Any, TypeVar, Unpack

import msgspec

from ..codec import Model, as_part, from_dict
from ..codec.lists import Around
from ..datasets.windows import When
from ..errors import SDKError
from ..operation import Operation
from ..paging import Pager
from ..resource import Resource
from ..times import instant
from .frames import FlatPager
from .names import Meant, Place, names_of
from .rules.halving import RangeWalk
from .rules.query import LIMIT, SessionFilters, SessionQuery, SessionType, session_query
from .rules.walk import PageWalk, Prepare
from .session import MOST_EVENTS, Event, Session, SessionEvent, SessionObjective, StepOutcome

M = TypeVar("M", bound=Model)

LIST = Operation("cognitive3d.sessions.list", "POST", "/v0/datasets/sessions/paginatedListQueries", "pages")

_NOWHERE = Place()


class Sessions(Resource):
    """Sessions, and what happened in them.

    All calls take the same filters. A range of time is half-open and in UTC: a session that begins at `end` does not belong to it,
    and a plain day as `end` belongs to it as a whole. The service is always told both ends, since it may answer 502 where one is
    left open. There is no upper limit of sessions; for long ranges there are ``client.datasets``, which ask window by window.

    A walk gives no session twice, though new ones move the pages while it goes on. Pages are numbered, so that a fan-out fetches
    them concurrently once the first has said how many there are.
    """

    def list(
        self,
        project_id: int | str,
        *,
        start: When | None = None,
        end: When | None = None,
        exclude_test: bool = False,
        exclude_idle: bool = False,
        min_duration: timedelta | float | None = None,
        session_type: SessionType = "project",
        scene_id: str | None = None,
        version_id: int | str | None = None,
        include_events: bool = False,
        include_objectives: bool = False,
    ) -> Pager[Session]:
        """List the sessions of a project, the latest first.

        ``POST /v0/datasets/sessions/paginatedListQueries``, 100 a page. Its frames have the properties as columns
        (`asyncsdk.cognitive3d.flatten`).

        Args:
            project_id: the project.
            start: an aware datetime, int milliseconds, or a day in UTC; without it, a range with an end begins in 1970.
            end: likewise; without it, a range with a start ends now.
            exclude_test: whether sessions that are tagged as tests are left out.
            exclude_idle: likewise of those in which nobody did anything.
            min_duration: the least duration: a timedelta, or seconds.
            session_type: ``"project"`` for whole sessions; ``"scene"`` for one item a scene of each session.
            scene_id: only sessions in this scene.
            version_id: only those in this version of the scene.
            include_events: whether each brings its events, 8,000 at most (`Session.events_truncated`).
            include_objectives: whether each brings the results of objectives; sessions by scene have some.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            PaginationError: from the iteration: the service gives fewer sessions than it counts.
            SDKError: from the iteration, with ``.cursor``, from which ``pages(start=cursor)`` goes on.
        """
        query = session_query(
            project_id,
            self._client.clock.time(),
            start=start,
            end=end,
            exclude_test=exclude_test,
            exclude_idle=exclude_idle,
            min_duration=min_duration,
            session_type=session_type,
            scene_id=scene_id,
            version_id=version_id,
            events=include_events,
            objectives=include_objectives,
        )
        return self.found(query)

    def events(
        self,
        project_id: int | str,
        *,
        strict: bool = False,
        **filters: Unpack[SessionFilters],
    ) -> Pager[SessionEvent]:
        """List what happened in the sessions of a project: one item an event, with its session's context.

        ``POST /v0/datasets/sessions/paginatedListQueries`` with ``includeEvents``; a page is the events of 100 sessions. The range
        of time is that of the sessions: an event after midnight belongs to the day on which its session began. The names of objects
        and scenes come from two more requests, once in ten minutes (`Projects.objects`, `Projects.get`). The service gives 8,000
        events of a session at most: then each of them has ``events_truncated``.

        Args:
            project_id: the project.
            strict: whether a session whose events are cut off is an error.
            filters: which sessions: `SessionFilters`, as in `list`.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration.
        """
        query = session_query(project_id, self._client.clock.time(), events=True, **filters)
        return self.events_found(query, strict=strict)

    def objectives(
        self,
        project_id: int | str,
        **filters: Unpack[SessionFilters],
    ) -> Pager[SessionObjective]:
        """List what became of objectives in the sessions of a project: one item a step of a session.

        ``POST /v0/datasets/sessions/paginatedListQueries`` by scene, with ``includeAllObjectiveData``. What objectives, steps and
        scenes are called comes from two or three more requests, once in ten minutes (`Projects.objectives`, `Projects.get`).

        Args:
            project_id: the project.
            filters: which sessions: `SessionFilters`, as in `list`.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration.
        """
        query = session_query(project_id, self._client.clock.time(), session_type="scene", objectives=True, **filters)
        return self.objectives_found(query)

    def found(self, query: SessionQuery) -> Pager[Session]:
        """The sessions that a query means, as the service gives them; frames of those by scene have the scenes' names."""

        async def as_they_are(_: Sequence[Session]) -> Callable[[Sequence[Session]], Sequence[Session]]:
            return lambda found: found

        pager = self._walked(query, Session, as_they_are)
        if query.session_type == "scene":
            pager.places = lambda: names_of(self._client).places(query.project_id)
        return pager

    def events_found(self, query: SessionQuery, *, strict: bool = False) -> Pager[SessionEvent]:
        """The events of the sessions that a query means."""

        async def prepare(sessions: Sequence[Session]) -> Callable[[Sequence[Session]], Sequence[SessionEvent]]:
            if strict:
                _refuse_truncated(sessions)
            happened = [event for session in sessions for event in events_of(session)]
            names = names_of(self._client)
            places = await names.places(query.project_id) if happened else {}
            objects = await names.objects(query.project_id) if any(each.object for each in happened) else {}
            return lambda found: [row for each in found for row in event_rows(each, places, objects)]

        return self._walked(query, SessionEvent, prepare)

    def objectives_found(self, query: SessionQuery) -> Pager[SessionObjective]:
        """What became of objectives in the sessions that a query means."""

        async def prepare(sessions: Sequence[Session]) -> Callable[[Sequence[Session]], Sequence[SessionObjective]]:
            if not any(each.objective_results for each in sessions):
                return lambda _: []
            names = names_of(self._client)
            places = await names.places(query.project_id)
            objectives = await names.objectives(query.project_id)
            objects = await names.objects(query.project_id)
            return lambda found: [row for each in found for row in objective_rows(each, places, objectives, objects)]

        return self._walked(query, SessionObjective, prepare)

    def _walked(self, query: SessionQuery, of: type[M], prepare: Prepare[Session, M]) -> FlatPager[M]:
        into = as_part(Session, ("results",))
        beyond = None if query.end is None or query.sent_end != query.end else instant(query.end)

        async def inside(sessions: Sequence[Session]) -> Callable[[Sequence[Session]], Sequence[M]]:
            become = await prepare(sessions)
            if beyond is None:
                return become
            # the service counts what begins at the very end as belonging to the range
            return lambda found: become([each for each in found if getattr(each, "date", None) != beyond])

        key = _session_key if query.session_type == "project" else _scene_key

        def opened(piece: SessionQuery, before: AbstractSet[Hashable]) -> PageWalk[Session, M]:
            async def serve(page: int) -> tuple[Sequence[Session], Around]:
                return await self._call(LIST, into=into, body=piece.body(page))

            return PageWalk(serve, key=key, prepare=inside, limit=LIMIT, before=before, warn=_truncated)

        def begin() -> Callable[[str | None], Awaitable[Any]]:
            return RangeWalk(opened, query).page

        return FlatPager.of_walks(begin, numbered=0, of=of).told(LIST.id, {"project_id": query.project_id})


def _session_key(session: Session) -> Hashable:
    return getattr(session, "session_id", None)


def _scene_key(session: Session) -> Hashable:
    """A session has one row a scene; which members tell them apart is documented nowhere, so that all of them do."""
    return blake2b(msgspec.json.encode(session._wire), digest_size=16).digest()  # noqa: SLF001


def _truncated(sessions: Sequence[Session]) -> Iterable[str]:
    """A sentence for each session whose events are cut off."""
    return (
        f"events_truncated: the service gives {MOST_EVENTS:,} events of a session at most, and may have left out others of "
        f"{each.session_id}"
        for each in sessions
        if each.events_truncated
    )


def _refuse_truncated(sessions: Sequence[Session]) -> None:
    cut = [each for each in sessions if each.events_truncated]
    if cut:
        raise SDKError(
            f"the service left out events of {len(cut)} sessions, such as {_session_key(cut[0])}: it gives 8,000 of one at most",
            operation=LIST.id,
        )


def events_of(session: Session) -> list[Event]:
    """The events of a session, without what is no object."""
    found: Iterable[object] = session.events or ()
    return [each for each in found if isinstance(each, Event)]


def event_rows(
    session: Session, places: Mapping[str, Place], objects: Mapping[str, str | None]
) -> Sequence[SessionEvent]:
    """The events of a session, each with its context."""
    context = {
        "sessionId": _session_key(session),
        "projectId": getattr(session, "project_id", None),
        "participantId": session.participant_id,
        "userKey": session.user_key,
        "deviceId": session.device_id,
        "date": _raw(session, "date"),
        "duration": getattr(session, "duration", None),
        "hmd": session.hmd,
    }
    rows = []
    for event in events_of(session):
        own = dict(event._wire)  # noqa: SLF001
        place = places.get(str(event.parent_scene_version_id), _NOWHERE)
        row = {
            **context,
            "name": event.name,
            "eventDate": own.pop("date", None),
            "x": event.x,
            "y": event.y,
            "z": event.z,
            "object": event.object,
            "objectName": objects.get(event.object) if event.object else None,
            "parentSceneVersionId": event.parent_scene_version_id,
            "sceneId": place.scene_id,
            "sceneName": place.scene_name,
            "sceneVersion": place.version,
            "properties": event.properties,
            "sessionProperties": session.properties,
            "eventsTruncated": session.events_truncated,
        }
        rows.append(_row(SessionEvent, row, own))
    return rows


def objective_rows(
    session: Session,
    places: Mapping[str, Place],
    objectives: Mapping[str, Meant],
    objects: Mapping[str, str | None],
) -> Sequence[SessionObjective]:
    """The steps of a session, each with its context."""
    place = places.get(str(session.scene_version_id)) or places.get(str(session.scene_id)) or _NOWHERE
    rows = []
    for version_id, steps in (session.objective_results or {}).items():
        objective, version, _ = objectives.get(version_id, (None, None, 0))
        components = {each.sequence_number: each for each in (version and version.components) or ()}
        for step in steps:
            if not isinstance(step, StepOutcome):
                continue
            own = dict(step._wire)  # noqa: SLF001
            component = components.get(own.pop("step", None))
            row = {
                "sessionId": _session_key(session),
                "projectId": getattr(session, "project_id", None),
                "participantId": session.participant_id,
                "date": _raw(session, "date"),
                "sceneId": session.scene_id or place.scene_id,
                "sceneName": session.scene_name or place.scene_name,
                "sceneVersionId": session.scene_version_id,
                "objectiveId": getattr(objective, "id", None),
                "objectiveName": objective and objective.name,
                "objectiveVersionId": int(version_id) if version_id.isdecimal() else version_id,
                "stepNumber": step.step,
                "stepName": component and component.name,
                "stepDescription": component and component.described(objects),
                "stepResult": own.pop("result", None),
                "stepDate": own.pop("timestamp", None),
                "stepDuration": own.pop("duration", None),
            }
            rows.append(_row(SessionObjective, row, own))
    return rows


def _raw(session: Session, name: str) -> Any:
    """A time as the service wrote it."""
    return session._wire.get(name)  # noqa: SLF001


def _row(model: type[M], row: Mapping[str, Any], own: Mapping[str, Any]) -> M:
    """A row; what it was made of and has no field here keeps its name, with ``_`` after it where that is taken."""
    more = {
        f"{name}_" if name in row else name: value
        for name, value in own.items()
        if name not in row or value != row[name]
    }
    return from_dict(model, {**{name: value for name, value in row.items() if value is not None}, **more})
