"""From a request's method and raw path to what handles it, read off the `Operation` values that clients use too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...operation import Operation

Handler = TypeVar("Handler")


def _pattern(path: str) -> tuple[str | None, ...]:
    """The segments of a path; None for a slot."""
    return tuple(None if part.startswith("{") else part for part in path.split("/"))


def _values(pattern: tuple[str | None, ...], parts: list[str]) -> tuple[str, ...] | None:
    """The decoded values of the slots, or None where the path is another one."""
    values = []
    for expected, part in zip(pattern, parts, strict=True):
        if expected is None and part:
            values.append(unquote(part))
        elif expected != part:
            return None
    return tuple(values)


class Routes(Generic[Handler]):
    """A table of operations and what answers them.

    The path is matched before it is decoded, so a ``%2F`` stays inside its segment, as it does at the services. Where
    two operations fit, fixed text wins over a slot, from the left.

    Args:
        table: the operations, each with its handler.
    """

    def __init__(self, table: Mapping[Operation, Handler]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[tuple[str | None, ...], Operation, Handler]]] = {}
        for operation, handler in table.items():
            pattern = _pattern(operation.path)
            self._by_shape.setdefault((operation.method, len(pattern)), []).append((pattern, operation, handler))
        for routes in self._by_shape.values():
            routes.sort(key=lambda route: [part is None for part in route[0]])

    def match(self, method: str, raw_path: str) -> tuple[Operation, Handler, tuple[str, ...]] | None:
        """The operation that a request means, its handler and its path values; None if there is none.

        Args:
            method: the HTTP method, upper case.
            raw_path: the path as it came over the wire, below the base URL, without the query.
        """
        parts = raw_path.split("/")
        for pattern, operation, handler in self._by_shape.get((method, len(parts)), ()):
            values = _values(pattern, parts)
            if values is not None:
                return operation, handler, values
        return None
