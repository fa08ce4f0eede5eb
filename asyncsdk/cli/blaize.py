"""``asyncsdk blaize``: every operation of the Blaize (Zephr) Admin API."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import frozen

from ..auth.zephr import Scheme
from ..chain.retry import RetryPolicy
from ..errors import ConfigurationError
from .access import (
    MAX_ATTEMPTS,
    PANEL,
    BaseURLOption,
    MaxAttemptsOption,
    TimeoutOption,
    check_way,
    limits,
    refuse_beside_sandbox,
    secret_text,
)
from .operations.lazy import LazyGroup
from .terminal.problems import UsageError, keep_secret, usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from typer._click import Command

    from ..blaize import Blaize
    from .operations.system import System

_FILE = "--credentials-file"
_PAIR = {"access_key": "BLAIZE_ACCESS_KEY", "secret_key": "BLAIZE_SECRET_KEY"}
_SESSION = {"admin_session": "BLAIZE_ADMIN_SESSION"}

# Only answers hold them (an id is in the path, a count or time is the service's own); the grant type is filled in.
_LEFT_OUT = frozenset(
    {
        "claimed", "created", "cross_device_session", "grantId", "grant_type", "id", "last_updated", "role_id", "user_id", "version",
        "webhook_id",
    }
)  # fmt: skip

TenantOption = Annotated[
    str | None,
    typer.Option(
        "--tenant",
        metavar="NAME",
        help="The tenant's name, a part of the host's. By default the environment variable BLAIZE_TENANT.",
        rich_help_panel=PANEL,
    ),
]
CredentialsFileOption = Annotated[
    str | None,
    typer.Option(
        _FILE,
        metavar="FILE",
        help="Read the credentials from a JSON file, or from stdin with `-`: `access_key` and `secret_key`, as `admin keypairs "
        "create --json` prints them, or an administrator's `admin_session`, or the `cookie` that `admin login --json` prints. By "
        "default they are the environment variables BLAIZE_ACCESS_KEY and BLAIZE_SECRET_KEY, else BLAIZE_ADMIN_SESSION.",
        rich_help_panel=PANEL,
    ),
]
SchemeOption = Annotated[
    Scheme,
    typer.Option("--scheme", help="How a key pair signs: blaize is the legacy scheme.", rich_help_panel=PANEL),
]
SandboxOption = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Start the embedded sandbox for this one run and talk to it: the document's examples, no account, no key. What is "
        "changed is forgotten at the end.",
        rich_help_panel=PANEL,
    ),
]


@frozen
class BlaizeAccess:
    """How to reach the Blaize Admin API, checked before anything is sent.

    Args:
        tenant: its name; None for the environment variable ``BLAIZE_TENANT``.
        credentials_file: where the credentials are; None for the environment.
        scheme: how a key pair signs.
        base_url: where the service is; None for the tenant's own host.
        sandbox: whether to start the embedded sandbox instead.
        timeout: seconds; None for the default limits.
        max_attempts: the first try included.

    Raises:
        UsageError: options that exclude each other, or a value that cannot work.
    """

    tenant: TenantOption = None
    credentials_file: CredentialsFileOption = None
    scheme: SchemeOption = "zephr"
    base_url: BaseURLOption = None
    sandbox: SandboxOption = False
    timeout: TimeoutOption = None
    max_attempts: MaxAttemptsOption = MAX_ATTEMPTS

    def __attrs_post_init__(self) -> None:
        if self.sandbox:
            refuse_beside_sandbox({"--base-url": self.base_url, "--tenant": self.tenant, _FILE: self.credentials_file})
        check_way(self.base_url, self.timeout)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Blaize]:
        """A client, and the sandbox behind it if that was asked for.

        Raises:
            UsageError: there is no tenant, or there are no credentials.
            ConfigurationError: the sandbox cannot be started.
        """
        if self.sandbox:
            from .. import testing

            service = testing.BlaizeService()
            pair = {"access_key": service.access_key, "secret_key": service.secret_key}
            async with (
                testing.serve(testing.Sandbox(service)) as url,
                self._client(service.tenant, pair, url) as client,
            ):
                yield client
        else:
            tenant = self.tenant or os.environ.get("BLAIZE_TENANT")
            if not tenant and self.base_url is None:
                raise UsageError(
                    "there is no tenant: set the environment variable BLAIZE_TENANT or give --tenant NAME; "
                    "--sandbox needs none"
                )
            async with self._client(tenant, self._credentials(), self.base_url) as client:
                yield client

    def _client(self, tenant: str | None, credentials: Mapping[str, str], base_url: str | None) -> Blaize:
        from ..blaize import Blaize

        try:
            return Blaize(
                tenant,
                access_key=credentials.get("access_key"),
                secret_key=credentials.get("secret_key"),
                admin_session=credentials.get("admin_session"),
                scheme=self.scheme,
                base_url=base_url,
                timeout=limits(self.timeout),
                retry=RetryPolicy(max_attempts=self.max_attempts),
            )
        except ConfigurationError as error:
            raise UsageError(error.message.replace("base_url=...", "--base-url")) from None

    def _credentials(self) -> Mapping[str, str]:
        found = _from_environment() if self.credentials_file is None else _from_file(self.credentials_file)
        for value in found.values():
            keep_secret(value)
        return found


def _from_environment() -> dict[str, str]:
    for names in (_PAIR, _SESSION):
        found = {name: value for name, variable in names.items() if (value := os.environ.get(variable))}
        if missing := [variable for name, variable in names.items() if found and name not in found]:
            raise UsageError(f"half of the key pair is missing: set the environment variable {missing[0]}, too")
        if found:
            return found
    raise UsageError(
        "there are no credentials: set the environment variables BLAIZE_ACCESS_KEY and BLAIZE_SECRET_KEY, or "
        f"BLAIZE_ADMIN_SESSION, or give {_FILE} FILE; --sandbox needs none"
    )


def _from_file(name: str) -> dict[str, str]:
    from ..blaize import AdminSession
    from ..codec import from_dict
    from .operations.reading import parsed

    held = parsed(secret_text(_FILE, name), _FILE)
    if isinstance(held, dict):
        if held.get("cookie"):
            held["admin_session"] = from_dict(AdminSession, held).id
        for names in (_PAIR, _SESSION):
            found = {each: held[each] for each in names if isinstance(held.get(each), str) and held[each]}
            if len(found) == len(names):
                return found
    raise usage(
        _FILE,
        "it must hold a JSON object with access_key and secret_key, or with admin_session, or with a login's cookie",
    )


class BlaizeGroup(LazyGroup):
    """The group, whose commands are made of the client's operations."""

    def load(self) -> Mapping[str, Command]:
        """Make the commands."""
        from .operations.commands import commands

        return commands(system())


def system() -> System:
    """What the commands are made of."""
    from importlib import import_module
    from pkgutil import iter_modules

    from .. import blaize
    from ..operation import declared
    from .operations.system import System

    modules = [import_module(f"{blaize.__name__}.{each.name}") for each in iter_modules(blaize.__path__)]
    return System(
        name="blaize",
        operations=declared(modules),
        client=blaize.Blaize("unused", access_key="unused", secret_key="unused"),  # noqa: S106  # never connected
        access=BlaizeAccess,
        left_out=_LEFT_OUT,
    )


app = typer.Typer(
    cls=BlaizeGroup,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""Blaize (Zephr) Admin API: users, accounts, grants, rules, products and all else.

    Each command is one operation: its path parameters are typed by their place, its filters as options, and its body comes with
    `--data '{...}'`, `--data @FILE` or `--data -` (stdin).

    **Examples**:

        asyncsdk blaize users list --sandbox

        asyncsdk blaize users create --tenant demo --data @user.json --json | jq -r .id

        asyncsdk blaize users export --attributes | head
    """,
)
