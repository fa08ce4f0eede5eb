"""The way to a service that all systems' commands share: the sandbox or the real one, limits of time, retries."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Generic, NotRequired, TypedDict, TypeVar, get_type_hints

import attrs
import typer
from attrs import frozen

from ..chain.retry import RetryPolicy
from ..errors import ConfigurationError
from ..http.url import BaseURL
from ..timeout import DEFAULT_TIMEOUT, Timeout
from .secrets import PANEL
from .terminal.problems import UsageError, usage
from .terminal.standstill import attempts_on_stderr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from ..client import Client
    from ..testing.sandbox import Service

C = TypeVar("C", bound="Client")


class Settings(TypedDict):
    """Arguments of every client."""

    timeout: Timeout
    retry: RetryPolicy
    base_url: NotRequired[str]


@frozen(kw_only=True)
class Way(ABC, Generic[C]):
    """How a command reaches a service, checked before anything is sent.

    A system's own way adds options of its own, as fields that are annotated for typer, and says where its secrets are, what its
    client is and what its service in the sandbox.

    Args:
        base_url: where the service is; None for its own.
        sandbox: whether to start the embedded sandbox instead.
        timeout: seconds; None for the default limits.
        max_attempts: the first try included.
        verbose: whether attempts are told of on stderr.

    Raises:
        UsageError: options that exclude each other, or a value that cannot work.
    """

    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Where the service is.", rich_help_panel=PANEL),
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Start the embedded sandbox for this one run and talk to it: no account, no key. What is changed is forgotten at "
            "the end.",
            rich_help_panel=PANEL,
        ),
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            help="How long to wait for bytes within one attempt. By default 60 s, and 10 s for a connection.",
            rich_help_panel=PANEL,
        ),
    ] = None
    max_attempts: Annotated[
        int,
        typer.Option(
            "--max-attempts",
            min=1,
            help="How often a request is tried, the first time included.",
            rich_help_panel=PANEL,
        ),
    ] = RetryPolicy().max_attempts
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Say on stderr what becomes of each attempt: method, host, route, status, time.",
            rich_help_panel=PANEL,
        ),
    ] = False

    def __attrs_post_init__(self) -> None:
        if self.sandbox:
            self._refuse_beside_sandbox()
        if self.timeout is not None and not self.timeout > 0:
            raise usage("--timeout", f"{self.timeout:g} leaves no time for an answer: give seconds above zero")
        if self.base_url is not None:
            try:
                BaseURL(self.base_url)
            except ConfigurationError as error:
                raise usage("--base-url", error.message.replace("base_url", "it")) from None

    def _refuse_beside_sandbox(self) -> None:
        """What would say where the real service is, or who is asking, makes no sense."""
        own = [each.name for each in attrs.fields(type(self)) if not each.inherited and each.default is None]
        for name in ("base_url", *own):
            if getattr(self, name) is not None:
                flag = f"--{name.replace('_', '-')}"
                raise usage(flag, "the sandbox has its own: leave it out, or leave out --sandbox")

    @abstractmethod
    def secrets(self) -> Mapping[str, str]:
        """The client's secret arguments, from the environment or a file.

        Raises:
            UsageError: there are none.
        """

    @abstractmethod
    def client(self, secrets: Mapping[str, str], settings: Settings) -> C:
        """A client.

        Args:
            secrets: its secret arguments.
            settings: those that every client takes.

        Raises:
            ConfigurationError, UsageError: an argument that cannot work.
        """

    @abstractmethod
    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service in the sandbox, and the secrets it wants."""

    def connect(self) -> AbstractAsyncContextManager[C]:
        """A client for as long as the block runs, and the sandbox behind it if that was asked for.

        Files and stdin are read now, not within the block.

        Raises:
            UsageError: there are no secrets, or an argument cannot work.
        """
        way: Any = self._sandboxed() if self.sandbox else self._client(self.secrets(), self.base_url)
        return _told(way) if self.verbose else way

    @asynccontextmanager
    async def _sandboxed(self) -> AsyncIterator[C]:
        from .. import testing

        service, secrets = self.service()
        async with (
            testing.serve(testing.Sandbox(service)) as url,
            self._client(secrets, f"{url}{service.prefix}") as client,
        ):
            yield client

    def _client(self, secrets: Mapping[str, str], base_url: str | None) -> C:
        settings: Settings = {"timeout": limits(self.timeout), "retry": RetryPolicy(max_attempts=self.max_attempts)}
        if base_url is not None:
            settings["base_url"] = base_url
        try:
            return self.client(secrets, settings)
        except ConfigurationError as error:
            raise UsageError(error.message.replace("base_url=...", "--base-url")) from None


@asynccontextmanager
async def _told(way: AbstractAsyncContextManager[C]) -> AsyncIterator[C]:
    """The same, and attempts on stderr."""
    with attempts_on_stderr():
        async with way as client:
            yield client


def options(way: type[Way[Any]]) -> list[inspect.Parameter]:
    """The options that say how to reach a service, those of its own system first."""
    hints = get_type_hints(way, include_extras=True)
    return [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in sorted(attrs.fields(way), key=lambda each: each.inherited)
    ]


def limits(timeout: float | None) -> Timeout:
    """The limits of time that ``--timeout`` means, in seconds."""
    if timeout is None:
        return DEFAULT_TIMEOUT
    return Timeout(connect=min(timeout, DEFAULT_TIMEOUT.connect or timeout), read=timeout, write=timeout)
