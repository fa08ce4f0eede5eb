"""``asyncsdk cognitive3d``: every operation of the Cognitive3D analytics API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve, frozen

from .group import group
from .secrets import PANEL, Credentials
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cognitive3d import Cognitive3D
    from ..testing.sandbox import Service
    from .operations.system import System
    from .way import Settings

_CREDENTIALS = Credentials(({"api_key": "C3D_API_KEY"},), more={"developer_key": "C3D_DEVELOPER_KEY"})


@frozen(kw_only=True)
class CognitiveWay(Way["Cognitive3D"]):
    """How to reach the two hosts of Cognitive3D."""

    credentials_file: Annotated[
        str | None,
        _CREDENTIALS.annotation("an organization's `api_key`, and for uploads a `developer_key` (C3D_DEVELOPER_KEY)"),
    ] = None
    data_url: Annotated[
        str | None,
        typer.Option("--data-url", metavar="URL", help="Where the host of uploads is.", rich_help_panel=PANEL),
    ] = None

    def secrets(self) -> Mapping[str, str]:
        """The keys."""
        return _CREDENTIALS.read(self.credentials_file)

    def client(self, secrets: Mapping[str, str], settings: Settings) -> Cognitive3D:
        """A client; in the sandbox the host of uploads is there, too."""
        from ..cognitive3d import Cognitive3D

        data_url = f"{settings.get('base_url')}/data" if self.sandbox else self.data_url
        return Cognitive3D(
            secrets["api_key"], developer_key=secrets.get("developer_key"), data_url=data_url, **settings
        )

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service, with the document's project 4460 and the generated 5001."""
        from ..testing import CognitiveService

        service = CognitiveService()
        return service, {"api_key": service.api_key, "developer_key": service.developer_key}


def system() -> System:
    """What the commands are made of."""
    from .. import cognitive3d
    from ..cognitive3d import objectives, question_sets, sessions
    from .operations.system import System, operations_of

    lists = {
        "sessions.events": sessions.LIST,
        "sessions.objectives": sessions.LIST,
        "objectives.by_version": objectives.RESULTS,
        "objectives.by_step": objectives.STEP_RESULTS,
        "question_sets.answers": question_sets.RESPONSE_COUNTS,
    }
    more = {
        f"cognitive3d.{path}": evolve(operation, id=f"cognitive3d.{path}", kind="results", body=None)
        for path, operation in lists.items()
    }
    client = cognitive3d.Cognitive3D("unused")
    return System("cognitive3d", operations_of(cognitive3d), client, CognitiveWay, more)


app = group(
    system,
    help="""Cognitive3D: sessions in virtual reality, objectives, exit polls.

    Each command is one operation: its path parameters are typed by their place, its filters as options, and its query comes with
    `--data '{...}'`, `--data @FILE` or `--data -` (stdin).

    **Examples**:

        asyncsdk cognitive3d sessions list 5001 --sandbox

        asyncsdk cognitive3d sessions list 4460 --start 2026-11-01 --output ndjson | jq .duration

        asyncsdk cognitive3d sessions events 4460 --start yesterday --limit 100 --output ndjson

        asyncsdk cognitive3d session-files json-zip 4460 SESSION_ID > session.zip
    """,
)
