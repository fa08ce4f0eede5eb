"""A group of commands that are made when they are first asked for."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    # the types of the base class's own methods
    from typer._click import Command, Context


class LazyGroup(TyperGroup):
    """A group that knows its own name and help at once, and its commands once somebody needs them."""

    _loaded = False

    @abstractmethod
    def load(self) -> Mapping[str, Command]:
        """Make the commands, by name; called once."""

    def list_commands(self, ctx: Context) -> list[str]:
        """The commands' names, in the order they are shown."""
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """One command; None if there is none of this name."""
        self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        if not self._loaded:
            self._loaded = True
            self.commands.update(self.load())
