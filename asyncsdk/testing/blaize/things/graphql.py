"""GraphQL documents, read: as much of the language as promo codes need (specification of October 2021, section 2)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""[\s,\ufeff]+ | \#[^\n\r]*
    | (?P<block>\"{3})
    | (?P<text>"(?:[^"\\\n\r]|\\.)*")
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[_A-Za-z][_0-9A-Za-z]*)
    | (?P<mark>[{}()\[\]:])""",
    re.ASCII | re.VERBOSE,
)

_WORDS = {"true": True, "false": False, "null": None}
_DEEPEST = 50


class DocumentError(ValueError):
    """The document cannot be read."""


@frozen
class Field:
    """A field that is asked for.

    Attributes:
        name: of the field.
        arguments: by name.
        fields: what is asked of it.
    """

    name: str
    arguments: Mapping[str, Any] = field(factory=dict)
    fields: tuple[Field, ...] = ()


def _tokens(document: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(document):
        found = _TOKEN.match(document, at)
        if found is None or found.lastgroup == "block":
            raise DocumentError(f"unexpected character at {at}")
        at = found.end()
        if found.lastgroup:
            yield found.lastgroup, found[0]
    yield "end", ""


class _Reader:
    """A document's tokens, read from the left."""

    def __init__(self, document: str) -> None:
        self._tokens = _tokens(document)
        self._next = next(self._tokens)

    def take(self, kind: str, text: str | None = None) -> str:
        """The next token, which must be this one."""
        if not self.sees(kind, text):
            raise DocumentError(f"{text or f'a {kind}'} expected, not {self._next[1][:20] or 'the end'!r}")
        found = self._next[1]
        self._next = ("end", "") if kind == "end" else next(self._tokens)
        return found

    def sees(self, kind: str, text: str | None = None) -> bool:
        """Whether the next token is this one."""
        return self._next[0] == kind and text in (None, self._next[1])

    def fields(self, depth: int = 0) -> tuple[Field, ...]:
        """``{ ... }``."""
        if depth > _DEEPEST:
            raise DocumentError("nested too deeply")
        self.take("mark", "{")
        found = []
        while not self.sees("mark", "}"):
            found.append(self.field(depth))
        self.take("mark", "}")
        return tuple(found)

    def field(self, depth: int) -> Field:
        name = self.take("name")
        arguments = self.members("(", ")", depth) if self.sees("mark", "(") else {}
        return Field(name, arguments, self.fields(depth + 1) if self.sees("mark", "{") else ())

    def members(self, opening: str, closing: str, depth: int) -> dict[str, Any]:
        """``name: value`` between two marks."""
        self.take("mark", opening)
        found = {}
        while not self.sees("mark", closing):
            name = self.take("name")
            self.take("mark", ":")
            found[name] = self.value(depth + 1)
        self.take("mark", closing)
        return found

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise DocumentError("nested too deeply")
        if self.sees("mark", "{"):
            return self.members("{", "}", depth)
        if self.sees("mark", "["):
            return self.items(depth)
        if self.sees("name"):
            word = self.take("name")
            return _WORDS.get(word, word)
        return _decoded(self.take("text" if self.sees("text") else "number"))

    def items(self, depth: int) -> list[Any]:
        self.take("mark", "[")
        found = []
        while not self.sees("mark", "]"):
            found.append(self.value(depth + 1))
        self.take("mark", "]")
        return found


def _decoded(literal: str) -> Any:
    try:
        return json.loads(literal)
    except ValueError:
        raise DocumentError("a number or text that is none") from None


def parse(document: str) -> tuple[Field, ...]:
    """The fields that a document asks for; ``query`` and ``mutation`` before the first bracket are passed over.

    Raises:
        DocumentError: it cannot be read.
    """
    reader = _Reader(document)
    if reader.sees("name", "query") or reader.sees("name", "mutation"):
        reader.take("name")
    fields = reader.fields()
    reader.take("end")
    return fields
