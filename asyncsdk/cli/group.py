"""The group of commands that a system has at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .operations.lazy import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typer._click import Command

    from .operations.system import System


def group(system: Callable[[], System], *, help: str) -> typer.Typer:  # noqa: A002  # as typer calls it
    """A group with a command for each operation, ``pull`` where the system has data sets, and ``request`` for all else.

    Args:
        system: makes what the commands are made of, once somebody needs them.
        help: of the group, in Markdown.
    """

    def load() -> Mapping[str, Command]:
        from .operations.commands import commands
        from .operations.request import requests
        from .pull.commands import pulls

        made = system()
        return {**commands(made), **pulls(made), **requests(made)}

    return typer.Typer(cls=lazily(load), no_args_is_help=True, rich_markup_mode="markdown", help=help)
