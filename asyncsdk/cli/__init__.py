"""The command line, ``asyncsdk``. It needs the extra ``cli`` (typer and rich); nothing is imported before it is used."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

from .terminal import signals, streams

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDS = ("typer", "rich")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave the process: the entry point of the console script.

    Args:
        arguments: without the program's name; by default those of the process.

    Raises:
        SystemExit: always. 0 for success, 1 for a failure at run time, 2 for bad usage, 130 after Ctrl-C, 143 after SIGTERM and
            129 after SIGHUP.
    """
    with streams.standard_streams(), signals.raising():
        try:
            sys.exit(_run(sys.argv[1:] if arguments is None else arguments))
        except KeyboardInterrupt:
            sys.exit(signals.INTERRUPTED)


def _run(arguments: Sequence[str]) -> int:
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        sys.stderr.write(f'error: the command line needs {" and ".join(missing)}: pip install "asyncsdk[cli]"\n')
        return 1
    from .app import run

    return run(arguments)
