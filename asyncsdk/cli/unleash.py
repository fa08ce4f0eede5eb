"""``asyncsdk unleash``: the Analytics API of Unleash live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .access import MAX_ATTEMPTS, Access, ApiKeyFile, BaseURLOption, MaxAttemptsOption, SandboxOption, TimeoutOption
from .pull.pull import pull
from .terminal.loop import run
from .terminal.output import JSONOption, Output, OutputOption, write_list, write_value
from .terminal.stdout import StandardOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..paging import Pager
    from ..unleash.analytics.client import UnleashAnalytics

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Unleash live Analytics: devices, sessions, and the rows of many cameras.",
)


@app.command()
def version(
    *,
    output: OutputOption = Output.TABLE,
    as_json: JSONOption = False,
    api_key_file: ApiKeyFile = None,
    base_url: BaseURLOption = None,
    sandbox: SandboxOption = False,
    timeout: TimeoutOption = None,
    max_attempts: MaxAttemptsOption = MAX_ATTEMPTS,
) -> None:
    """Print the version of the API: a way to check a key and a connection.

    **Example**:

        UNLEASH_API_KEY=... asyncsdk unleash version
    """
    access = Access(api_key_file, base_url, sandbox, timeout, max_attempts)

    async def work() -> None:
        async with access.analytics() as analytics:
            await write_value(await analytics.version(), Output.JSON if as_json else output, StandardOutput())

    run(work)


@app.command()
def devices(
    *,
    output: OutputOption = Output.TABLE,
    as_json: JSONOption = False,
    api_key_file: ApiKeyFile = None,
    base_url: BaseURLOption = None,
    sandbox: SandboxOption = False,
    timeout: TimeoutOption = None,
    max_attempts: MaxAttemptsOption = MAX_ATTEMPTS,
) -> None:
    """List the ids of the account's devices, one a line.

    **Examples**:

        asyncsdk unleash devices --json

        asyncsdk unleash devices --sandbox | wc -l
    """
    _list(
        Access(api_key_file, base_url, sandbox, timeout, max_attempts),
        lambda analytics: analytics.devices(),
        Output.JSON if as_json else output,
    )


@app.command()
def sessions(
    *,
    output: OutputOption = Output.TABLE,
    as_json: JSONOption = False,
    api_key_file: ApiKeyFile = None,
    base_url: BaseURLOption = None,
    sandbox: SandboxOption = False,
    timeout: TimeoutOption = None,
    max_attempts: MaxAttemptsOption = MAX_ATTEMPTS,
) -> None:
    """List the ids of the account's sessions (milliseconds since the epoch), one a line.

    **Example**:

        asyncsdk unleash sessions --output ndjson
    """
    _list(
        Access(api_key_file, base_url, sandbox, timeout, max_attempts),
        lambda analytics: analytics.sessions(),
        Output.JSON if as_json else output,
    )


app.command()(pull)


def _list(access: Access, call: Callable[[UnleashAnalytics], Pager[str]], output: Output) -> None:
    async def work() -> None:
        async with access.analytics() as analytics:
            await write_list(call(analytics), output, StandardOutput())

    run(work)
