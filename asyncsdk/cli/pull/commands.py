"""From the data sets of a system to the commands that pull them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from typer.main import get_group

from ...datasets.dataset import declared
from ..operations import docstring
from ..operations.lazy import lazily
from ..operations.outline import dashed
from .manual import manual
from .pull import pull
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command

    from ...datasets.pull import DataSets
    from ..operations.system import System

_HELP = "Pull whole lists, into files or down a pipe."


def pulls(system: System) -> Mapping[str, Command]:
    """``pull``: a group with a command for each data set, or the command of the one that the system names; nothing without any.

    Args:
        system: whose client has them as ``client.datasets``.
    """
    datasets: DataSets | None = getattr(system.client, "datasets", None)
    if not datasets:
        return {}
    if system.pull is not None:
        return {"pull": _command(system, datasets, system.pull, "pull")}
    names = {dashed(each): each for each in datasets}
    made = lazily(lambda: {typed: _command(system, datasets, name, f"pull {typed}") for typed, name in names.items()})
    return {"pull": made(name="pull", help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")}


def _command(system: System, datasets: DataSets, name: str, typed: str) -> Command:
    """The command of one data set.

    Args:
        system: whose it is.
        datasets: of its client; what their class says of each is the command's help.
        name: of the data set.
        typed: the command, as it is typed below the system's group.
    """
    source = Source(declared(datasets[name].id), system.way)
    told = docstring.read(type(datasets).__doc__).entries.get(name, dashed(name))
    app = typer.Typer(rich_markup_mode="markdown")
    app.callback()(lambda: None)  # so that one command alone stays a command of a group
    app.command(typed.rpartition(" ")[2], help=manual(f"asyncsdk {system.name} {typed}", source, told))(pull(source))
    [made] = get_group(app).commands.values()
    return made
