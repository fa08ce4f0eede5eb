"""``asyncsdk blaize``: every operation of the Blaize (Zephr) Admin API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from attrs import frozen

from ..auth.zephr import Scheme  # typer evaluates the annotations
from .group import group
from .secrets import PANEL, Credentials
from .terminal.problems import UsageError
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..blaize import Blaize
    from ..testing.sandbox import Service
    from .operations.system import System
    from .way import Settings


def _understood(held: dict[str, Any]) -> Mapping[str, Any]:
    """What a login prints is credentials, too."""
    from ..blaize import AdminSession
    from ..codec import from_dict

    return {**held, "admin_session": from_dict(AdminSession, held).id} if held.get("cookie") else held


_CREDENTIALS = Credentials(
    (
        {"access_key": "BLAIZE_ACCESS_KEY", "secret_key": "BLAIZE_SECRET_KEY"},
        {"admin_session": "BLAIZE_ADMIN_SESSION"},
    ),
    forms=("a login's cookie",),
    understood=_understood,
)


@frozen(kw_only=True)
class BlaizeWay(Way["Blaize"]):
    """How to reach the Blaize Admin API."""

    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="NAME",
            help="The tenant's name, a part of the host's. By default the environment variable BLAIZE_TENANT.",
            rich_help_panel=PANEL,
        ),
    ] = None
    credentials_file: Annotated[
        str | None,
        _CREDENTIALS.annotation(
            "`access_key` and `secret_key`, as `admin keypairs create --json` prints them, or an administrator's "
            "`admin_session`, or the `cookie` that `admin login --json` prints"
        ),
    ] = None
    scheme: Annotated[
        Scheme,
        typer.Option("--scheme", help="How a key pair signs: blaize is the legacy scheme.", rich_help_panel=PANEL),
    ] = "zephr"

    def secrets(self) -> Mapping[str, str]:
        """A key pair or a session."""
        return _CREDENTIALS.read(self.credentials_file)

    def client(self, secrets: Mapping[str, str], settings: Settings) -> Blaize:
        """A client."""
        from ..blaize import Blaize

        tenant = self.tenant or os.environ.get("BLAIZE_TENANT")
        if not tenant and "base_url" not in settings:
            raise UsageError(
                "there is no tenant: set the environment variable BLAIZE_TENANT or give --tenant NAME; --sandbox needs none"
            )
        return Blaize(
            tenant,
            access_key=secrets.get("access_key"),
            secret_key=secrets.get("secret_key"),
            admin_session=secrets.get("admin_session"),
            scheme=self.scheme,
            **settings,
        )

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service, with the document's examples."""
        from ..testing import BlaizeService

        service = BlaizeService()
        return service, {"access_key": service.access_key, "secret_key": service.secret_key}


def system() -> System:
    """What the commands are made of."""
    from .. import blaize
    from .operations.system import System, operations_of

    client = blaize.Blaize("unused", access_key="unused", secret_key="unused")  # noqa: S106  # never connected
    return System("blaize", operations_of(blaize), client, BlaizeWay)


app = group(
    system,
    help="""Blaize (Zephr) Admin API: users, accounts, grants, rules, products and all else.

    Each command is one operation: its path parameters are typed by their place, its filters as options, and its body comes with
    `--data '{...}'`, `--data @FILE` or `--data -` (stdin).

    **Examples**:

        asyncsdk blaize users list --sandbox

        asyncsdk blaize users create --tenant demo --data @user.json --json | jq -r .id

        asyncsdk blaize users export --attributes | head
    """,
)
