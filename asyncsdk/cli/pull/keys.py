"""The option that takes a key."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source


def key_option(source: Source[Any], verb: str, panel: str) -> Iterator[inspect.Parameter]:
    """The option that takes a key; nothing where there is none.

    Args:
        source: the data set.
        verb: what is done to it.
        panel: of the help.
    """
    if source.one is None:
        return
    info = typer.Option(
        *filter(None, (f"--{source.one}", source.letter and f"-{source.letter}")),
        metavar="ID",
        help=f"The {source.one} to {verb}; repeat it for more.",
        rich_help_panel=panel,
    )
    yield inspect.Parameter(
        "keys", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[list[str] | None, info]
    )
