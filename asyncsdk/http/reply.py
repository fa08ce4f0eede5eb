"""A whole answer, read and decompressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from attrs import field, frozen

from ..errors import DecodeError
from .coding import beginning
from .json_text import read_json
from .redact import redact
from .whole import body_of, whole_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..operation import Operation

_PAGES = ("text/html", "application/xhtml+xml")
_SNIPPET = 200
_MOST_KIND = 100
_MOST_OF_AN_ERROR = 1 << 18
# What a snippet is cut from; the secrets in it are found before the cut.
_LOOKED_AT = 1 << 16


@frozen
class Reply:
    """A 2xx answer.

    Attributes:
        operation: what was called.
        status: the HTTP status.
        headers: of the answer.
        body: decompressed.
        secrets: gives the values that must not be shown though the service may echo them.
    """

    operation: Operation
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    secrets: Callable[[], Iterable[str]] = field(default=tuple, repr=False, eq=False)

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people, of a proxy, a login or the wrong host: no answer of the service at all."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in _PAGES and bool(self.body)

    def json(self) -> Any:
        """The body as plain data.

        Raises:
            DecodeError: the body is not JSON.
        """
        try:
            return read_json(self.body)
        except ValueError as error:
            raise self.unreadable(f"not JSON ({error})") from None

    def unreadable(self, why: str) -> DecodeError:
        """The error for a body that is not what the operation promises."""
        secrets = tuple(self.secrets())
        kind = self.headers.get("content-type")
        kind = kind and redact(kind, secrets, most=_MOST_KIND)
        start = redact(self.body[:_LOOKED_AT].decode("utf-8", "replace"), secrets, most=_SNIPPET)
        if not self.body:
            why = "it is empty"
        elif start.lstrip("\ufeff \t\r\n")[:15].lower().startswith(("<!doctype", "<html")):
            why = "it is a page of HTML; is base_url right, or is a proxy or login page in between?"
        why = redact(why, secrets, most=500)
        return DecodeError(
            f"{self.operation.id}: the answer ({self.status}, {kind or 'no content type'}) cannot be read: {why}",
            operation=self.operation.id,
            content_type=kind,
            snippet=start,
        )


async def read_whole(response: httpx.Response) -> bytes:
    """The body as it came over the wire, still compressed; the response is closed in any case."""
    stream = response.stream
    if (body := body_of(stream)) is not None:
        return body
    assert isinstance(stream, httpx.AsyncByteStream)
    try:
        return b"".join([chunk async for chunk in stream])
    finally:
        await stream.aclose()


def readable(response: httpx.Response) -> bytes:
    """What an error that was read whole says, decompressed: its beginning, and nothing where that cannot be done."""
    try:
        return beginning(whole_body(response), response, _MOST_OF_AN_ERROR)
    except httpx.DecodingError:
        return b""
