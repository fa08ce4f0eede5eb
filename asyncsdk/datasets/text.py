"""Rows as JSON text: the bytes that sinks write to files, the command line to stdout, and a web server to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ..http.json_text import write_json

if TYPE_CHECKING:
    from .columns import Columns

HEARTBEAT = b":\n\n"
"""A server-sent comment, which tells whoever is between that the connection is in use."""

FAILED = b"event: failed"
"""How the event that tells of a failure begins."""


def ndjson_lines(columns: Columns, items: Any, key: str | None = None) -> bytes:
    """Each row just as the service sent it; in front of it its key, where rows of this kind do not have it themselves.

    Args:
        columns: of the data set.
        items: rows, wire rows, or a record batch.
        key: whose they are.
    """
    rows = columns.to_wire(items)
    if columns.added_key is not None:
        rows = [{columns.added_key: key, **row} for row in rows]
    try:
        return msgspec.json.Encoder().encode_lines(rows)
    except UnicodeEncodeError:  # half of a character, which only an escape can hold
        return b"".join(write_json(each) + b"\n" for each in rows)


def events(lines: bytes) -> bytes:
    """JSON lines as server-sent events, a line each; JSON text has no line break inside."""
    return b"data: " + lines[:-1].replace(b"\n", b"\n\ndata: ") + b"\n\n" if lines else b""


def event(name: str, value: Any) -> bytes:
    """One server-sent event with a name.

    Args:
        name: what browsers listen for; a word.
        value: plain JSON.
    """
    return b"event: " + name.encode() + b"\n" + events(write_json(value) + b"\n")
