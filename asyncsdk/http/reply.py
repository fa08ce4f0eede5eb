"""A whole answer, read and decompressed."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
from attrs import frozen

from ..errors import DecodeError
from .redact import redact

if TYPE_CHECKING:
    from ..operation import Operation

_SNIPPET = 200


@frozen
class Reply:
    """A 2xx answer.

    Attributes:
        operation: what was called.
        status: the HTTP status.
        headers: of the answer.
        body: decompressed.
    """

    operation: Operation
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """The body as plain data.

        Raises:
            DecodeError: the body is not JSON.
        """
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self.unreadable(f"not JSON ({error})") from None

    def unreadable(self, why: str) -> DecodeError:
        """The error for a body that is not what the operation promises."""
        kind = self.headers.get("content-type")
        start = redact(self.body[: 4 * _SNIPPET].decode("utf-8", "replace"), most=_SNIPPET)
        if not self.body:
            why = "it is empty"
        elif start.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
            why = "it is a page of HTML; is base_url right, or is a proxy or login page in between?"
        return DecodeError(
            f"{self.operation.id}: the answer ({self.status}, {kind or 'no content type'}) cannot be read: {why}",
            operation=self.operation.id,
            content_type=kind,
            snippet=start,
        )


async def read_whole(response: httpx.Response) -> bytes:
    """The body as it came over the wire, still compressed; the response is closed in any case."""
    stream = response.stream
    if isinstance(stream, httpx.ByteStream):
        return b"".join(stream)
    try:
        return b"".join([chunk async for chunk in stream])  # type: ignore[union-attr]  # an async engine's stream
    finally:
        await response.aclose()


def decompressed(raw: bytes, response: httpx.Response) -> bytes:
    """The body without its content encoding.

    Raises:
        httpx.DecodingError: the bytes are not what the encoding promises, such as a body that breaks off.
    """
    encoding = response.headers.get("content-encoding")
    if not encoding or not raw:
        return raw
    if encoding.lower() == "gzip":
        inflate = zlib.decompressobj(wbits=31)
        try:
            body = inflate.decompress(raw)
        except zlib.error as error:
            raise httpx.DecodingError(f"the gzip body is broken: {error}") from None
        if not inflate.eof:
            raise httpx.DecodingError("the gzip body breaks off")
        if not inflate.unused_data:
            return body
    return httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content
