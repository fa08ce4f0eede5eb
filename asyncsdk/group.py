"""A client's groups of operations, made when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Client

R = TypeVar("R")


class Group(Generic[R]):
    """An attribute of a client that holds a group of its operations, made when it is first asked for.

    Args:
        kind: the resource.
    """

    def __init__(self, kind: Callable[[Client], R]) -> None:
        self._kind = kind
        self.__doc__ = kind.__doc__

    def __set_name__(self, owner: type[Client], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type[Client]) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type[Client]) -> R: ...
    def __get__(self, client: Client | None, owner: type[Client]) -> Self | R:
        if client is None:
            return self
        made = client.__dict__[self._name] = self._kind(client)
        return made
