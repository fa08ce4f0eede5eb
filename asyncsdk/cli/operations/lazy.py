"""A group of commands that are made when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    # the types of the base class's own methods
    from typer._click import Command, Context


def lazily(load: Callable[[], Mapping[str, Command]]) -> type[TyperGroup]:
    """The class of a group that knows its own name and help at once, and its commands once somebody needs them.

    Args:
        load: makes the commands, by name; called once. Those that the group has already come after them.
    """

    class Group(TyperGroup):
        _loaded = False

        def list_commands(self, ctx: Context) -> list[str]:
            self._load()
            return super().list_commands(ctx)

        def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
            if cmd_name not in self.commands:
                self._load()
            return super().get_command(ctx, cmd_name)

        def _load(self) -> None:
            if not self._loaded:
                self._loaded = True
                self.commands = {**load(), **self.commands}

    return Group
