"""A docstring, taken apart: what a command's help is made of. Pure functions."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields|Note):")
_ENTRY = re.compile(r" {4}([A-Za-z_][\w, ]*): (.*)")
# Which page tells more of the service helps readers of the code, and nobody at a terminal.
_SOURCE = re.compile(r"\s*\(docs/services/[^()]*\)")


@frozen
class Docstring:
    """The parts of a docstring, as Markdown.

    Attributes:
        summary: its first sentence or sentences: the first paragraph.
        details: the paragraphs after it, code left out.
        entries: what ``Args`` or ``Attributes`` say, by name.
        returns: what ``Returns`` says.
    """

    summary: str = ""
    details: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(factory=dict)
    returns: str = ""


def read(text: str | None) -> Docstring:
    """Take a docstring in Google's style apart."""
    before: list[str] = []
    sections: dict[str, list[str]] = {}
    lines = before
    for line in cleandoc(text or "").splitlines():
        if found := _SECTION.fullmatch(line):
            lines = sections.setdefault(found[1], [])
        else:
            lines.append(line)
    paragraphs = list(_paragraphs(before))
    return Docstring(
        summary=paragraphs[0] if paragraphs else "",
        details=tuple(paragraphs[1:]),
        entries=dict(_entries([*sections.get("Args", ()), *sections.get("Attributes", ())])),
        returns=_markdown(sections.get("Returns", ())),
    )


def _paragraphs(lines: Iterable[str]) -> Iterable[str]:
    """The paragraphs of prose: a code block is for programmers, and so is the colon before it."""
    for paragraph in "\n".join(lines).split("\n\n"):
        if paragraph.strip("\n") and paragraph.strip() != "::" and not paragraph.lstrip("\n").startswith("    "):
            yield _markdown(paragraph.removesuffix("::").splitlines())


def _entries(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    names, described = "", list[str]()
    for line in [*lines, "    end: "]:
        if found := _ENTRY.fullmatch(line):
            yield from ((name.strip(), _markdown(described)) for name in names.split(",") if name)
            names, described = found[1], [found[2]]
        else:
            described.append(line)


def _markdown(lines: Iterable[str]) -> str:
    text = " ".join(line.strip() for line in lines if line.strip())
    return _SOURCE.sub("", text).replace("``", "`")
