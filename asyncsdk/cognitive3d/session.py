"""A session, and what it may bring with it: its events, and what became of the objectives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import wire
from .model import CognitiveModel

MOST_EVENTS = 8000
"""Events that the service gives of a session at most."""


@frozen(kw_only=True)
class Event(CognitiveModel):
    """Something that happened in a session.

    Attributes:
        name: what it was, e.g. ``"grab"``.
        date: when.
        x, y, z: where, in metres.
        object: the SDK's id of the dynamic object that took part; None for none.
        parent_scene_version_id: of the scene's version that it happened in.
        properties: whatever the application told of it.
    """

    name: str | None = None
    date: datetime = wire("date", always=True)
    x: float | None = None
    y: float | None = None
    z: float | None = None
    object: str | None = None
    parent_scene_version_id: int | None = wire("parentSceneVersionId")
    properties: Mapping[str, Any] | None = None


@frozen(kw_only=True)
class StepOutcome(CognitiveModel):
    """What became of one step of an objective in a session.

    Attributes:
        step: its number, from 1.
        timestamp: when it was decided, in milliseconds since the epoch.
        duration: how long it took, in milliseconds.
        result: e.g. ``"succeeded"``, ``"failed"``.
    """

    step: int | None = None
    timestamp: int | None = None
    duration: int | None = None
    result: str | None = None


@frozen(kw_only=True)
class Session(CognitiveModel):
    """One run of the application on one device; or what of it happened in one scene.

    Attributes:
        session_id: of the session.
        project_id: whose it is.
        participant_id: who took part, as the application says.
        user_key: likewise, as the service says.
        device_id: of the device.
        user: who is shown for it, such as the device.
        date: when it began.
        end_date: when it ended.
        duration: how long it was, in milliseconds.
        hmd: the headset.
        tags: what people have called it.
        properties: whatever the SDK and the application told of it, by names such as ``"c3d.metrics.fps_score"``.
        scene_id: the scene, in a session by scene.
        scene_name: what that is called, where the service says it.
        scene_version_id: the scene's version.
        events: what happened, where it was asked for.
        events_limited: whether the service left some events out, as it says.
        objective_results: what became of the objectives, by the id of an objective's version, where it was asked for.
    """

    session_id: str = wire("sessionId", secret=False, always=True)
    project_id: int = wire("projectId", always=True)
    participant_id: str | None = wire("participantId")
    user_key: str | None = wire("userKey", secret=False)
    device_id: str | None = wire("deviceId")
    user: str | None = None
    date: datetime = wire("date", always=True)
    end_date: datetime | None = wire("endDate")
    duration: int = wire("duration", always=True)
    hmd: str | None = None
    tags: tuple[str, ...] | None = None
    properties: Mapping[str, Any] | None = None
    scene_id: str | None = wire("sceneId")
    scene_name: str | None = wire("sceneName")
    scene_version_id: int | None = wire("sceneVersionId")
    events: tuple[Event, ...] | None = None
    events_limited: bool | None = wire("eventsLimited")
    objective_results: Mapping[str, tuple[StepOutcome, ...]] | None = wire("objectiveResults")

    @property
    def events_truncated(self) -> bool:
        """Whether there may have been more events than it brings: the service says so, or it has as many as are given at most."""
        return bool(self.events_limited) or len(self.events or ()) >= MOST_EVENTS


@frozen(kw_only=True)
class SessionEvent(CognitiveModel):
    """An event with its session's context, and with the names of what its ids stand for.

    Attributes:
        session_id, project_id, participant_id, user_key, device_id, hmd: as in `Session`.
        date: when the session began: by that an event belongs to a range of time.
        duration: of the session, in milliseconds.
        name: what happened.
        event_date: when.
        x, y, z: where, in metres.
        object: the SDK's id of the dynamic object that took part.
        object_name: what that is called; None where nobody has named it.
        parent_scene_version_id: of the scene's version.
        scene_id: the scene.
        scene_name: what it is called.
        scene_version: the number of its version, from 1.
        properties: of the event.
        session_properties: of the session.
        events_truncated: whether the session may have had more events than the service gives.
    """

    session_id: str = wire("sessionId", secret=False, always=True)
    project_id: int = wire("projectId", always=True)
    participant_id: str | None = wire("participantId")
    user_key: str | None = wire("userKey", secret=False)
    device_id: str | None = wire("deviceId")
    date: datetime = wire("date", always=True)
    duration: int | None = None
    hmd: str | None = None
    name: str | None = None
    event_date: datetime | None = wire("eventDate")
    x: float | None = None
    y: float | None = None
    z: float | None = None
    object: str | None = None
    object_name: str | None = wire("objectName")
    parent_scene_version_id: int | None = wire("parentSceneVersionId")
    scene_id: str | None = wire("sceneId")
    scene_name: str | None = wire("sceneName")
    scene_version: int | None = wire("sceneVersion")
    properties: Mapping[str, Any] | None = None
    session_properties: Mapping[str, Any] | None = wire("sessionProperties")
    events_truncated: bool | None = wire("eventsTruncated")


@frozen(kw_only=True)
class SessionObjective(CognitiveModel):
    """What became of one step of an objective in one session.

    Attributes:
        session_id, project_id, participant_id: as in `Session`.
        date: when the session began.
        scene_id, scene_name, scene_version_id: the scene, in which the step was taken.
        objective_id: the objective.
        objective_name: what it is called.
        objective_version_id: its version.
        step_number: from 1.
        step_name: what the step is called.
        step_description: what has to happen in it.
        step_result: e.g. ``"succeeded"``, ``"failed"``.
        step_date: when it was decided, in milliseconds since the epoch.
        step_duration: how long it took, in milliseconds.
    """

    session_id: str = wire("sessionId", secret=False, always=True)
    project_id: int = wire("projectId", always=True)
    participant_id: str | None = wire("participantId")
    date: datetime = wire("date", always=True)
    scene_id: str | None = wire("sceneId")
    scene_name: str | None = wire("sceneName")
    scene_version_id: int | None = wire("sceneVersionId")
    objective_id: int | None = wire("objectiveId")
    objective_name: str | None = wire("objectiveName")
    objective_version_id: int | None = wire("objectiveVersionId")
    step_number: int | None = wire("stepNumber")
    step_name: str | None = wire("stepName")
    step_description: str | None = wire("stepDescription")
    step_result: str | None = wire("stepResult")
    step_date: int | None = wire("stepDate")
    step_duration: int | None = wire("stepDuration")
