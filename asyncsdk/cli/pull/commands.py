"""From the data sets of a system to the commands that pull and follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from typer.main import get_group

from ...datasets.dataset import declared
from ..operations import docstring
from ..operations.lazy import lazily
from ..operations.outline import dashed
from .manual import manual, manual_of_tail
from .pull import pull
from .source import Source
from .tail import tail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command

    from ...datasets.pull import DataSets
    from ..operations.system import System

_HELP = {
    "pull": "Pull whole lists, into files or down a pipe.",
    "tail": "Follow lists without end, down a pipe: the rows that are new.",
}


def pulls(system: System) -> Mapping[str, Command]:
    """``pull``: a group with a command for each data set, or the command of the one that the system names; nothing without any.

    And ``tail`` likewise, for those that have a time.

    Args:
        system: whose client has them as ``client.datasets``.
    """
    datasets: DataSets | None = getattr(system.client, "datasets", None)
    if not datasets:
        return {}
    return {**_verb(system, datasets, "pull", list(datasets)), **_verb(system, datasets, "tail", _timed(datasets))}


def _timed(datasets: DataSets) -> list[str]:
    return [each for each in datasets if datasets[each].time is not None]


def _verb(system: System, datasets: DataSets, verb: str, found: list[str]) -> Mapping[str, Command]:
    """A command, or a group of them.

    Args:
        system: whose it is.
        datasets: of its client.
        verb: what it does: ``pull`` or ``tail``.
        found: the names of those that it can be done to.
    """
    if not found:
        return {}
    if system.pull is not None:
        return {verb: _command(system, datasets, system.pull, verb)}
    names = {dashed(each): each for each in found}
    made = lazily(lambda: {typed: _command(system, datasets, name, f"{verb} {typed}") for typed, name in names.items()})
    return {verb: made(name=verb, help=_HELP[verb], no_args_is_help=True, rich_markup_mode="markdown")}


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
    verb, _, name = typed.partition(" ")
    path = f"asyncsdk {system.name} {typed}"
    if verb == "tail":
        app.command(name or verb, help=manual_of_tail(path, source, told))(tail(source))
    else:
        app.command(name or verb, help=manual(path, source, told))(pull(source))
    [made] = get_group(app).commands.values()
    return made
