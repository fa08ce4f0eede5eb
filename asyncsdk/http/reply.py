"""A whole answer, read and decompressed."""

from __future__ import annotations

import zlib
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
from attrs import field, frozen

from ..errors import DecodeError
from .redact import redact
from .whole import body_of, whole_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..operation import Operation

_SNIPPET = 200
_MOST_KIND = 100
_ENCODING = b"content-encoding"
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

    def json(self) -> Any:
        """The body as plain data.

        Raises:
            DecodeError: the body is not JSON.
        """
        try:
            return msgspec.json.decode(self.body.removeprefix(BOM_UTF8))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
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


MAX_BODY = 1 << 30


def decompressed(raw: bytes, response: httpx.Response, most: int = MAX_BODY) -> bytes:
    """The body without its content encoding.

    Args:
        raw: the whole body as it came.
        response: whose ``Content-Encoding`` says what it is.

    Raises:
        httpx.DecodingError: the bytes are not what the encoding promises, such as a body that breaks off.
    """
    encoding = _encoding(response)
    if not encoding or not raw:
        return raw
    if encoding in ("gzip", "x-gzip"):
        return _inflated(raw, 31)
    if encoding == "deflate":
        # Either with zlib's header, as the standard says, or without, as some servers send it.
        return _inflated(raw, 15 if raw[0] & 0x0F == 8 and int.from_bytes(raw[:2]) % 31 == 0 else -15)
    return httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content


def _encoding(response: httpx.Response) -> str:
    # httpx decodes all headers before it gives one, which every call would pay for
    known = len(_ENCODING)
    found = [value for name, value in response.headers.raw if len(name) == known and name.lower() == _ENCODING]
    return b", ".join(found).decode("latin-1").strip().lower() if found else ""


def _inflated(raw: bytes, wbits: int) -> bytes:
    """All members of a gzip or deflate body; httpx's decoders take a cut body for a whole one, and the first member for all."""
    found: list[bytes] = []
    while raw:
        member = zlib.decompressobj(wbits)
        try:
            found.append(member.decompress(raw))
        except zlib.error as error:
            raise httpx.DecodingError(f"the compressed body is broken: {error}") from None
        if not member.eof:
            raise httpx.DecodingError("the compressed body breaks off")
        raw = member.unused_data.lstrip(b"\0")
    return b"".join(found)


def readable(response: httpx.Response) -> bytes:
    """What an answer that was read whole says, decompressed; nothing where that cannot be done."""
    try:
        return decompressed(whole_body(response), response)
    except httpx.DecodingError:
        return b""
