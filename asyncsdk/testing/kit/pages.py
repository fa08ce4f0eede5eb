"""Lists by page numbers, and lists that go out while they are made."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import msgspec
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from .call import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.types import Receive, Scope, Send

    from .call import Call

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)

# Bytes of rows that go over the wire as one piece.
_PIECE = 1 << 16


@frozen
class Asked:
    """Which page of a list is asked for, by its number.

    Attributes:
        page: its number.
        rpp: results a page.
        first: the number of the first page.
    """

    page: int
    rpp: int
    first: int = 1

    def cut(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows on this page."""
        return islice(rows, self.before, self.before + self.rpp)

    @property
    def before(self) -> int:
        """How many rows come before this page."""
        return (self.page - self.first) * self.rpp


def asked(call: Call, usual: int, *, always: bool, size: str = "rpp", first: int = 1) -> Asked | None:
    """The page that a query asks for; None for the whole list.

    Args:
        call: the request.
        usual: results a page, where it does not say.
        always: whether there are pages, though it does not ask for one.
        size: the name of the parameter that says how many results a page has; its number is ``page``.
        first: the number of the first page.

    Raises:
        RefusedError: 400: a number that is none, or too small.
    """
    if not always and "page" not in call.query and size not in call.query:
        return None
    return Asked(whole(call, "page", first, least=first), whole(call, size, usual), first)


def whole(call: Call, name: str, default: int, *, least: int = 1) -> int:
    """A whole number in the query.

    Raises:
        RefusedError: 400: it is none, or less than `least`.
    """
    text = call.query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text) or int(text) < least:
        raise RefusedError(400, f"{name} must be a whole number from {least}")
    return int(text)


class Rows(Response):
    """A list that goes out while it is made, so that it takes no room, however long it is.

    Args:
        rows: what is in it.
        before: the bytes before the first row.
        after: the bytes after the last one.
    """

    media_type = "application/json"

    def __init__(self, rows: Iterable[Any], before: bytes = b"[", after: bytes = b"]") -> None:
        super().__init__()
        del self.headers["content-length"]
        self._rows = rows
        self._before = before
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, unless nobody listens any more."""
        request = Request(scope, receive)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in self._pieces():
            if await request.is_disconnected():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await anyio.lowlevel.checkpoint()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _pieces(self) -> Iterator[bytes]:
        piece = bytearray(self._before)
        comma = b""
        for row in self._rows:
            piece += comma
            piece += msgspec.json.encode(row)
            comma = b","
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece) + self._after
