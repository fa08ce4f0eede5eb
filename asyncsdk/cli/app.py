"""The root of the command line: its commands, and what becomes of their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..version import __version__
from . import blaize, demo, sandbox, unleash
from .terminal.problems import report

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="asyncsdk",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.add_typer(unleash.app, name="unleash")
app.add_typer(blaize.app, name="blaize")
app.command("demo")(demo.demo)
app.command("sandbox")(sandbox.sandbox)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asyncsdk {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Unleash live and Blaize from the command line.

    Data goes to stdout; progress, summaries and errors go to stderr. Keys come from the environment or from a file, never from the
    command line.

    **Exit codes**: 0 success, 1 a failure (service, network, disk), 2 bad usage, 130 stopped by Ctrl-C. ASYNCSDK_DEBUG=1
    shows where an error came from.

    **Try it** without an account:

        asyncsdk demo
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit code.
    """
    try:
        code = app(args=list(arguments), prog_name="asyncsdk", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  # whatever it is, the user gets one sentence
        return report(error)
    return code if isinstance(code, int) else 0
