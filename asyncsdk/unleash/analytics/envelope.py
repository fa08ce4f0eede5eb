"""What a page of rows looks like around its rows, in either form: one reading for rows and for columns.

A size-optimized page holds ``keys`` and rows as lists, a tableau page rows as objects. A bare array, and an object without a total or
with null for its data, are pages too: public clients meet them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from attrs import frozen

from ...http.counts import MOST, whole_count

if TYPE_CHECKING:
    from collections.abc import Mapping


Total = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
"""How many pages there are, as a plain page has it."""


class UnreadableError(Exception):
    """Why a page cannot be read, as half a sentence."""


@frozen
class Envelope:
    """A page before its rows are looked at.

    Attributes:
        rows: lists or objects, not checked yet.
        keys: the names of the values in rows that are lists; not checked yet.
        total_pages: how many pages there are, as this one says; None where it does not.
    """

    rows: list[Any]
    keys: Any
    total_pages: int | None

    def names(self) -> list[str]:
        """The names of the values in rows that are lists.

        Raises:
            UnreadableError: there are none, or they do not tell the values apart.
        """
        if not isinstance(self.keys, list) or not all(isinstance(key, str) for key in self.keys):
            raise UnreadableError("its rows are lists, and there is no list of keys to name their values")
        if len(set(self.keys)) != len(self.keys):
            raise UnreadableError("its keys name a column twice")
        return self.keys

    def objects(self) -> list[Mapping[str, Any]]:
        """Every row as a wire JSON object.

        Raises:
            UnreadableError: a row is neither, or has not as many values as there are keys.
        """
        keys = self.names() if any(isinstance(row, list) for row in self.rows) else []
        return [_object(number, row, keys) for number, row in enumerate(self.rows)]


def envelope(body: Any) -> Envelope:
    """A page, from its decoded JSON.

    Raises:
        UnreadableError: it is none.
    """
    page = {"data": body} if isinstance(body, list) else body
    if not isinstance(page, dict):
        raise UnreadableError(f"a page of rows was promised, not {type(page).__name__}")
    if "data" not in page and "total_num_pages" not in page:
        # Such as the {} of a proxy: taken for an empty page, it would lose rows without a word.
        raise UnreadableError("it has neither data nor total_num_pages")
    rows = page.get("data")
    if rows is None:
        rows = []
    if not isinstance(rows, list):
        raise UnreadableError("its data is no list")
    return Envelope(rows, page.get("keys"), _total(page.get("total_num_pages")))


def check_length(number: int, row: list[Any], keys: list[str]) -> None:
    """Hold a row against the keys.

    Raises:
        UnreadableError: they are not as many.
    """
    if len(row) != len(keys):
        raise UnreadableError(f"row {number} has {len(row)} values for {len(keys)} keys")


def _object(number: int, row: Any, keys: list[str]) -> Mapping[str, Any]:
    if isinstance(row, dict):
        return row
    if not isinstance(row, list):
        raise UnreadableError(f"row {number} is neither a list nor an object")
    check_length(number, row, keys)
    return dict(zip(keys, row, strict=True))


def _total(total: Any) -> int | None:
    count = whole_count(total)
    if count is None and total is not None:
        raise UnreadableError(f"its total_num_pages is {total!r}"[:100])
    return count
