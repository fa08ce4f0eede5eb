"""``asyncsdk livepeer``: every operation of the Livepeer API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from attrs import frozen

from .group import group
from .secrets import PANEL, Credentials
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..livepeer import Livepeer
    from ..testing.sandbox import Service
    from .operations.system import System
    from .way import Settings


def _understood(held: dict[str, Any]) -> Mapping[str, Any]:
    """What a login prints is credentials, too."""
    return {**held, "jwt": held["token"]} if held.get("token") else held


_CREDENTIALS = Credentials(
    ({"api_key": "LIVEPEER_API_KEY"}, {"jwt": "LIVEPEER_JWT"}), forms=("a login's token",), understood=_understood
)


@frozen(kw_only=True)
class LivepeerWay(Way["Livepeer"]):
    """How to reach Livepeer."""

    credentials_file: Annotated[
        str | None,
        _CREDENTIALS.annotation(
            "`api_key`, an API token, or `jwt`, the token of a session, or the `token` that `users login --json` prints"
        ),
    ] = None
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help="Send no credentials: for logging in, signing up and other calls that need none.",
            rich_help_panel=PANEL,
        ),
    ] = False

    def secrets(self) -> Mapping[str, str]:
        """A key or the token of a session."""
        return {} if self.anonymous else _CREDENTIALS.read(self.credentials_file)

    def client(self, secrets: Mapping[str, str], settings: Settings) -> Livepeer:
        """A client."""
        from ..livepeer import Livepeer

        if self.anonymous:
            return Livepeer.anonymous(**settings)
        return Livepeer(secrets.get("api_key"), jwt=secrets.get("jwt"), **settings)

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service, with the document's examples, and a session of its administrator, who may do everything."""
        from ..testing import LivepeerService

        service = LivepeerService()
        return service, {"jwt": service.jwt(service.tables.tokens[service.admin_key]["userId"])}


def system() -> System:
    """What the commands are made of."""
    from .. import livepeer
    from .operations.system import System, operations_of

    return System("livepeer", operations_of(livepeer), livepeer.Livepeer("unused"), LivepeerWay)


app = group(
    system,
    help="""Livepeer: streams, sessions, where recordings and streams go, webhooks, users.

    Each command is one operation: its path parameters are typed by their place, its filters as options, and its body comes with
    `--data '{...}'`, `--data @FILE` or `--data -` (stdin).

    **Examples**:

        asyncsdk livepeer streams list --sandbox

        asyncsdk livepeer streams create --name concert --json | jq -r .id

        asyncsdk livepeer users login --anonymous --data @login.json --json > session.json
    """,
)
