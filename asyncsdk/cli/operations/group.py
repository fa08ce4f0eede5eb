"""The group of commands that a system has at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .lazy import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typer._click import Command

    from .system import System


def group(system: Callable[[], System], *, help: str) -> typer.Typer:  # noqa: A002  # as typer calls it
    """A group with a command for each operation; commands of another kind can be added to it.

    Args:
        system: makes what the commands are made of, once somebody needs them.
        help: of the group, in Markdown.
    """

    def load() -> Mapping[str, Command]:
        from .commands import commands

        return commands(system())

    return typer.Typer(cls=lazily(load), no_args_is_help=True, rich_markup_mode="markdown", help=help)
