"""Records by id: what create, get, list, update and delete agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .call import RefusedError

Record = Mapping[str, Any]
"""Plain JSON; never changed in place, so it can be handed out."""


class Collection:
    """The things of one kind, in the order they came.

    Args:
        name: what one of them is called, for messages.
        new_id: gives the id of a new one.
        records: what is there at first.
    """

    def __init__(self, name: str, new_id: Callable[[], str], records: Mapping[str, Record] | None = None) -> None:
        self.name = name
        self._new_id = new_id
        self._records = dict(records or {})

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def __getitem__(self, key: str) -> Record:
        """One of them.

        Raises:
            RefusedError: 404: there is none.
        """
        self._require(key)
        return self._records[key]

    def items(self) -> Iterator[tuple[str, Record]]:
        """All of them, with their ids."""
        return iter(self._records.items())

    def add(self, record: Record) -> str:
        """Keep a new one; gives its id."""
        key = self._new_id()
        self._records[key] = record
        return key

    def put(self, key: str, record: Record) -> bool:
        """Keep one under an id; says whether it is new."""
        is_new = key not in self._records
        self._records[key] = record
        return is_new

    def remove(self, key: str) -> None:
        """Forget one.

        Raises:
            RefusedError: 404: there is none.
        """
        self._require(key)
        del self._records[key]

    def _require(self, key: str) -> None:
        # the id is not told back: some are secret
        if key not in self._records:
            raise RefusedError(404, f"{self.name} not found")
