"""What is given at a terminal, but not in the words of the command: a file, stdin, and the JSON in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .problems import usage

STDIN = "-"


def content_of(name: str, option: str) -> bytes:
    """What is in a file, or on stdin.

    It waits for stdin without an event loop, so that Ctrl-C and other signals end the wait.

    Args:
        name: of the file; ``-`` for stdin.
        option: that names it, for the message.

    Raises:
        UsageError: it cannot be read.
    """
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise usage(option, f"cannot read {name or 'a file without a name'}: {error.strerror}") from None


def parsed(text: str, where: str) -> Any:
    """JSON, held to the standard.

    Args:
        text: what was given; never shown, since it may hold a secret.
        where: it came from, for the message.

    Raises:
        UsageError: it is none; says where it goes wrong.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise usage(where, f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise usage(where, f"not JSON: {error}") from None
    except RecursionError:
        raise usage(where, "not readable: it is nested too deeply") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")
