"""What a command says at its end: a summary for people, and as JSON."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from ...http.json_text import write_json
from .streams import ReaderGone

if TYPE_CHECKING:
    from collections.abc import Sequence


class Told(Protocol):
    """A summary."""

    def wire(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        ...

    def lines(self) -> Sequence[str]:
        """The same for people."""
        ...


def tell(summary: Told, *, as_json: bool, quiet: bool) -> None:
    """Write a summary.

    Args:
        summary: of what was done.
        as_json: whether stdout gets it as JSON.
        quiet: whether stderr gets nothing.
    """
    if as_json:
        with suppress(ReaderGone):  # which does not undo a failure
            sys.stdout.write(write_json(summary.wire()).decode() + "\n")
            sys.stdout.flush()
    if not quiet:
        sys.stderr.writelines(f"{line}\n" for line in summary.lines())
