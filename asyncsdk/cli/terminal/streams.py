"""The three standard streams, made fit for use before anything else happens."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """Put the null device in place of streams that are closed, and let no character be a reason to fail.

    The number of a closed stream would go to the next file or socket that is opened, and our output into that.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
