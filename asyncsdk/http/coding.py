"""Content codings, undone piece by piece: one reading for answers that are held whole and for streams."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import httpx

from .whole import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_BODY = 1 << 30
"""Bytes that an answer may hold unpacked, unless the client says otherwise."""

# What is given at once, and what zlib gets: it copies what it has not come to yet, each time.
_PIECE = 1 << 16
# What a held body is unpacked to in one go: hardly any is larger.
_AT_ONCE = 1 << 23
# Nobody packs a body more often, and each layer of a bomb multiplies the one below.
_MOST_CODINGS = 3
_SHOWN = 60
_HEADER = b"content-encoding"
_IDENTITY = ("", "identity")


class Coding(Protocol):
    """What undoes a body's codings."""

    @property
    def complete(self) -> bool:
        """Whether the body may end here."""
        ...

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a further piece holds; never empty pieces, and packed ones in pieces of 64 KiB at most.

        Raises:
            httpx.DecodingError: it is not what the coding promises, or a coding that nobody asked for.
        """
        ...


def coding(named: str) -> Coding:
    """What undoes the codings of a ``Content-Encoding`` header.

    Args:
        named: its value: gzip, deflate and identity, several with commas between, in the order they were applied.
    """
    names = [name for each in named.split(",") if (name := each.strip().lower()) not in _IDENTITY]
    if not names:
        return _Identity()
    if len(names) > _MOST_CODINGS or not all(name in ("gzip", "x-gzip", "deflate") for name in names):
        return _Refused(named)
    layers = [_Inflate(gzip=name != "deflate") for name in reversed(names)]
    return layers[0] if len(layers) == 1 else _Layers(layers)


def decompressed(raw: bytes, response: httpx.Response, most: int = MAX_BODY) -> bytes:
    """A whole body without its content codings.

    Args:
        raw: the body as it came.
        response: whose ``Content-Encoding`` says what it is.
        most: bytes that it may hold unpacked; little more is ever unpacked of a larger one.

    Raises:
        httpx.DecodingError: the bytes are not what the header promises, such as a body that breaks off, or a coding that nobody
            asked for.
        TooLargeError: it holds more.
    """
    named = _named(response)
    if not raw or named in _IDENTITY:
        if len(raw) > most:
            raise _too_large(most)
        return raw
    if named == "gzip" and (found := _small(raw, most)) is not None:
        return found
    pieces, size = [], 0
    for piece in _unpacked(raw, coding(named)):
        size += len(piece)
        if size > most:
            raise _too_large(most)
        pieces.append(piece)
    return b"".join(pieces)


def beginning(raw: bytes, response: httpx.Response, most: int) -> bytes:
    """The first bytes of what a whole body holds, as `decompressed` would give it: of an error nobody needs more.

    Raises:
        httpx.DecodingError: as `decompressed`.
    """
    found = bytearray()
    for piece in _unpacked(raw, coding(_named(response))):
        found += piece[: most - len(found)]
        if len(found) == most:
            break
    return bytes(found)


def _named(response: httpx.Response) -> str:
    # httpx decodes all headers before it gives one, which every call would pay for
    known = len(_HEADER)
    found = [value for name, value in response.headers.raw if len(name) == known and name.lower() == _HEADER]
    return b", ".join(found).decode("latin-1").strip().lower() if found else ""


def _small(raw: bytes, most: int) -> bytes | None:
    """What the usual body holds: one member of gzip that unpacks to little; None where it is any other."""
    member = zlib.decompressobj(31)
    try:
        found = member.decompress(raw, min(most, _AT_ONCE) + 1)
    except zlib.error:
        return None
    return found if member.eof and not member.unused_data and len(found) <= most else None


def _unpacked(raw: bytes, through: Coding) -> Iterator[bytes]:
    yield from through.feed(raw)
    if not through.complete:
        raise httpx.DecodingError("the compressed body breaks off")


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"the answer holds more than {most} bytes; give the client a larger max_body to take it")


class _Identity:
    """No coding."""

    complete = True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        return iter((piece,) if piece else ())


class _Refused:
    """A coding that nobody asked for. An answer without a body may name any.

    Args:
        named: as the answer calls it.
    """

    complete = True

    def __init__(self, named: str) -> None:
        self._named = named

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if piece:
            raise httpx.DecodingError(f"the body comes in the coding {self._named[:_SHOWN]!r}, which was not asked for")
        return iter(())


class _Inflate:
    """gzip or deflate: every member, in pieces of bounded length however well they were compressed.

    Args:
        gzip: or else deflate.
    """

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._member: zlib._Decompress | None = None
        # the first byte of a member of deflate, which does not tell its form alone
        self._begun = b""
        self.complete = True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        for at in range(0, len(piece), _PIECE):
            yield from self._sliced(piece[at : at + _PIECE])

    def _sliced(self, piece: bytes) -> Iterator[bytes]:
        member = self._member
        while piece or (member is not None and not member.eof):
            if member is None or member.eof:
                piece = self._begun + (piece.lstrip(b"\0") if member else piece)  # padding between members
                self.complete = not piece
                self._begun = piece if len(piece) == 1 and not self._gzip else b""
                if not piece or self._begun:
                    return
                member = self._member = zlib.decompressobj(31 if self._gzip else _deflate_bits(piece))
            try:
                found = member.decompress(piece, _PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(f"the compressed body is broken: {error}") from None
            self.complete = member.eof
            piece = member.unused_data if member.eof else member.unconsumed_tail
            if found:
                yield found
            elif not piece:
                return


def _deflate_bits(start: bytes) -> int:
    """With zlib's header, as the standard says, or without, as some servers send it."""
    return 15 if start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0 else -15


class _Layers:
    """Codings one upon the other.

    Args:
        layers: the outermost first.
    """

    def __init__(self, layers: Sequence[Coding]) -> None:
        self._layers = layers

    @property
    def complete(self) -> bool:
        return all(each.complete for each in self._layers)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        pieces: Iterator[bytes] = iter((piece,))
        for each in self._layers:
            pieces = _through(each, pieces)
        return pieces


def _through(layer: Coding, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from layer.feed(piece)
