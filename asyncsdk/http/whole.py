"""Bodies that are there, as httpx's streams."""

from __future__ import annotations

import httpx


class TooLargeError(httpx.DecodingError):
    """An answer is larger than what may be held of one; a message of the raiser's says the limit and how to raise it."""


class Whole(httpx.ByteStream):
    """A body that is there, and can be had without walking over its only piece.

    Args:
        body: the bytes.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.body = body


def body_of(stream: object) -> bytes | None:
    """The bytes of a request's or an answer's stream; None if they are still to be read."""
    if isinstance(stream, Whole):
        return stream.body
    return b"".join(stream) if isinstance(stream, httpx.ByteStream) else None


def whole_body(response: httpx.Response) -> bytes:
    """The body of an answer that was read whole, as it came over the wire."""
    body = body_of(response.stream)
    assert body is not None
    return body
