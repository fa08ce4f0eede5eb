"""From a link to the next page to what it says of that page: pure functions over text.

A link is never asked itself: its scheme and host are the server's guess at its own address, or somebody else's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ..errors import PaginationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What a Link header is made of. A target ends at the next bracket and an open quote at the end of the text, so that no text,
# however broken, is looked at twice.
_TOKEN = re.compile(
    r"""<(?P<target>[^<>]*)> | "(?P<quoted>(?:[^"\\]|\\.)*)"? | (?P<mark>[,;=]) | (?P<word>[^\s<",;=]+)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_NO_CURSOR = ("", "null", "undefined")


def next_link(headers: Mapping[str, str] | str | None) -> str | None:
    """The target of the first link whose relation is ``next`` (RFC 8288); None where there is none.

    Args:
        headers: of an answer, or the text of its ``Link`` header.
    """
    if headers is None or isinstance(headers, str):
        text = headers or ""
    else:
        text = ",".join(value for name, value in headers.items() if name.lower() == "link")
    for target, relations in _links(text):
        if "next" in relations.lower().split():
            return target or None
    return None


def _links(text: str) -> Iterator[tuple[str, str]]:
    """Each link of a ``Link`` header: its target and its relations."""
    target: str | None = None
    relations: str | None = None
    name = before = ""
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        said = token[kind]
        mark = said if kind == "mark" else ""
        if kind == "target" or mark == ",":
            if target is not None:
                yield target, relations or ""
            target = None if mark else said.strip()
            relations = None
        elif before == ";" and not mark:
            name = said.lower()
        elif before == "=" and not mark and name == "rel" and relations is None:  # only the first one counts
            relations = _ESCAPED.sub(r"\1", said)
        before = mark
    if target is not None:
        yield target, relations or ""


def cursor_of(link: object, name: str = "cursor") -> str | None:
    """The cursor in a link; None where there is no link, or where it leads nowhere: an empty cursor, ``null`` or ``undefined``.

    Args:
        link: an absolute or relative URL, as a header or a JSON body has it.
        name: of the parameter that holds the cursor.

    Raises:
        PaginationError: it is no text, or has no such parameter.
    """
    if link is None or link == "":
        return None
    found = parameter(link, name) if isinstance(link, str) else None
    if found is None:
        raise PaginationError(f"the link to the next page has no parameter {name!r}")
    return None if found in _NO_CURSOR else found


def parameter(link: str, name: str) -> str | None:
    """The first value that a query parameter has in a link; None where the link has no such parameter.

    Bytes that are no UTF-8 become lone surrogates, so that they cannot pass for another value.
    """
    query = link.partition("#")[0].partition("?")[2]
    found = parse_qs(query, keep_blank_values=True, errors="surrogateescape").get(name)
    return found[0] if found else None
