"""What ids stand for: names of dynamic objects, of scenes and their versions, of objectives; asked for once and kept for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import anyio
from attrs import frozen

from ..errors import NotFoundError
from .projects import Objective, ObjectiveVersion, Project, Projects, Scene, SceneVersion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..client import Client

T = TypeVar("T")

KEPT = 600.0
"""Seconds: for so long a name that was changed meanwhile may still be the old one."""


@frozen
class Place:
    """A version of a scene.

    Attributes:
        scene_id: of the scene.
        scene_name: what it is called.
        version: the number of the version, from 1.
    """

    scene_id: str | None = None
    scene_name: str | None = None
    version: int | None = None


Meant = tuple[Objective, ObjectiveVersion, int]
"""An objective, a version of it, and the number of that, from 1."""


class Names:
    """The names of one client's projects. A project of which the service knows nothing has none.

    Args:
        client: who asks.
    """

    def __init__(self, client: Client) -> None:
        self._projects = Projects(client)
        self._clock = client.clock
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._locks: dict[tuple[str, str], anyio.Lock] = {}

    async def objects(self, project_id: int | str) -> Mapping[str, str | None]:
        """The names of a project's dynamic objects, by the SDK's id."""

        async def ask() -> Mapping[str, str | None]:
            found = await self._projects.objects(project_id).to_list()
            return {key: each.name for each in found if (key := getattr(each, "sdk_id", None))}

        return await self._once("objects", project_id, ask, {})

    async def places(self, project_id: int | str) -> Mapping[str, Place]:
        """What the ids of scenes and of their versions stand for, each as text."""

        async def ask() -> Mapping[str, Place]:
            return places_of(await self._projects.get(project_id))

        return await self._once("places", project_id, ask, {})

    async def objectives(self, project_id: int | str) -> Mapping[str, Meant]:
        """A project's objectives, by the ids of their versions as text."""

        async def ask() -> Mapping[str, Meant]:
            return versions_of(await self._projects.objectives(project_id).to_list())

        return await self._once("objectives", project_id, ask, {})

    async def _once(self, what: str, project_id: int | str, ask: Callable[[], Awaitable[T]], nothing: T) -> T:
        """What was asked for lately, or else is asked for now; by one of those who wait for it."""
        key = what, str(project_id)
        async with self._locks.setdefault(key, anyio.Lock()):
            since, kept = self._kept.get(key, (None, nothing))
            now = self._clock.monotonic()
            if since is None or now - since > KEPT:
                try:
                    kept = await ask()
                except NotFoundError:
                    kept = nothing
                self._kept[key] = now, kept
            return kept


_NAMES: WeakKeyDictionary[Client, Names] = WeakKeyDictionary()


def names_of(client: Client) -> Names:
    """The names that a client knows; all that it has share them."""
    found = _NAMES.get(client)
    if found is None:
        found = _NAMES[client] = Names(client)
    return found


def places_of(project: Project) -> Mapping[str, Place]:
    """What the ids of a project's scenes and of their versions stand for."""
    found: dict[str, Place] = {}
    for scene in project.scenes or ():
        scene_id = _id(scene)
        found[str(scene_id)] = Place(scene_id, scene.scene_name)
        for version in scene.versions or ():
            found[str(_id(version))] = Place(scene_id, scene.scene_name, version.version_number)
    return found


def versions_of(objectives: list[Objective]) -> Mapping[str, Meant]:
    """Objectives by the ids of their versions, which are numbered from 1 in the order of their ids."""
    found: dict[str, Meant] = {}
    for objective in objectives:
        versions = sorted(objective.versions or (), key=lambda each: (_id(each) is None, _id(each)))
        for number, version in enumerate(versions, 1):
            found[str(_id(version))] = objective, version, number
    return found


def _id(thing: Scene | SceneVersion | ObjectiveVersion) -> Any:
    """None where the service left it out."""
    return getattr(thing, "id", None)
