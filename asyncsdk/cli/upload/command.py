"""``asyncsdk platform library upload``: files into a session, whole ones only, and the same command goes on where it stopped."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...operation import segment
from ..terminal.ending import tell
from ..terminal.loop import run
from ..terminal.problems import FAILED, usage
from ..way import Way, options
from .sending import PLACE, UploadRequest, chosen_files, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...unleash.platform import UnleashPlatform
    from .summary import Summary

_HELP = """Send media files to a session, from disk straight to the storage.

What the session has already under a file's name and with its size is skipped: a run that was stopped or failed goes on with the same
command. A file is in the storage whole or not at all. Progress goes to stderr: a bar for each file and one for all, or a line for each
file where stderr is no terminal.

**Prints** nothing on stdout, or with `--json` what became of each file.

**Examples**:

    asyncsdk platform library upload flight/*.JPG --device W123 --session 3

    asyncsdk platform library upload flight/*.JPG --device W123 --session 3 --keep-going --json | jq .failed
"""


def upload(way: type[Way[UnleashPlatform]]) -> Callable[..., None]:
    """What typer calls to send files; its docstring is the command's help.

    Args:
        way: how the Platform is reached.
    """
    ways = options(way)

    def command(**values: Any) -> None:
        reached = way(**{each.name: values.pop(each.name) for each in ways})
        _upload(reached, **values)

    _, *own = inspect.signature(_upload, eval_str=True).parameters.values()
    command.__signature__ = inspect.Signature([*own, *ways])  # type: ignore[attr-defined]
    command.__doc__ = _HELP
    return command


def _upload(
    way: Way[Any],
    *,
    files: Annotated[list[str], typer.Argument(metavar=PLACE, help="The files to send.", show_default=False)],
    device: Annotated[str, typer.Option("--device", "-d", metavar="ID", help="What recorded them.")],
    session: Annotated[str, typer.Option("--session", "-s", metavar="ID", help="The session they belong to.")],
    restart: Annotated[bool, typer.Option("--restart", help="Send again what is there already.")] = False,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going",
            "-k",
            help="When a file cannot be sent, go on with the others and list it at the end (exit code 1).",
        ),
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", "-c", min=1, help="How many files are under way at once.")
    ] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary on stderr.")] = False,
) -> None:
    for option, value in (("--device", device), ("--session", session)):
        try:
            segment(value, "it")
        except ValueError as error:
            raise usage(option, error) from None
    request = UploadRequest(
        sizes=chosen_files(files),
        device=device,
        session=session,
        restart=restart,
        keep_going=keep_going,
        concurrency=concurrency,
    )
    connection = way.connect()
    summary = run(lambda: send(connection, request, quiet=quiet), on_stop=_say_how_to_go_on)
    _finish(summary, as_json=as_json, quiet=quiet)


def _say_how_to_go_on() -> None:
    sys.stderr.write("stopped: what was sent is in the library, and the same command goes on from there\n")


def _finish(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    tell(summary, as_json=as_json, quiet=quiet)
    if summary.of("failed"):
        raise typer.Exit(FAILED)
