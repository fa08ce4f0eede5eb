"""Projects and their sessions, out of a seed: pure, so that any session can be had at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ..documents import documents
from ..kit.dice import mix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kit import Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEADSETS = ("Quest 2", "Quest 3", "Vive Focus 3", "Pico 4", "Index")
_EVENTS = ("grab", "drop", "look", "teleport", "alarm")
_LATE = 1 << 40  # numbers of sessions that come in while the service runs

_DOCUMENTS = documents("cognitive3d")


def _shown(path: str) -> Any:
    return _DOCUMENTS[f"cognitive3d.{path}"].example


SAMPLE: Record = _shown("projects.get")
"""The project that the document shows; its only session is the one that is printed."""

SAMPLE_SESSION: Record = _shown("sessions.list")["results"][0]
SAMPLE_OBJECTS: Sequence[Record] = _shown("projects.objects")
SAMPLE_OBJECTIVES: Sequence[Record] = _shown("projects.objectives")
SAMPLE_SET: Record = _shown("question_sets.list")["survey:1"]


def iso(at: int) -> str:
    """Milliseconds since the epoch as the service writes a time."""
    moment = (_EPOCH + timedelta(milliseconds=at)).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds' if at % 1000 else 'seconds')}Z"


@frozen
class Visit:
    """A session; or, by scene, what of it happened in one of its scenes.

    Attributes:
        at: when it began, in milliseconds since the epoch.
        number: of the session, within its project.
        version: the scene's version; 0 for the whole session.
    """

    at: int
    number: int
    version: int = 0


@frozen
class Drawn:
    """What follows from a session's number.

    Attributes:
        key: 64 bits that decide everything.
    """

    key: int

    @property
    def duration(self) -> int:
        """Milliseconds: from one to 31 minutes."""
        return 60_000 + self.key % 1_800_000

    @property
    def is_test(self) -> bool:
        """Whether it is tagged as a test: one in sixteen."""
        return not self.key >> 20 & 15

    @property
    def is_idle(self) -> bool:
        """Whether nobody did anything: one in sixteen."""
        return not self.key >> 24 & 15

    @property
    def events(self) -> int:
        """How many events it has: 0 to 7."""
        return self.key >> 28 & 7

    def bit(self, number: int) -> bool:
        """A further bit."""
        return bool(self.key >> 40 + number % 20 & 1)


@frozen
class Project:
    """A project with generated sessions; or the document's own, which has none but the printed one.

    Attributes:
        id: a whole number.
        seed: any number.
        sessions: how many it has at first.
        first: when the first one begins, in milliseconds since the epoch.
        span: milliseconds over which they are spread.
    """

    id: int
    seed: int
    sessions: int
    first: int
    span: int
    name: str = field(default="")

    @property
    def is_sample(self) -> bool:
        """Whether it is the document's."""
        return bool(self.id == SAMPLE["id"])

    @property
    def scenes(self) -> list[dict[str, Any]]:
        """Its scenes with their versions, as `Record` of the document."""
        if self.is_sample:
            return [dict(each) for each in SAMPLE["scenes"]]
        return [
            {
                "id": f"{mix(self.id + at) >> 32:08x}-b03f-424e-be87-{mix(self.id - at) >> 16:012x}",
                "sceneName": name,
                "versions": [{"id": self.id * 100 + 10 * at + number, "versionNumber": number} for number in (1, 2)],
            }
            for at, name in enumerate(("Kitchen", "Corridor", "Yard"))
        ]

    @property
    def versions(self) -> list[int]:
        """The ids of the newest versions of its scenes."""
        return [each["versions"][-1]["id"] for each in self.scenes]

    @property
    def objects(self) -> list[Record]:
        """Its dynamic objects; the last one that events name has no name here."""
        if self.is_sample:
            return [*SAMPLE_OBJECTS]
        return [{"sdkId": f"obj-{at}", "name": name} for at, name in enumerate(("Extinguisher", "Door", "Alarm"))]

    @property
    def objectives(self) -> list[Record]:
        """Its objectives: one in two versions."""
        if self.is_sample:
            return [*SAMPLE_OBJECTIVES]
        (printed,) = SAMPLE_OBJECTIVES
        (version,) = printed["objectiveVersions"]
        versions = [{**version, "id": self.id * 100 + 90 + at, "isActive": at == 1} for at in range(2)]
        return [{**printed, "id": self.id * 10, "objectiveVersions": versions}]

    @property
    def question_set(self) -> Record:
        """Its exit poll."""
        return {**SAMPLE_SET, "projectId": self.id}

    def drawn(self, number: int) -> Drawn:
        """What follows from a session's number."""
        return Drawn(mix(self.seed ^ mix(self.id << 44 ^ number)))

    def at(self, number: int) -> int:
        """When a session of the beginning begins: a later number is later, or at the same time."""
        step = max(1, self.span // max(1, self.sessions))
        return self.first + number * self.span // max(1, self.sessions) + mix(self.seed ^ number) % step

    def late(self, count: int) -> Visit:
        """A session that comes in while the service runs, and began at any time within the span."""
        number = _LATE + count
        return Visit(self.first + mix(self.seed ^ number) % self.span, number)

    def visited(self, number: int) -> list[int]:
        """The versions of scenes in which a session took place: one or two."""
        if self.is_sample:
            return self.versions
        key = self.drawn(number).key
        versions = self.versions
        return [versions[(key >> 33) % 3], versions[((key >> 33) + 1) % 3]][: 1 + (key >> 36 & 1)]

    def record(self, visit: Visit) -> dict[str, Any]:
        """A session as the service gives it."""
        if self.is_sample:
            found = dict(SAMPLE_SESSION)
        else:
            drawn = self.drawn(visit.number)
            found = {
                "sessionId": f"{visit.at // 1000}_{drawn.key >> 24:010x}{visit.number % 4096:03x}",
                "projectId": self.id,
                "participantId": f"p-{drawn.key % 97}",
                "userKey": f"uk-{drawn.key % 97}",
                "deviceId": f"d-{drawn.key % 11}",
                "user": f"d-{drawn.key % 11}",
                "date": iso(visit.at),
                "endDate": iso(visit.at + drawn.duration),
                "duration": drawn.duration,
                "hmd": _HEADSETS[drawn.key % 5],
                "tags": ["pilot"] if drawn.bit(0) else [],
                "properties": self._properties(drawn),
            }
        if visit.version:
            scene = next(each for each in self.scenes if visit.version in {v["id"] for v in each["versions"]})
            found |= {"sceneId": scene["id"], "sceneVersionId": visit.version}
        return found

    def _properties(self, drawn: Drawn) -> dict[str, Any]:
        found: dict[str, Any] = {
            "c3d.app.name": self.name,
            "c3d.device.hmd_type": _HEADSETS[drawn.key % 5],
            "c3d.metrics.fps_score": drawn.key % 1000 / 10,
            "c3d.session_tag.test": drawn.is_test,
            "c3d.session_tag.junk": drawn.is_idle,
        }
        if drawn.bit(1):
            found["c3d.app.version"] = f"1.{drawn.key % 4}"
        if drawn.bit(2):
            found["score"] = drawn.key % 100 if drawn.bit(3) else drawn.key % 100 / 8
        if drawn.bit(4):
            found["store id"] = (1 << 53) + drawn.key % 64
        return found

    def events(self, visit: Visit) -> list[dict[str, Any]]:
        """What happened in a session."""
        if self.is_sample:
            (version, _) = (each["id"] for each in self.scenes[0]["versions"])
            more: dict[str, Any] = {"parentSceneVersionId": version}
            return [
                {"name": "grab", "date": "2025-06-10T06:03:00Z", "x": 1.25, "y": 0.0, "z": -2.5, "object": "obj-7"}
                | more
                | {"properties": {"force": 0.4}},
                {"name": "look", "date": "2025-06-10T06:04:00Z", "x": 0.5, "y": 1.0, "z": 1.5, "object": None}
                | more
                | {"properties": {}},
            ]
        drawn = self.drawn(visit.number)
        versions = self.visited(visit.number)
        return [
            {
                "name": _EVENTS[key % 5],
                "date": iso(visit.at + (at + 1) * drawn.duration // 8),
                "x": key % 64 / 8,
                "y": (key >> 6) % 16 / 8,
                "z": (key >> 10) % 64 / 8,
                "object": None if key >> 16 & 3 == 0 else f"obj-{(key >> 18) % 4}",
                "parentSceneVersionId": versions[at % len(versions)],
                "properties": {"force": (key >> 20) % 10 / 10} if key >> 24 & 1 else {},
            }
            for at in range(drawn.events)
            for key in (mix(drawn.key + at),)
        ]

    def steps(self, visit: Visit) -> dict[str, list[Record]]:
        """What became of the objectives in a session, by the id of the version that counts."""
        if self.is_sample:
            return {
                "310": [
                    {"step": 1, "timestamp": 1749535380000, "duration": 9800, "result": "succeeded"},
                    {"step": 2, "timestamp": 1749535400000, "duration": 4100, "result": "failed"},
                ]
            }
        drawn = self.drawn(visit.number)
        return {
            str(self.id * 100 + 91): [
                {
                    "step": at + 1,
                    "timestamp": visit.at + (at + 1) * 20_000,
                    "duration": 2_000 + (drawn.key >> 8 * at) % 20_000,
                    "result": "succeeded" if drawn.bit(5 + at) else "failed",
                }
                for at in range(2)
            ]
        }

    def answers(self, visit: Visit) -> list[str | None]:
        """What was answered to the exit poll: a truth value, a number up to 10, a choice of two; None where it was passed over."""
        drawn = self.drawn(visit.number)
        given = str(drawn.key % 2), str(drawn.key % 11), str(drawn.key // 2 % 2)
        return [None if drawn.bit(10 + at) and drawn.bit(13) else each for at, each in enumerate(given)]
