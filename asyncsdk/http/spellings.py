"""Where a known secret stands in a text, whatever way it is written there. Pure, and meant for the error path.

A service echoes what it was sent through the JSON, HTML or URL writer that it happens to use, and each escapes other characters, in
another way. So all escapes of the text are undone, again and again while there are some (JSON inside JSON inside a query), the
secrets are looked for in each such layer, and what is found is traced back to the text as it came. The cost follows the text's
length times the number of secrets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 4
"""Characters of a secret: one of fewer would blot out half the text, and is guessed faster than it is read."""

_DEEPEST = 6

_DIGIT = "[0-9A-Fa-f]"
_KINDS = (
    rf"%(?P<byte>{_DIGIT}{{2}})",
    rf"[\\%]u[Dd](?P<high>[89ABab]{_DIGIT}{{2}})[\\%]u[Dd](?P<low>[C-Fc-f]{_DIGIT}{{2}})",
    rf"[\\%]u(?P<unit>{_DIGIT}{{4}})",
    rf"\\u\{{(?P<braced>{_DIGIT}{{1,6}})\}}",
    rf"\\U(?P<long>00{_DIGIT}{{6}})",
    rf"\\x(?P<short>{_DIGIT}{{2}})",
    r"\\(?P<sign>[bfnrtv]|[ -/:-@\[-`{-~])",
    r"&#(?P<decimal>[0-9]{1,9});?",
    rf"&#[xX](?P<hexadecimal>{_DIGIT}{{1,8}});?",
    r"(?P<entity>&[A-Za-z][0-9A-Za-z]{1,31};)",
)
# Once with all of them, and once with a backslash that stands for itself: a secret may end in one, whatever sign comes after it.
_READINGS = tuple(
    re.compile("|".join(kinds).encode()) for kinds in (_KINDS, [each for each in _KINDS if "<sign>" not in each])
)
_SIGNS = dict(zip(b"bfnrtv", b"\b\f\n\r\t\v", strict=True))
_HEX = re.compile(rb"[0-9a-f]{16,}|[0-9A-F]{16,}")

_Span = tuple[int, int]


def covered(text: str, secrets: Iterable[str], mask: str) -> str:
    """A text with a mask in place of each of these secrets, in whatever form they stand there.

    Args:
        text: what is about to be shown.
        secrets: as they were sent; those that are shorter than `SHORTEST` are passed over.
        mask: what stands in their place.
    """
    needles = _needles(secrets)
    if not needles:
        return text
    data = _bytes(text)
    spans = sorted({span for escape in _READINGS for span in _spans(_layers(data, escape), needles)})
    return b"".join(_with_gaps_filled(data, spans, mask.encode())).decode("utf-8", "surrogatepass")


def _spans(layers: list[_Layer], needles: set[bytes]) -> Iterator[_Span]:
    """Where in the outermost layer stands what is found in any of them."""
    for depth, layer in enumerate(layers):
        for span in (each for needle in needles for each in _found(layer.data, needle)):
            for outer in layers[depth:0:-1]:
                span = outer.source(*span)  # noqa: PLW2901
            yield _whole(layers[0].data, *span)


@frozen
class _Layer:
    """A text with the escapes of the layer around it undone.

    Attributes:
        data: the text.
        made: for each escape, where what it stood for begins and ends here.
        came: and where the escape itself does in the layer around.
    """

    data: bytes
    made: list[_Span]
    came: list[_Span]

    def source(self, start: int, end: int) -> _Span:
        """Where a part of this text, which is not empty, stands in the layer around it."""
        return self._outside(start)[0], self._outside(end - 1)[1]

    def _outside(self, at: int) -> _Span:
        """Where the byte at a place comes from: from itself, or from the whole of an escape."""
        known = bisect_right(self.made, (at, len(self.data))) - 1
        if known < 0:
            return at, at + 1
        if at < self.made[known][1]:
            return self.came[known]
        at += self.came[known][1] - self.made[known][1]
        return at, at + 1


def _layers(data: bytes, escape: re.Pattern[bytes] = _READINGS[0]) -> list[_Layer]:
    """A text as it is, and what it holds once its escapes are undone, and those of that."""
    layers = [_Layer(data, [], [])]
    while len(layers) < _DEEPEST:
        inner = _unescaped(layers[-1].data, escape)
        if inner.data == layers[-1].data:
            break
        layers.append(inner)
    return layers


def _unescaped(data: bytes, escapes: re.Pattern[bytes]) -> _Layer:
    pieces, made, came = list[bytes](), list[_Span](), list[_Span]()
    at = size = 0
    for escape in escapes.finditer(data):
        piece = _meant(escape)
        size += escape.start() - at
        pieces += data[at : escape.start()], piece
        made.append((size, size + len(piece)))
        came.append(escape.span())
        size += len(piece)
        at = escape.end()
    pieces.append(data[at:])
    return _Layer(b"".join(pieces), made, came)


def _meant(escape: re.Match[bytes]) -> bytes:
    """What an escape stands for."""
    kind = escape.lastgroup or ""
    value = escape[kind]
    if kind == "entity":
        return _bytes(unescape(value.decode()))
    if kind == "sign":
        return bytes((_SIGNS.get(value[0], value[0]),))
    if kind == "byte":
        return bytes((int(value, 16),))
    code = int(value, 10 if kind == "decimal" else 16)
    if kind == "low":  # the second half of a pair of surrogates
        code = 0x10000 + (int(escape["high"], 16) - 0x800 << 10) + code - 0xC00
    return _bytes(chr(code)) if code <= 0x10FFFF else escape[0]


def _needles(secrets: Iterable[str]) -> set[bytes]:
    """What to look for: secrets as they are and as they are meant, a space as forms write it, and digests in either case."""
    found = set[bytes]()
    for secret in secrets:
        for layer in _layers(_bytes(secret)):
            if len(layer.data.decode("utf-8", "replace")) >= SHORTEST:
                found |= {layer.data, layer.data.replace(b" ", b"+")}
                if _HEX.fullmatch(layer.data):
                    found |= {layer.data.lower(), layer.data.upper()}
    return found


def _found(data: bytes, needle: bytes) -> Iterator[_Span]:
    at = data.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = data.find(needle, at + len(needle))


def _whole(data: bytes, start: int, end: int) -> _Span:
    """A part of a text, with the rest of the characters that it begins and ends in."""
    while data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end


def _with_gaps_filled(data: bytes, spans: Iterable[_Span], mask: bytes) -> Iterator[bytes]:
    """The text around these parts, and a mask for each of them, or for those that overlap."""
    reached = 0
    for start, end in spans:
        if start >= reached:
            yield data[reached:start]
            yield mask
        reached = max(reached, end)
    yield data[reached:]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
