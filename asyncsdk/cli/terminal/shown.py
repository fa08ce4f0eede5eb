"""JSON as it goes to stdout: in colours and indented on a terminal, one compact line in a pipe."""

from __future__ import annotations

import re
import sys
from typing import Any

import msgspec

from ...http.json_text import write_json

# What JSON lets stand in a string, but would steer a terminal: delete, the controls from 80 on, marks that turn text around.
_STEERING = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def json_text(wire: Any, *, indent: bool = False) -> bytes:
    """JSON without a line end behind it.

    Args:
        wire: plain data.
        indent: whether it may take several lines on a terminal.
    """
    encoded = write_json(wire)
    if not sys.stdout.isatty():
        return encoded
    text = (msgspec.json.format(encoded, indent=2) if indent else encoded).decode()
    return _coloured(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)).encode()


def _coloured(text: str) -> str:
    from rich.console import Console
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    console = Console(soft_wrap=True)
    shown = Text(text)
    JSONHighlighter().highlight(shown)
    with console.capture() as captured:
        console.print(shown, end="")
    return captured.get()
