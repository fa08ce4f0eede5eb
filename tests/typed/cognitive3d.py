"""Cognitive3D as a typed caller uses it: checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import assert_type

from asyncsdk import Cognitive3D, Pager
from asyncsdk.cognitive3d import ObjectiveOutcome, Project, PropertyName, Session, SessionEvent
from asyncsdk.datasets import Pull


async def calls(c3d: Cognitive3D) -> None:
    assert_type(await c3d.projects.get(4460), Project)
    sessions = c3d.sessions.list(4460, start=date(2026, 11, 1), min_duration=timedelta(minutes=1))
    assert_type(sessions, Pager[Session])
    assert_type(c3d.sessions.events(4460, end=date(2026, 11, 1), exclude_test=True, strict=True), Pager[SessionEvent])
    assert_type(c3d.objectives.by_version("4460", start=1_764_547_200_000), Pager[ObjectiveOutcome])
    assert_type(c3d.datasets.events, Pull[SessionEvent])
    for name in await c3d.property_names({"projectId": 4460}):
        assert_type(name, PropertyName)
    async with c3d.session_files.json_zip(4460, "a") as file:
        assert_type(await file.save("a.zip"), int)
        async for piece in file:
            assert_type(piece, bytes)
    assert_type(await c3d.media.upload_scene({"scene.bin": b"", "scene.gltf": "scene.gltf"}), str)
