"""What a query for sessions means: read from its body, or refused as the service does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import frozen

from ..kit import RefusedError
from .project import Visit

if TYPE_CHECKING:
    from .project import Project

_TAGS = {"c3d.session_tag.test": "test", "c3d.session_tag.junk": "idle"}


@frozen
class Meant:
    """Which sessions are meant; one that can be remembered.

    Attributes:
        start, end: milliseconds since the epoch, both of which belong to the range; None without one.
        without: ``"test"`` and ``"idle"``, as far as those are left out.
        shortest: milliseconds.
        by_scene: whether there is one for each scene of a session.
        scene: only this one.
        version: only this version of a scene.
    """

    start: int | None = None
    end: int | None = None
    without: frozenset[str] = frozenset()
    shortest: int = 0
    by_scene: bool = False
    scene: str | None = None
    version: str | None = None

    @property
    def length(self) -> int | None:
        """Milliseconds from the start to the end; None without a range."""
        return None if self.start is None or self.end is None else self.end - self.start

    def visits(self, project: Project, visit: Visit) -> list[Visit]:
        """What of one session is meant: nothing, itself, or itself in some scenes."""
        if self.start is not None and self.end is not None and not self.start <= visit.at <= self.end:
            return []
        if not project.is_sample:
            drawn = project.drawn(visit.number)
            left_out = (drawn.is_test and "test" in self.without) or (drawn.is_idle and "idle" in self.without)
            if left_out or drawn.duration < self.shortest:
                return []
        if not self.by_scene:
            return [visit]
        scenes = {each["id"]: {str(v["id"]) for v in each["versions"]} for each in project.scenes}
        found = [each for each in project.visited(visit.number) if self.version in (None, str(each))]
        if self.scene is not None:
            found = [each for each in found if str(each) in scenes.get(self.scene, ())]
        return [Visit(visit.at, visit.number, each) for each in found]


def read(content: bytes) -> Mapping[str, Any]:
    """The body of a query.

    Raises:
        RefusedError: 400: no JSON object.
    """
    try:
        body = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, Mapping):
        raise RefusedError(400, "Invalid json")
    return body


def meant(body: Mapping[str, Any]) -> Meant:
    """Which sessions a query means.

    Raises:
        RefusedError: 400: a filter that the service does not know; 502: a range of time with one end.
    """
    ends: dict[str, int] = {}
    without = set()
    shortest = 0
    for each in _leaves(body.get("sessionFilters", [])):
        name, op, value = _filter(each)
        if name == "date" and op in ("gte", "lte") and isinstance(value, int):
            ends[op] = value
        elif name == "duration" and op == "gte" and isinstance(value, int):
            shortest = value
        elif name in _TAGS and op == "eq" and value is False:
            without.add(_TAGS[name])
        else:
            raise RefusedError(400, "Unknown filter")
    if len(ends) == 1:
        raise RefusedError(502, "Bad Gateway")
    entity = body.get("entityFilters", {})
    version = entity.get("versionId")
    return Meant(
        ends.get("gte"),
        ends.get("lte"),
        frozenset(without),
        shortest,
        by_scene=body.get("sessionType") == "scene",
        scene=entity.get("sceneId"),
        version=None if version is None else str(version),
    )


def _leaves(filters: Any) -> list[Any]:
    if not isinstance(filters, list):
        raise RefusedError(400, "Invalid json")
    found = []
    for each in filters:
        nested = isinstance(each, Mapping) and each.get("op") == "and" and "children" in each
        found += _leaves(each["children"]) if nested else [each]
    return found


def _filter(each: Any) -> tuple[str, str, Any]:
    if not isinstance(each, Mapping) or not isinstance(each.get("field"), Mapping):
        raise RefusedError(400, "Invalid json")
    field = each["field"]
    return field.get("path") or field.get("fieldName") or "", each.get("op", ""), each.get("value")
