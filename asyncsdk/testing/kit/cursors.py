"""Lists by cursor: the next page stands in the ``Link`` header, and nowhere else."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from attrs import frozen

from .call import RefusedError, answer
from .pages import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from .call import Call, Record

_CURSOR = re.compile(r"skip([0-9]{1,9})", re.ASCII)


@frozen
class Stretch:
    """Which stretch of a list is asked for.

    Attributes:
        skip: how many come before it.
        limit: how many it has at most; None for all that are left.
    """

    skip: int = 0
    limit: int | None = None

    def cut(self, records: Iterable[Record]) -> list[Record]:
        """The records in it."""
        return list(islice(records, self.skip, None if self.limit is None else self.skip + self.limit))


def stretch(call: Call, usual: int | None = None) -> Stretch:
    """What a query's ``limit`` and ``cursor`` ask for. A cursor is ``skip`` and a number: to clients it means nothing.

    Args:
        call: the request.
        usual: how many on a page, where it does not say; None for all.

    Raises:
        RefusedError: 400: a limit that is no number from 1, or a cursor that the system never gave.
    """
    limit = whole(call, "limit", 0) or usual
    cursor = call.query.get("cursor")
    if not cursor:
        return Stretch(0, limit)
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise RefusedError(400, "cursor is none that was given here")
    return Stretch(int(found[1]), limit)


def next_link(call: Call, cursor: str) -> str:
    """The value of ``Link``: the same request with another cursor."""
    kept = [(name, value) for name, value in parse_qsl(call.raw_query, keep_blank_values=True) if name != "cursor"]
    return f'<{call.base_url}{call.raw_path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'


def linked(call: Call, records: Iterable[Record], part: Stretch, *, counted: bool = False) -> Response:
    """A stretch of a list, with a link to the next one while it is full: where that is the end, an empty one follows.

    Args:
        call: the request.
        records: the whole list.
        part: which stretch of it.
        counted: whether ``X-Total-Count`` says how many there are in all; it never does of an empty list.
    """
    found = list(records)
    page = part.cut(found)
    headers = {}
    if counted and found:
        headers["x-total-count"] = str(len(found))
    if part.limit is not None and len(page) == part.limit:
        headers["link"] = next_link(call, f"skip{part.skip + part.limit}")
    return answer(page, headers=headers)
