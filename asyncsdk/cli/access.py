"""How a command reaches a service: credentials, base URL, limits; or the embedded sandbox."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import frozen

from ..chain.options import DEFAULT_TIMEOUT, Timeout, header_safe
from ..chain.retry import RetryPolicy
from ..errors import ConfigurationError
from ..http.url import BaseURL
from .terminal.problems import UsageError, keep_secret, usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ..unleash.analytics.client import UnleashAnalytics

PANEL = "Service"

MAX_ATTEMPTS = RetryPolicy().max_attempts

ApiKeyFile = Annotated[
    str | None,
    typer.Option(
        "--api-key-file",
        metavar="FILE",
        help="Read the API key from the first line of this file, or from stdin with '-'. By default it is the value of the "
        "environment variable UNLEASH_API_KEY. (There is no option that takes the key itself: every user of the machine "
        "could read it in the list of processes.)",
        rich_help_panel=PANEL,
    ),
]
BaseURLOption = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Where the service is.", rich_help_panel=PANEL),
]
SandboxOption = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Start the embedded sandbox for this one run and talk to it: generated devices, no account, no key.",
        rich_help_panel=PANEL,
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="How long to wait for bytes within one attempt. By default 60 s, and 10 s for a connection.",
        rich_help_panel=PANEL,
    ),
]
MaxAttemptsOption = Annotated[
    int,
    typer.Option(
        "--max-attempts", min=1, help="How often a request is tried, the first time included.", rich_help_panel=PANEL
    ),
]


@frozen
class Access:
    """How to reach the Analytics API, checked before anything is sent.

    Args:
        api_key_file: where the key is; None for the environment variable ``UNLEASH_API_KEY``.
        base_url: where the service is; None for its own.
        sandbox: whether to start the embedded sandbox instead.
        timeout: seconds; None for the default limits.
        max_attempts: the first try included.
        sandbox_devices: how many devices the sandbox generates.

    Raises:
        UsageError: options that exclude each other, or a value that cannot work.
    """

    api_key_file: str | None = None
    base_url: str | None = None
    sandbox: bool = False
    timeout: float | None = None
    max_attempts: int = MAX_ATTEMPTS
    sandbox_devices: int = 30

    def __attrs_post_init__(self) -> None:
        if self.sandbox:
            refuse_beside_sandbox({"--base-url": self.base_url, "--api-key-file": self.api_key_file})
        check_way(self.base_url, self.timeout)

    @asynccontextmanager
    async def analytics(self) -> AsyncIterator[UnleashAnalytics]:
        """A client of the Analytics API, and the sandbox behind it if that was asked for.

        Raises:
            UsageError: there is no key.
            ConfigurationError: the sandbox cannot be started.
        """
        if self.sandbox:
            from .. import testing

            service = testing.AnalyticsService(devices=self.sandbox_devices)
            async with (
                testing.serve(testing.Sandbox(service)) as url,
                self._client(service.api_key, f"{url}{service.prefix}") as client,
            ):
                yield client
        else:
            async with self._client(self._key(), self.base_url) as client:
                yield client

    def _client(self, key: str, base_url: str | None) -> UnleashAnalytics:
        from ..unleash.analytics.client import BASE_URL, UnleashAnalytics

        return UnleashAnalytics(
            key,
            base_url=base_url or BASE_URL,
            timeout=limits(self.timeout),
            retry=RetryPolicy(max_attempts=self.max_attempts),
        )

    def _key(self) -> str:
        if self.api_key_file is not None:
            return self._key_from_file(self.api_key_file)
        key = os.environ.get("UNLEASH_API_KEY", "")
        if not key:
            raise UsageError(
                "there is no API key: set the environment variable UNLEASH_API_KEY or give --api-key-file FILE; "
                "--sandbox needs none"
            )
        return _checked(key, "the environment variable UNLEASH_API_KEY")

    @staticmethod
    def _key_from_file(name: str) -> str:
        lines = secret_text("--api-key-file", name).splitlines()
        key = lines[0].strip() if lines else ""
        source = "stdin" if name == "-" else name
        if not key:
            raise usage("--api-key-file", f"the first line of {source} is empty: it must hold the API key")
        return _checked(key, f"the first line of {source}")


def refuse_beside_sandbox(options: Mapping[str, object]) -> None:
    """Refuse what makes no sense with ``--sandbox``.

    Args:
        options: their names, and what was given; None for nothing.

    Raises:
        UsageError: one was given.
    """
    for option, value in options.items():
        if value is not None:
            raise usage(option, "the sandbox has its own: leave it out, or leave out --sandbox")


def check_way(base_url: str | None, timeout: float | None) -> None:
    """Check what all systems' commands take.

    Args:
        base_url: where the service is; None for its own.
        timeout: seconds; None for the default limits.

    Raises:
        UsageError: a value that cannot work.
    """
    if timeout is not None and not timeout > 0:
        raise usage("--timeout", f"{timeout:g} leaves no time for an answer: give seconds above zero")
    if base_url is not None:
        try:
            BaseURL(base_url)
        except ConfigurationError as error:
            raise usage("--base-url", error.message.replace("base_url", "it")) from None


def limits(timeout: float | None) -> Timeout:
    """The limits of time that ``--timeout`` means, in seconds."""
    if timeout is None:
        return DEFAULT_TIMEOUT
    return Timeout(connect=min(timeout, DEFAULT_TIMEOUT.connect or timeout), read=timeout, write=timeout)


def secret_text(option: str, name: str) -> str:
    """What is in a file that holds a secret, or on stdin.

    Args:
        option: that names the file.
        name: of the file; ``-`` for stdin.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise usage(option, f"cannot read {name}: {error.strerror}") from None
    return content.decode("utf-8-sig", "replace")


def _checked(key: str, source: str) -> str:
    """The key, kept out of all messages."""
    keep_secret(key)
    if not header_safe(key):
        raise UsageError(f"{source} cannot be an API key: it must be printable ASCII without white space around it")
    return key
