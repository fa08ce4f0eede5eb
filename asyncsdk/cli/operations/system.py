"""A system, as its commands are made: its operations, its client, and the options that say how to reach it."""

from __future__ import annotations

import inspect
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol, get_type_hints

import attrs
from attrs import frozen

from .outline import Outline, outline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from ...client import Client
    from ...operation import Operation


class Access(attrs.AttrsInstance, Protocol):
    """How a client is reached; an attrs class, each of whose fields is an option of every command."""

    def connect(self) -> AbstractAsyncContextManager[Client]:
        """A client, for as long as the block runs."""
        ...


@frozen
class System:
    """One system's commands.

    Attributes:
        name: of its group, e.g. ``"blaize"``.
        operations: by id.
        client: one that is never connected, whose methods are read.
        access: made from the options of a command.
        left_out: wire names of fields that nobody types: they are no options, and not in examples.
    """

    name: str
    operations: Mapping[str, Operation]
    client: Client
    access: type[Access]
    left_out: frozenset[str] = frozenset()

    def outlines(self, resource: str) -> list[Outline]:
        """The commands of a resource, in the order of its methods.

        Args:
            resource: the attribute path below the client, e.g. ``"users.grants"``; empty for the client's own.
        """
        owner = member(self.client, resource)
        mine = {
            each.python.rpartition(".")[2]: each
            for each in self.operations.values()
            if each.python.rpartition(".")[0] == resource
        }
        names = [name for name in _defined(type(owner)) if name in mine]
        return [outline(mine[name], getattr(owner, name), self.left_out) for name in names]

    def resources(self, below: str) -> list[str]:
        """The attribute paths of the resources right below one, in order.

        Args:
            below: an attribute path; empty for the client.
        """
        depth = len(_steps(below))
        paths = {tuple(each.python.split(".")[:-1]) for each in self.operations.values()}
        found = {path[: depth + 1] for path in paths if len(path) > depth and list(path[:depth]) == _steps(below)}
        return [".".join(path) for path in sorted(found)]

    def options(self) -> list[inspect.Parameter]:
        """The options that say how to reach the service."""
        hints = get_type_hints(self.access, include_extras=True)
        return [
            inspect.Parameter(
                each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name]
            )
            for each in attrs.fields(self.access)
        ]


def member(client: Client, path: str) -> Any:
    """What stands at an attribute path below a client."""
    return reduce(getattr, _steps(path), client)


def _steps(path: str) -> list[str]:
    return path.split(".") if path else []


def _defined(owner: type) -> list[str]:
    """The names of a class's methods, in the order of its text, those of its bases first."""
    return list(dict.fromkeys(name for each in reversed(owner.__mro__) for name in vars(each)))
