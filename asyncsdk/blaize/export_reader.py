"""From the bytes of a user export to its rows, while they arrive: a reader of one long JSON list, without any I/O.

Only the frame of the document is walked here, with a regular expression that runs from bracket to bracket; what stands in a
row is left to `read_json`. It takes the memory of one row and one piece, whatever the length of the list.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

from ..http.json_text import read_json

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

MOST = 1 << 26
"""Bytes that one row may have: a list that is broken inside a string would be collected whole otherwise."""

# Rows stand in the document's list, or one list deeper (docs/services/blaize.md).
_DEEPEST = 2

# Atomic groups, and none of the possessive quantifiers: Python 3.11 before 3.11.5 loses its place after one (gh-100061).
_SPACE = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^\s,\]}]*")
_INSIDE = re.compile(rb'(?>(?:[^"\\]+|\\.)*)', re.DOTALL)
_STRING = b'"%b"' % _INSIDE.pattern
_OUTSIDE = re.compile(rb'(?>(?:[^"\[\]{}]+|%b)*)' % _STRING, re.DOTALL)


def _run_of_rows(deepest: int) -> re.Pattern[bytes]:
    """A pattern for whole objects, nested so deep at most, with commas between them: in one go, what the grammar walks."""
    inner = plain = rb'[^"\[\]{}]+|%b' % _STRING
    for _ in range(deepest - 1):
        inner = rb"%b|[\[{](?>(?:%b)*)[\]}]" % (plain, inner)
    row = rb"\{(?>(?:%b)*)\}" % inner
    return re.compile(rb"%b(?>(?:%b,%b%b)*)" % (row, _SPACE.pattern, _SPACE.pattern, row), re.DOTALL)


_ROWS = _run_of_rows(6)

# What the patterns are let loose on at once: they take memory for each step of a match.
_SLICE = 1 << 16


class BrokenExportError(ValueError):
    """The document is not the list that was promised."""


class ExportReader:
    """Reads ``[row, ...]``, ``[[row, ...], ...]`` or ``{"results": either, ...}``, cut anywhere.

    Attributes:
        around: the members beside ``results``, as plain data.
        complete: whether the document has come to its end.
    """

    def __init__(self) -> None:
        self.around: dict[str, Any] = {}
        self.complete = False
        self._rows: list[Mapping[str, Any]] = []
        self._buffer = bytearray()
        self._at = 0
        self._passed = 0
        self._walk = self._document()

    def feed(self, piece: bytes) -> Sequence[Mapping[str, Any]]:
        """The rows that a further piece completes.

        Args:
            piece: bytes of the document, decompressed.

        Raises:
            BrokenExportError: no list of objects; says where.
        """
        self._rows = []
        for at in range(0, len(piece), _SLICE):
            self._buffer += piece[at : at + _SLICE]
            next(self._walk)
            del self._buffer[: self._at]
            self._passed += self._at
            self._at = 0
            if len(self._buffer) > MOST:
                raise self._broken(f"more than {MOST} bytes in one row")
        return self._rows

    # What follows is the grammar. Each part stops, with a `yield`, where it needs more bytes.

    def _document(self) -> Generator[None]:
        while BOM_UTF8.startswith(self._buffer[: len(BOM_UTF8)]) and len(self._buffer) < len(BOM_UTF8):
            yield
        if self._buffer.startswith(BOM_UTF8):
            self._at = len(BOM_UTF8)
        mark = yield from self._take()
        if mark == b"[":
            yield from self._list(1)
        elif mark == b"{":
            yield from self._object()
        else:
            raise self._broken("neither a list nor an object")
        self.complete = True
        yield from self._peek()
        raise self._broken("more after the end of the list")

    def _object(self) -> Generator[None]:
        """What follows ``{``."""
        found = False
        mark = yield from self._take()
        while mark != b"}":
            if mark != b'"':
                raise self._broken("no name")
            self._at -= 1
            name = yield from self._value()
            if (yield from self._take()) != b":":
                raise self._broken("no colon")
            if name == "results" and (yield from self._peek()) == b"[":
                self._at += 1
                yield from self._list(1)
                found = True
            else:
                self.around[name] = yield from self._value()
            mark = yield from self._take()
            if mark == b",":
                mark = yield from self._take()
                if mark == b"}":
                    raise self._broken("no name")
            elif mark != b"}":
                raise self._broken("no comma")
        if not found:
            raise BrokenExportError("an object without a list of results")

    def _list(self, depth: int) -> Generator[None]:
        """What follows ``[``."""
        if (yield from self._peek()) == b"]":
            self._at += 1
            return
        mark = b","
        while mark == b",":
            mark = yield from self._peek()
            if mark == b"[" and depth < _DEEPEST:
                self._at += 1
                yield from self._list(depth + 1)
            elif mark == b"{" and (run := _ROWS.match(self._buffer, self._at)):
                self._rows += self._decoded(b"[%b]" % run[0])
                self._at = run.end()
            elif mark == b"{":
                row = yield from self._value()
                self._rows.append(row)
            else:
                raise self._broken("no object where a row is due")
            mark = yield from self._take()
        if mark != b"]":
            raise self._broken("no comma")

    def _take(self) -> Generator[None, None, bytes]:
        """The next byte that is no space, and past it."""
        mark = yield from self._peek()
        self._at += 1
        return mark

    def _peek(self) -> Generator[None, None, bytes]:
        """The next byte that is no space."""
        while True:
            self._at = _end(_SPACE, self._buffer, self._at)
            if self._at < len(self._buffer):
                return bytes(self._buffer[self._at : self._at + 1])
            yield

    def _value(self) -> Generator[None, None, Any]:
        """The JSON value that begins here, decoded, and past it."""
        mark = yield from self._peek()
        length = yield from (self._shape(mark) if mark in b'{["' else self._scalar())
        decoded = self._decoded(self._buffer[self._at : self._at + length])
        self._at += length
        return decoded

    def _scalar(self) -> Generator[None, None, int]:
        """The length of a number or word: only what follows it tells where it ends."""
        while (end := _end(_SCALAR, self._buffer, self._at)) == len(self._buffer):
            yield
        return end - self._at

    def _shape(self, mark: bytes) -> Generator[None, None, int]:
        """The length of an object, list or string. What has been looked at is not looked at again when more bytes come."""
        inside = mark == b'"'
        depth = int(not inside)
        length = 1
        while True:
            at = _end(_INSIDE if inside else _OUTSIDE, self._buffer, self._at + length)
            length = at - self._at
            mark = bytes(self._buffer[at : at + 1])
            if mark in (b"", b"\\"):  # a backslash is met only where the byte it escapes has not come
                yield
                continue
            length += 1
            if mark == b'"':
                inside = not inside
            else:
                depth += 1 if mark in (b"{", b"[") else -1
            if not depth and not inside:
                return length

    def _decoded(self, value: bytes | bytearray) -> Any:
        try:
            return read_json(value)
        except ValueError as error:
            why = str(error).partition(" (byte")[0]  # counted from the value's own beginning
            raise self._broken(f"not JSON ({why})") from None

    def _broken(self, what: str) -> BrokenExportError:
        return BrokenExportError(f"{what}, at byte {self._passed + self._at}")


def _end(pattern: re.Pattern[bytes], buffer: bytearray, at: int) -> int:
    """Where a pattern that matches nothing too ends."""
    found = pattern.match(buffer, at)
    assert found is not None
    return found.end()
