"""A system, as its commands are made: its operations, its client, and the options that say how to reach it."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ...operation import declared
from .outline import Outline, outline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from ...client import Client
    from ...operation import Operation
    from ..way import Way


@frozen
class System:
    """One system's commands.

    Attributes:
        name: of its group, e.g. ``"blaize"``.
        operations: by id.
        client: one that is never connected, whose methods are read.
        way: made from the options of a command that say how to reach the service.
        more: lists that are made of operations, as operations of their own, by id: methods of resources that no document has.
        pull: the name of the data set that ``pull`` is of; None where ``pull`` is a group with a command for each.
        own: commands of several operations, by the attribute path of the method that is like them. Their docstrings are their help.
    """

    name: str
    operations: Mapping[str, Operation]
    client: Client
    way: type[Way[Any]]
    more: Mapping[str, Operation] = field(factory=dict)
    pull: str | None = None
    own: Mapping[str, Callable[..., None]] = field(factory=dict)

    @property
    def commands(self) -> Mapping[str, Operation]:
        """All that has a command, by id."""
        return {**self.operations, **self.more}

    def outlines(self, resource: str) -> list[Outline]:
        """The commands of a resource, in the order of its methods.

        Args:
            resource: the attribute path below the client, e.g. ``"users.grants"``; empty for the client's own.
        """
        owner = member(self.client, resource)
        mine = {
            each.python.rpartition(".")[2]: each
            for each in self.commands.values()
            if each.python.rpartition(".")[0] == resource
        }
        names = [name for name in _defined(type(owner)) if name in mine]
        return [outline(mine[name], getattr(owner, name)) for name in names]

    def resources(self, below: str) -> list[str]:
        """The attribute paths of the resources right below one, in order.

        Args:
            below: an attribute path; empty for the client.
        """
        depth = len(_steps(below))
        paths = {tuple(each.python.split(".")[:-1]) for each in self.operations.values()}
        found = {path[: depth + 1] for path in paths if len(path) > depth and list(path[:depth]) == _steps(below)}
        return [".".join(path) for path in sorted(found)]


def operations_of(package: ModuleType) -> dict[str, Operation]:
    """Every operation that the modules of a package declare, by id."""
    return declared(import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__))


def member(client: Client, path: str) -> Any:
    """What stands at an attribute path below a client."""
    return reduce(getattr, _steps(path), client)


def _steps(path: str) -> list[str]:
    return path.split(".") if path else []


def _defined(owner: type) -> list[str]:
    """The names of a class's methods, in the order of its text, those of its bases first."""
    return list(dict.fromkeys(name for each in reversed(owner.__mro__) for name in vars(each)))
