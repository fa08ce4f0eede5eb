"""What a system keeps: records by their ids, and which of two kinds belong together. Pure state, without requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .call import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .call import Call, Record


class Forget(Protocol):
    """What is told that something is gone, by its path of ids."""

    def __call__(self, *path: str) -> object:
        """Forget what belonged to it."""
        ...


class Known(Protocol):
    """Things of one kind that others may belong to."""

    @property
    def on_removal(self) -> list[Forget]:
        """Who is told when one of them is gone."""
        ...

    def require(self, *path: str) -> object:
        """One of them, by its path of ids.

        Raises:
            MissingError: there is none.
        """
        ...

    def told(self, call: Call, /, *path: str) -> Record:
        """One of them as it is told. Raises as `require`."""
        ...


class Store:
    """The records of one kind, each under a path of ids: its owners', if it has any, and its own. In the order they came.

    Args:
        name: what one of them is called, for messages.

    Attributes:
        on_removal: who is told when one of them is gone.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.on_removal: list[Forget] = []
        self._shelves: dict[tuple[str, ...], dict[str, Record]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._shelf(())

    def __getitem__(self, key: str) -> Record:
        """One without an owner. Raises as `require`."""
        return self.require(key)

    def require(self, *path: str) -> Record:
        """One of them.

        Raises:
            MissingError: there is none.
        """
        found = self.find(*path)
        if found is None:
            raise MissingError(self.name)
        return found

    def find(self, *path: str) -> Record | None:
        """One of them, or None."""
        *owner, key = path
        return self._shelf(tuple(owner)).get(key)

    def items(self, *owner: str) -> Iterator[tuple[str, Record]]:
        """All that belong to one owner, with their own ids."""
        return iter(self._shelf(owner).items())

    def put(self, record: Record, *path: str) -> bool:
        """Keep one under a path of ids; says whether it is new."""
        *owner, key = path
        shelf = self._shelves.setdefault(tuple(owner), {})
        is_new = key not in shelf
        shelf[key] = record
        return is_new

    def remove(self, *path: str) -> None:
        """Forget one, and let all forget it that are to be told. Raises as `require`."""
        self.require(*path)
        *owner, key = path
        del self._shelves[tuple(owner)][key]
        for forget in self.on_removal:
            forget(*path)

    def forget(self, *owner: str) -> None:
        """Forget all that belong to an owner, who is gone."""
        for key in list(self._shelf(owner)):
            self.remove(*owner, key)
        self._shelves.pop(owner, None)

    def _shelf(self, owner: tuple[str, ...]) -> Mapping[str, Record]:
        return self._shelves.get(owner, {})


class Pairs:
    """Which things of one kind belong to which of another, as (left, right); in the order they came."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], None] = {}
        self._rights: dict[str, dict[str, None]] = {}
        self._lefts: dict[str, dict[str, None]] = {}

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return pair in self._all

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._all)

    def rights(self, left: str) -> tuple[str, ...]:
        """All that belong to one on the left."""
        return tuple(self._rights.get(left, ()))

    def lefts(self, right: str) -> tuple[str, ...]:
        """All that one on the right belongs to."""
        return tuple(self._lefts.get(right, ()))

    def add(self, left: str, right: str) -> bool:
        """Put two together; says whether they were not before."""
        is_new = (left, right) not in self._all
        self._all[left, right] = None
        self._rights.setdefault(left, {})[right] = None
        self._lefts.setdefault(right, {})[left] = None
        return is_new

    def remove(self, left: str, right: str) -> None:
        """Take two apart that are together."""
        del self._all[left, right], self._rights[left][right], self._lefts[right][left]

    def forget_left(self, *path: str) -> None:
        """Forget one on the left, who is gone."""
        (left,) = path
        for right in self.rights(left):
            self.remove(left, right)

    def forget_right(self, *path: str) -> None:
        """Forget one on the right, who is gone."""
        (right,) = path
        for left in self.lefts(right):
            self.remove(left, right)
