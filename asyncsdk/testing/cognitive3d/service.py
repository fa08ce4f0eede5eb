"""Cognitive3D: its two hosts over generated projects."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from io import BytesIO
from typing import Any

from attrs import Factory, field, frozen, validators
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ... import cognitive3d
from ...cognitive3d import media, objectives, projects, question_sets, session_files, sessions
from ...http.clock import SYSTEM, Clock
from ...operation import Operation
from ...times import DAY
from ..kit import Call, Door, Handler, MissingError, Record, RefusedError, Shared, answer, asked, operations_of
from .asked import Meant, meant, read
from .project import SAMPLE, Project, Visit
from .sessions import Timeline
from .voice import CognitiveVoice, DataVoice

_FIRST_ID = 5001
_DATA = "/data"
_NAME = re.compile(rb'name="([^"]*)"; filename="')
_USUAL = 50


@frozen(eq=False)
class CognitiveService:
    """Cognitive3D below ``/cognitive3d``, its data host below ``/cognitive3d/data``.

    It knows the document's project 4460, whose only session is the one that is printed, and generated ones, ``5001`` and on. What
    a query finds follows from the seed: the same query has the same rows, unless sessions come in (`come_in`, `arrivals`).

    Keys are checked for each host: the analytics host takes the organization's key, the data host also the developer's. A query with
    one end of a range of time is answered with 502 and a page of HTML, a body that is no object with 400 and "Invalid json".

    Args:
        api_key: the organization's key, without ``APIKEY:ORGANIZATION``; one that begins ``orgkey-`` is expected as it is.
        developer_key: for uploads.
        seed: any number; another seed gives other sessions.
        projects: how many to generate.
        sessions: of each of them, at first.
        days: over how many days they are spread.
        last: when the last one begins, in milliseconds since the epoch; the first of January 2026 by default.
        arrivals: how many sessions come in with each page that is served, at any time within the days, so that pages shift.
        most: the most sessions that a page has, whatever limit a query has.
        cap: the most sessions that a query gives, on all its pages together, though it counts all; None for no such cap.
        longest: hours that the range of a query may have, beyond which it is answered with 502; None for any.
        events_limit: the most events that a session gives; one that has more is marked.
        expired: whether the keys have expired.
        forbidden: attribute paths of operations that the key has no scope for, such as ``"projects.get"``.
        quoted: whether the id of an uploaded scene comes in quotes.
        clock: the service's time.
    """

    api_key: str = field(default="test-key", repr=False)
    developer_key: str = field(default="test-developer-key", repr=False)
    seed: int = 1
    projects: int = field(default=1, validator=validators.ge(0))
    sessions: int = field(default=250, validator=validators.ge(0))
    days: int = field(default=30, validator=validators.ge(1))
    last: int = 1_767_225_600_000
    arrivals: int = field(default=0, validator=validators.ge(0))
    most: int = field(default=100, validator=validators.ge(1))
    cap: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    longest: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    events_limit: int = field(default=8000, validator=validators.ge(0))
    expired: bool = False
    forbidden: Collection[str] = ()
    quoted: bool = False
    clock: Clock = field(default=SYSTEM, repr=False)
    _timelines: dict[int, Timeline] = field(
        init=False, repr=False, default=Factory(lambda self: self._generated(), takes_self=True)
    )
    _uploaded: dict[str, Sequence[str]] = field(init=False, repr=False, factory=dict)
    _doors: tuple[Door, Door] = field(
        init=False, repr=False, default=Factory(lambda self: self._opened(), takes_self=True)
    )

    @property
    def prefix(self) -> str:
        """The path of its base URL; that of the data host is ``/cognitive3d/data``."""
        return "/cognitive3d"

    @property
    def project_ids(self) -> tuple[int, ...]:
        """The generated projects."""
        return tuple(each for each in self._timelines if each != SAMPLE["id"])

    @property
    def uploaded(self) -> Mapping[str, Sequence[str]]:
        """The scenes that were uploaded, by id: the names of their files."""
        return self._uploaded

    def come_in(self, project_id: int, count: int = 1) -> None:
        """Let sessions come in, as headsets that were offline send them late.

        Args:
            project_id: a generated project.
            count: how many.
        """
        self._timelines[project_id].come_in(count)

    def session_ids(self, project_id: int) -> list[str]:
        """The ids of all sessions that a project has now, the oldest first."""
        timeline = self._timelines[project_id]
        return [timeline.project.record(each)["sessionId"] for each in timeline.found(Meant())]

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the prefix."""
        api, data = self._doors
        if path.startswith(f"{_DATA}/"):
            return await data.respond(request, path.removeprefix(_DATA))
        return await api.respond(request, path)

    def _generated(self) -> dict[int, Timeline]:
        first = self.last - self.days * DAY
        made = [Project(SAMPLE["id"], self.seed, 0, first, DAY, SAMPLE["name"])]
        made += [
            Project(_FIRST_ID + number, self.seed, self.sessions, first, self.days * DAY, f"Drill {number + 1}")
            for number in range(self.projects)
        ]
        return {each.id: Timeline(each) for each in made}

    def _opened(self) -> tuple[Door, Door]:
        operations = operations_of(cognitive3d)
        api: Mapping[Operation, Handler] = {
            sessions.LIST: self._sessions,
            projects.GET: lambda call: answer(self._project(call.path[0])),
            projects.OBJECTS: lambda call: answer(self._of(call).project.objects),
            projects.OBJECTIVES: lambda call: answer(self._of(call).project.objectives),
            projects.SCENES: self._scenes,
            projects.GET_SCENE: self._scene,
            projects.PROPERTY_NAMES: self._property_names,
            question_sets.LIST: self._question_sets,
            question_sets.RESPONSE_COUNTS: self._response_counts,
            question_sets.RESPONSES: self._responses,
            objectives.RESULTS: self._results,
            objectives.STEP_RESULTS: self._step_results,
            session_files.JSON_ZIP: self._zip,
        }
        data: Mapping[Operation, Handler] = {media.UPLOAD_SCENE: self._upload}

        def door(handlers: Mapping[Operation, Handler], voice: CognitiveVoice, prefix: str, *keys: str) -> Door:
            shared = Shared(
                system="cognitive3d", operations=operations, voice=voice, clock=self.clock, seed=self.seed, id_of=_uuid
            )
            return Door(shared, handlers, self._admit(keys), prefix)

        organization = self.api_key if self.api_key.startswith("orgkey-") else f"APIKEY:ORGANIZATION {self.api_key}"
        return (
            door(api, CognitiveVoice(), self.prefix, organization),
            door(data, DataVoice(), self.prefix + _DATA, organization, f"APIKEY:DEVELOPER {self.developer_key}"),
        )

    def _admit(self, keys: Sequence[str]) -> Callable[[Operation, Request, bytes], Record]:
        def admit(operation: Operation, request: Request, _: bytes) -> Record:
            if request.headers.get("authorization") not in keys:
                raise RefusedError(401, "Unauthorized")
            if self.expired:
                raise RefusedError(401, "API key expired")
            if operation.python in self.forbidden:
                raise RefusedError(403, "Forbidden")
            return {}

        return admit

    def _timeline(self, project_id: Any) -> Timeline:
        known = str(project_id)
        if not known.isdecimal() or int(known) not in self._timelines:
            raise MissingError("Project")
        return self._timelines[int(known)]

    def _of(self, call: Call) -> Timeline:
        return self._timeline(call.path[0])

    def _project(self, project_id: str) -> Record:
        project = self._timeline(project_id).project
        return {"id": project.id, "name": project.name, "scenes": project.scenes}

    def _scenes(self, call: Call) -> Response:
        return answer([{"id": each["id"], "sceneName": each["sceneName"]} for each in self._of(call).project.scenes])

    def _scene(self, call: Call) -> Response:
        (scene_id,) = call.path
        if scene_id in self._uploaded:
            return answer({"id": scene_id, "sceneName": "", "versions": []})
        scenes = (scene for each in self._timelines.values() for scene in each.project.scenes)
        found = next((each for each in scenes if each["id"] == scene_id), None)
        if found is None:
            raise MissingError("Scene")
        return answer(found)

    def _sessions(self, call: Call) -> Response:
        body = read(call.content)
        timeline = self._timeline(body.get("entityFilters", {}).get("projectId"))
        page, limit = body.get("page"), body.get("limit")
        if not isinstance(page, int) or not isinstance(limit, int) or page < 0 or limit < 1:
            raise RefusedError(400, "Invalid json")
        limit = min(limit, self.most)
        if not timeline.project.is_sample:
            timeline.come_in(self.arrivals)
        found = timeline.found(self._meant(body))
        count = len(found)
        if body.get("sort") == "asc":
            visits = found[page * limit : (page + 1) * limit]
        else:
            visits = found[max(0, count - (page + 1) * limit) : max(0, count - page * limit)][::-1]
        if self.cap is not None:
            visits = visits[: max(0, self.cap - page * limit)]
        results = [self._session(timeline.project, each, body) for each in visits]
        pages = -(-min(count, count if self.cap is None else self.cap) // limit)
        return answer({"count": count, "pages": pages, "currentPage": page, "results": results})

    def _meant(self, body: Mapping[str, Any]) -> Meant:
        wanted = meant(body)
        if self.longest is not None and (wanted.length is None or wanted.length > self.longest * 3_600_000):
            raise RefusedError(502, "Bad Gateway")
        return wanted

    def _session(self, project: Project, visit: Visit, body: Mapping[str, Any]) -> Record:
        found = project.record(visit)
        if body.get("includeEvents"):
            events = project.events(visit)
            if visit.version:
                events = [each for each in events if each["parentSceneVersionId"] == visit.version]
            found["events"] = events[: self.events_limit]
            if len(events) > self.events_limit:
                found["eventsLimited"] = True
        # a session tells of its objectives in the first of its scenes
        if body.get("includeAllObjectiveData") and visit.version in project.visited(visit.number)[:1]:
            found["objectiveResults"] = project.steps(visit)
        return found

    def _property_names(self, call: Call) -> Response:
        timeline = self._timeline(read(call.content).get("projectId"))
        types = {bool: "boolean", int: "number", float: "number", str: "string"}
        found = timeline.found(Meant())[:100]
        records = (timeline.project.record(each)["properties"] for each in found)
        named = {name: types[type(value)] for record in records for name, value in record.items()}
        return answer([{"name": name, "type": kind} for name, kind in sorted(named.items())])

    def _question_sets(self, call: Call) -> Response:
        asked_for = {value for name, value in call.request.query_params.multi_items() if name == "projectIds"}
        sets = [
            each.project.question_set
            for key, each in self._timelines.items()
            if str(key) in asked_for or (not asked_for and key == SAMPLE["id"])
        ]
        return answer({each["id"]: each for each in sets})

    def _asked_set(self, call: Call) -> Timeline:
        timeline = self._of(call)
        if call.path[1:] != (timeline.project.question_set["name"], str(timeline.project.question_set["version"])):
            raise MissingError("Question set")
        return timeline

    def _response_counts(self, call: Call) -> Response:
        timeline = self._asked_set(call)
        found = timeline.found(self._meant(read(call.content)))
        given = zip(*(timeline.project.answers(each) for each in found), strict=True)
        return answer(
            [
                [
                    {"count": count, "skipped": value is None, "value": value}
                    for value, count in sorted(Counter(each).items(), key=lambda pair: (pair[0] is None, pair[0]))
                ]
                for each in given
            ]
        )

    def _responses(self, call: Call) -> Response:
        timeline = self._asked_set(call)
        page = asked(call, _USUAL, always=True, size="limit", first=0)
        assert page is not None
        found = timeline.found(Meant())[::-1]
        project = timeline.project
        results = [
            {"sessionId": project.record(each)["sessionId"], "answers": project.answers(each)}
            for each in page.cut(found)
        ]
        pages = -(-len(found) // page.rpp)
        return answer({"count": len(found), "pages": pages, "currentPage": page.page, "results": results})

    def _steps(self, call: Call) -> tuple[Project, dict[str, list[list[Record]]]]:
        """What became of each step, by the version of its objective."""
        body = read(call.content)
        timeline = self._timeline(body.get("projectId"))
        found: dict[str, list[list[Record]]] = {}
        for visit in timeline.found(self._meant(body)):
            for version, steps in timeline.project.steps(visit).items():
                by_step = found.setdefault(version, [[] for _ in steps])
                for at, step in enumerate(steps):
                    by_step[at].append({**step, "after": step["timestamp"] - visit.at})
        return timeline.project, found

    def _results(self, call: Call) -> Response:
        project, found = self._steps(call)
        results = []
        for version, steps in found.items():
            done = sum(all(each["result"] == "succeeded" for each in one) for one in zip(*steps, strict=True))
            (objective,) = project.objectives
            results.append(
                {
                    "objectiveVersionId": int(version),
                    "objectiveId": objective["id"],
                    "succeeded": done,
                    "failed": len(steps[0]) - done,
                }
            )
        return answer(results)

    def _step_results(self, call: Call) -> Response:
        _, found = self._steps(call)
        wanted = {str(each) for each in read(call.content).get("objectiveVersionIds", [])}
        return answer({version: list(map(_summed, steps)) for version, steps in found.items() if version in wanted})

    def _zip(self, call: Call) -> Response:
        timeline = self._of(call)
        project = timeline.project
        found = (each for each in timeline.found(Meant()) if project.record(each)["sessionId"] == call.path[1])
        visit = next(found, None)
        if visit is None:
            raise MissingError("Session")
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, value in (("session", project.record(visit)), ("events", project.events(visit))):
                archive.writestr(zipfile.ZipInfo(f"{name}.json"), answer(value).body)
        return Response(file.getvalue(), media_type="application/zip")

    def _upload(self, call: Call) -> Response:
        names = [each.decode() for each in _NAME.findall(call.content)]
        if call.content_type != "multipart/form-data" or "scene.gltf" not in names:
            raise RefusedError(400, "A scene needs scene.bin and scene.gltf")
        scene_id = self._doors[1].shared.new_id()
        self._uploaded[scene_id] = names
        return PlainTextResponse(f'"{scene_id}"' if self.quoted else scene_id, 201)


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]))


def _summed(steps: Sequence[Record]) -> Record:
    done = [each for each in steps if each["result"] == "succeeded"]
    return {
        "step": steps[0]["step"],
        "succeeded": len(done),
        "failed": len(steps) - len(done),
        "averageStepCompletionTime": sum(each["after"] for each in steps) / len(steps),
        "averageStepDuration": sum(each["duration"] for each in steps) / len(steps),
    }
