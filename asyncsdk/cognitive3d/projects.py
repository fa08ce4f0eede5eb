"""Projects: their scenes, objects, objectives and properties; and single scenes."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ..codec import wire
from ..operation import Operation
from ..paging import Pager
from ..resource import Resource
from .model import CognitiveModel

_OPERATORS = {"eq": "exactly", "gte": "at least", "gt": "more than", "lte": "at most", "lt": "less than"}


@frozen(kw_only=True)
class SceneVersion(CognitiveModel):
    """A version of a scene.

    Attributes:
        id: of the version; events and scene sessions name it.
        version_number: from 1.
    """

    id: int = wire("id", always=True)
    version_number: int | None = wire("versionNumber")


@frozen(kw_only=True)
class Scene(CognitiveModel):
    """A place in a project.

    Attributes:
        id: a UUID.
        scene_name: what it is called.
        versions: those that there are; None where the service does not tell them.
    """

    id: str = wire("id", always=True)
    scene_name: str | None = wire("sceneName")
    versions: tuple[SceneVersion, ...] | None = None


@frozen(kw_only=True)
class Project(CognitiveModel):
    """A project.

    Attributes:
        id: a whole number.
        name: what it is called.
        scenes: with their versions.
    """

    id: int = wire("id", always=True)
    name: str | None = None
    scenes: tuple[Scene, ...] | None = None


@frozen(kw_only=True)
class DynamicObject(CognitiveModel):
    """A thing in a scene that moves, or is looked at or taken.

    Attributes:
        sdk_id: the id by which events name it.
        name: what it is called.
    """

    sdk_id: str = wire("sdkId", always=True)
    name: str | None = None


@frozen(kw_only=True)
class ObjectiveComponent(CognitiveModel):
    """A step of an objective. The fields that a kind of step has beside these are in `extra`.

    Attributes:
        sequence_number: of the step, from 1.
        type: e.g. ``"eventstep"``, ``"gazestep"``.
        name: what it is called.
        is_step: whether it counts as one.
        event_name: what must happen, in an ``eventstep``.
        dynamic_object_ids: what must be looked at or met.
        occurrence_operator: with `occurrence_value`, how often, e.g. ``"gte"``.
        occurrence_value: likewise.
        duration_operator: with `duration_value`, for how long.
        duration_value: likewise, in seconds.
    """

    sequence_number: int | None = wire("sequenceNumber")
    type: str | None = None
    name: str | None = None
    is_step: bool | None = wire("isStep")
    event_name: str | None = wire("eventName")
    dynamic_object_ids: tuple[str, ...] | None = wire("dynamicObjectIds")
    occurrence_operator: str | None = wire("occurrenceOperator")
    occurrence_value: float | None = wire("occurrenceValue")
    duration_operator: str | None = wire("durationOperator")
    duration_value: float | None = wire("durationValue")

    def described(self, objects: Mapping[str, str | None]) -> str | None:
        """What has to happen, e.g. ``"grab, exactly 1 times"``; None where it does not say.

        Args:
            objects: names of dynamic objects, by the SDK's id.
        """
        what = self.event_name or ", ".join(objects.get(each) or each for each in self.dynamic_object_ids or ())
        counts = (
            (self.occurrence_operator, self.occurrence_value, "times"),
            (self.duration_operator, self.duration_value, "seconds"),
        )
        said = [
            f"{_OPERATORS.get(operator, operator)} {value:g} {unit}"
            for operator, value, unit in counts
            if operator is not None and value is not None
        ]
        return ", ".join([what, *said] if what else said) or None


@frozen(kw_only=True)
class ObjectiveVersion(CognitiveModel):
    """A version of an objective: results are counted for each.

    Attributes:
        id: of the version.
        is_active: whether it is the one that sessions are held against now.
        components: its steps.
    """

    id: int = wire("id", always=True)
    is_active: bool | None = wire("isActive")
    components: tuple[ObjectiveComponent, ...] | None = wire("objectiveComponents")


@frozen(kw_only=True)
class Objective(CognitiveModel):
    """What those who play are to do.

    Attributes:
        id: a whole number.
        name: what it is called.
        enabled: whether it counts.
        versions: with their steps.
    """

    id: int = wire("id", always=True)
    name: str | None = None
    enabled: bool | None = None
    versions: tuple[ObjectiveVersion, ...] | None = wire("objectiveVersions")


@frozen(kw_only=True)
class PropertyName(CognitiveModel):
    """A property.

    Attributes:
        name: e.g. ``"c3d.metrics.fps_score"``.
        type: e.g. ``"number"``, ``"string"``, ``"boolean"``.
    """

    name: str = wire("name", always=True)
    type: str | None = None


GET = Operation("cognitive3d.projects.get", "GET", "/v0/projects/{project_id}", "object")
OBJECTS = Operation("cognitive3d.projects.objects", "GET", "/v0/projects/{project_id}/objects", "array")
OBJECTIVES = Operation("cognitive3d.projects.objectives", "GET", "/v0/projects/{project_id}/objectives", "array")
SCENES = Operation("cognitive3d.projects.scenes", "GET", "/v0/projects/{project_id}/scenes", "array")

PROPERTY_NAMES = Operation("cognitive3d.property_names", "POST", "/v0/propertyNameQueries", "any", body=dict)
GET_SCENE = Operation("cognitive3d.scenes.get", "GET", "/v0/scenes/{scene_id}", "object")


class Projects(Resource):
    """Projects, and what belongs to one."""

    async def get(self, project_id: int | str) -> Project:
        """Get a project with its scenes and their versions.

        ``GET /v0/projects/{projectId}``.

        Args:
            project_id: the project.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: the key may not see it.
        """
        return await self._get(GET, project_id, of=Project)

    def objects(self, project_id: int | str) -> Pager[DynamicObject]:
        """List the dynamic objects of a project.

        ``GET /v0/projects/{projectId}/objects``.

        Args:
            project_id: the project.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(OBJECTS, project_id, of=DynamicObject)

    def objectives(self, project_id: int | str) -> Pager[Objective]:
        """List the objectives of a project, with their versions and steps.

        ``GET /v0/projects/{projectId}/objectives``.

        Args:
            project_id: the project.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(OBJECTIVES, project_id, of=Objective)

    def scenes(self, project_id: int | str) -> Pager[Scene]:
        """List the scenes of a project.

        ``GET /v0/projects/{projectId}/scenes``. Their versions come with `get`.

        Args:
            project_id: the project.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(SCENES, project_id, of=Scene)


class Scenes(Resource):
    """Single scenes."""

    async def get(self, scene_id: str) -> Scene:
        """Get a scene by its id, whatever project it belongs to.

        ``GET /v0/scenes/{sceneId}``, without a slash at the end, which would be a 404.

        Args:
            scene_id: the scene, a UUID.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: the key may not see it.
        """
        return await self._get(GET_SCENE, scene_id, of=Scene)
