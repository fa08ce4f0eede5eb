"""The client of Cognitive3D: sessions, events, objectives and exit polls of applications in virtual reality."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any, Self, Unpack

from ..auth.keys import HeaderSigner, developer_key as developer_signer, organization_key
from ..body import body_bytes
from ..chain.streamed import Streamed
from ..client import Client, Where
from ..codec import as_list
from ..datasets.tail.client import Tails
from ..errors import APIError
from ..group import Group
from ..operation import Operation
from ..options import ClientOptions, CopyOptions, base_url, credential
from .datasets import CognitiveDataSets
from .media import Media
from .objectives import Objectives
from .problems import explained
from .projects import PROPERTY_NAMES, Projects, PropertyName, Scenes
from .question_sets import QuestionSets
from .session_files import SessionFiles
from .sessions import Sessions

BASE_URL = "https://api.cognitive3d.com"
DATA_URL = "https://data.cognitive3d.com"


class CognitiveChanges(CopyOptions, total=False):
    """What a copy of `Cognitive3D` may change."""

    api_key: str | None
    data_url: str | None
    developer_key: str | None


class Cognitive3D(Client, Tails):
    """A client of the Cognitive3D analytics API.

    ::

        async with Cognitive3D() as c3d:
            async for session in c3d.sessions.list(4460, start=date(2026, 11, 1)):
                print(session.date, session.duration)

    There are two hosts, for analytics and for uploads, and a key goes to these two and to nobody else. All calls raise `SDKError` and
    what derives from it: `AuthenticationError` where a key is unknown or has expired, `PermissionDeniedError` where it lacks a scope.

    Args:
        api_key: an organization's key. One that begins ``orgkey-``, as those made since May 2025 do, is sent as it is, and so is one
            that brings its ``APIKEY:``; any other as ``APIKEY:ORGANIZATION {key}``. Default: the environment variable ``C3D_API_KEY``.
        data_url: the host of uploads. Default: ``C3D_DATA_URL``, else ``https://data.cognitive3d.com``.
        developer_key: for that host, sent as ``APIKEY:DEVELOPER {key}``. Default: ``C3D_DEVELOPER_KEY``; without one the `api_key` goes
            there too.
        options: what every client takes: `ClientOptions`. ``base_url`` may come from ``C3D_BASE_URL``.

    Attributes:
        media: scenes to upload.
        objectives: how often objectives were met.
        projects: projects, and their scenes, objects and objectives.
        question_sets: exit polls.
        scenes: single scenes.
        session_files: raw data of sessions.
        sessions: sessions, their events (``sessions.events``) and what became of objectives in them (``sessions.objectives``).

    Raises:
        ConfigurationError: no key, or an argument that cannot work.
    """

    system = "cognitive3d"

    media = Group(Media)
    objectives = Group(Objectives)
    projects = Group(Projects)
    question_sets = Group(QuestionSets)
    scenes = Group(Scenes)
    session_files = Group(SessionFiles)
    sessions = Group(Sessions)

    def __init__(
        self,
        api_key: str | None = None,
        *,
        data_url: str | None = None,
        developer_key: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        if developer_key is None:
            developer_key = os.environ.get("C3D_DEVELOPER_KEY") or None
        if developer_key is not None:
            developer_key = credential(developer_key, "developer_key", "C3D_DEVELOPER_KEY")
        found = credential(api_key, "api_key", "C3D_API_KEY")
        self._set_up({"api_key": found, "data_url": data_url, "developer_key": developer_key}, options)

    def _where(self) -> Mapping[str, Where]:
        given = self._arguments
        api = organization_key(credential(given["api_key"], "api_key", "C3D_API_KEY"))
        data: HeaderSigner = api
        if given["developer_key"] is not None:
            data = developer_signer(credential(given["developer_key"], "developer_key", "C3D_DEVELOPER_KEY"))
        return {
            "": (base_url(given["base_url"], "C3D_BASE_URL", BASE_URL), lambda _: api),
            "data": (base_url(given["data_url"], "C3D_DATA_URL", DATA_URL), lambda _: data),
        }

    def with_options(self, **changes: Unpack[CognitiveChanges]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: ``api_key``, ``data_url``, ``developer_key``, and any of `CopyOptions`.

        Raises:
            TypeError: an argument that there is not, or that a copy cannot change.
            ConfigurationError: a value that cannot work.
        """
        return self._with(changes)

    @cached_property
    def datasets(self) -> CognitiveDataSets:
        """What can be pulled by many projects and long ranges of time."""
        return CognitiveDataSets(self)

    async def property_names(self, query: Mapping[str, Any]) -> Sequence[PropertyName]:
        """List the properties that there are, with their types.

        ``POST /v0/propertyNameQueries``, which changes nothing and may be repeated.

        Args:
            query: as the service has it: ``{"projectId": 4460}``.

        Raises:
            TypeError: no object; nothing was sent.
            BadRequestError: the service does not understand it.
        """
        found: Sequence[PropertyName] = await self.call(
            PROPERTY_NAMES, into=as_list(PropertyName), body=body_bytes(PROPERTY_NAMES, query)
        )
        return found

    async def call(self, operation: Operation, *path: object, **more: Any) -> Any:
        """As `Client.call`; a refused key is explained."""
        try:
            return await super().call(operation, *path, **more)
        except APIError as error:
            explained(error, operation)
            raise

    @asynccontextmanager
    async def stream(self, operation: Operation, *path: object, **more: Any) -> AsyncIterator[Streamed]:
        """As `Client.stream`; a refused key is explained."""
        try:
            async with super().stream(operation, *path, **more) as streamed:
                yield streamed
        except APIError as error:
            explained(error, operation)
            raise
