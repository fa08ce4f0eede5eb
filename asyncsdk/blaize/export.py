"""The export of all users: one long list, read while it arrives."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from ..chain.streamed import Streamed
from ..client import Client
from ..codec import Model, from_dict, wire
from ..errors import ConnectionLostError, SDKError
from ..http.url import Query, encode_query
from ..operation import Operation
from ..resource import whole_number
from .export_reader import BrokenExportError, ExportReader
from .grants import Grant
from .listing import Extent
from .user import User

USUAL_RPP = 500
"""Results a page, where the service is not told (docs/services/blaize.md)."""

# How much of a document's beginning an error may show a part of.
_SEEN = 1024


@frozen(kw_only=True)
class ExportedUser(Model):
    """One row of the export.

    Attributes:
        seq_no: the row's number, from 1.
        user: the user; extended profiles are in its `extra`.
        grants: what the user was granted, where the export was asked for it.
    """

    seq_no: int | None = wire("seq-no")
    user: User = wire("user", always=True)
    grants: tuple[Grant, ...] | None = None


class UserExport:
    """What `Users.export` gives: enter it, then iterate it, once.

    A list that breaks off is never taken for a whole one: its last rows are given, then a `ConnectionLostError` is raised. On
    that and every other error, ``items_read`` says how many rows were given, and ``cursor`` is the page that failed, where
    the service gives pages: ``users.export(page=int(error.cursor))`` goes on from its beginning.

    Args:
        client: who asks.
        operation: what to ask for.
        query: wire names to values.
        page: the page to begin with, from 1; None asks as the document does, without a number.
        rpp: results a page; None leaves it to the service.

    Attributes:
        items_read: how many rows were given so far.

    Raises:
        TypeError, ValueError: a value that cannot be meant.
    """

    def __init__(
        self, client: Client, operation: Operation, query: Query, *, page: int | None = None, rpp: int | None = None
    ) -> None:
        encode_query(query)
        whole_number(page, "page")
        whole_number(rpp, "rpp")
        self.items_read = 0
        self._client = client
        self._operation = operation
        self._query = query
        self._page = page
        self._rpp = rpp
        self._extent = Extent(rpp or USUAL_RPP)
        self._opened = AsyncExitStack()
        self._entered = False
        self._body: Streamed | None = None
        self._reader = ExportReader()
        self._seen = b""
        self._rows: deque[Mapping[str, Any]] = deque()
        self._rows_of_page = 0
        self._failure: SDKError | None = None

    async def __aenter__(self) -> Self:
        """Ask for the export; the rows are read when they are wanted.

        Raises:
            SDKError: what became of the last attempt.
        """
        if self._entered:
            raise RuntimeError("an export is entered once; ask for another")
        self._entered = True
        await self._open(self._page)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    def __aiter__(self) -> AsyncIterator[ExportedUser]:
        if not self._entered:
            raise TypeError('an export is entered before it is iterated: "async with blaize.users.export() as users"')
        return self

    async def __anext__(self) -> ExportedUser:
        """The next row.

        Raises:
            ConnectionLostError, TimeoutError: the list broke off.
            DecodeError: it is no list of users.
            PaginationError: the service's links go in circles.
        """
        while not self._rows:
            if self._failure is not None:
                raise self._failure
            if self._body is None:
                raise StopAsyncIteration
            try:
                await self._read(self._body)
            except SDKError as error:
                error.items_read = self.items_read
                error.cursor = None if self._page is None else str(self._page)
                self._failure = error
                raise
        self.items_read += 1
        return from_dict(ExportedUser, self._rows.popleft())

    async def _open(self, page: int | None) -> None:
        self._page = page
        self._reader = ExportReader()
        self._seen = b""
        self._rows_of_page = 0
        query = {**self._query, "page": page, "rpp": self._rpp}
        self._body = await self._opened.enter_async_context(self._client.stream(self._operation, query=query))

    async def _read(self, body: Streamed) -> None:
        """Read one piece; at the end of a page, go on to the next or come to the end."""
        piece = await anext(body, None)
        if piece is None:
            await self._end_page(body)
            return
        if len(self._seen) < _SEEN:
            self._seen += piece[:_SEEN]
        try:
            rows = self._reader.feed(piece)
        except BrokenExportError as error:
            raise body.unreadable(str(error), self._seen) from None
        self._rows_of_page += len(rows)
        self._rows.extend(rows)

    async def _end_page(self, body: Streamed) -> None:
        if not self._seen:
            raise body.unreadable("it is empty", b"")
        if not self._reader.complete:
            raise ConnectionLostError(
                f"{self._operation.id}: the list breaks off after {self.items_read} rows", operation=self._operation.id
            )
        following = self._extent.after(self._page or 1, self._rows_of_page, self._reader.around)
        self._body = None
        await self._opened.aclose()
        if following is not None:
            await self._open(following)
