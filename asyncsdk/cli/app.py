"""The root of the command line: its commands, and what becomes of their errors."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer.main import get_command

from ..version import __version__
from . import blaize, cognitive3d, compact, demo, livepeer, sandbox, unleash, unleash_platform
from .terminal.problems import report
from .terminal.streams import ReaderGone

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = "asyncsdk"
_COMPLETE = f"_{_NAME.upper()}_COMPLETE"  # what the scripts for shell completion set

app = typer.Typer(
    name=_NAME,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.add_typer(unleash.app, name="unleash")
app.add_typer(unleash_platform.app, name="platform")
app.add_typer(blaize.app, name="blaize")
app.add_typer(cognitive3d.app, name="cognitive3d")
app.add_typer(livepeer.app, name="livepeer")
app.command("demo")(demo.demo)
app.command("compact")(compact.compact)
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
    """Unleash live, Blaize, Cognitive3D and Livepeer from the command line.

    Data goes to stdout; progress, summaries and errors go to stderr. Keys come from the environment or from a file, never from the
    command line.

    **Exit codes**: 0 success, 1 a failure (service, network, disk), 2 bad usage, 130 stopped by Ctrl-C, 143 by SIGTERM,
    129 by SIGHUP. ASYNCSDK_DEBUG=1 shows where an error came from.

    **Try it** without an account:

        asyncsdk demo
    """


def run(arguments: Sequence[str], root: typer.Typer = app) -> int:
    """Run one command.

    Args:
        arguments: without the program's name.
        root: the command or group that they are for.

    Returns:
        The exit code.
    """
    if os.environ.get(_COMPLETE):
        root(prog_name=_NAME)
    try:
        # typer's own way takes the broken pipes and ends of file of a sink for those of the terminal.
        command = get_command(root)
        with command.make_context(_NAME, list(arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as end:
        return end.exit_code
    except ReaderGone:
        return 0
    except Exception as error:  # noqa: BLE001  # whatever it is, the user gets one sentence
        return report(error)
    return 0
