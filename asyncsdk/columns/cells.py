"""What of a wire value a column can hold. Pure Python: the text sinks follow the same rule without pyarrow.

The rule, for every cell of the eight documented columns: a value that its column gives back stands in the column and nowhere else.
Any other value stands in the row's ``extra``, a JSON object, under the column's name and just as it was sent, and the column holds
what can be read from it, or null. So a null in a column means that the row did not have that key, unless ``extra`` says otherwise.

=========  =====================================================  ==================================================
column     holds exactly                                          reads, and keeps the wire value in ``extra``
=========  =====================================================  ==================================================
text       a string                                               a number: its JSON text; a string with half of a
                                                                  surrogate pair in it: U+FFFD stands there
integer    a number that is whole (``1.0`` is 1), of 64 bits      a string of digits
timestamp  ``YYYY-MM-DDTHH:MM:SS.mmmZ``                           any other ISO 8601 text, cut down to the millisecond;
                                                                  without a zone it is UTC
=========  =====================================================  ==================================================

Null, true, false, lists, objects and all else are null in the column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from ..codec import instant, timestamp
from ..http.json_text import LONE_SURROGATE, write_json
from ..times import instant as moment_of, since_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "integer", "timestamp"]

COLUMNS: Final[dict[str, Kind]] = {
    "class_name": "text",
    "count": "integer",
    "device_id": "text",
    "frame_number": "integer",
    "model_id": "text",
    "session_id": "text",
    "source_file_name": "text",
    "timestamp": "timestamp",
}
"""The documented columns in the document's order (seed 001), and what each holds."""

EXTRA: Final = "extra"
"""The column that holds what the documented ones do not, as JSON text; null where that is nothing."""

ABSENT: Final[Any] = object()
"""In place of a value, where a row does not have the key."""

_INT64 = range(-(2**63), 2**63)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_CANONICAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def cell(kind: Kind, value: Any) -> tuple[Any, bool]:
    """What a column of this kind holds of a wire value, and whether that is all of it.

    Returns:
        A string, an int, milliseconds since the epoch for a timestamp, or None; and True if `wire_value` gives the wire
        value back.
    """
    if value is ABSENT:
        return None, True
    if kind == "text":
        return _text(value)
    return _integer(value) if kind == "integer" else _milliseconds(value)


def _text(value: Any) -> tuple[str | None, bool]:
    if isinstance(value, str):
        # to ask whether it is ASCII costs nothing, and mostly answers the question
        whole = value.isascii() or LONE_SURROGATE.search(value) is None
        return (value, True) if whole else (LONE_SURROGATE.sub("\ufffd", value), False)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return write_json(value).decode(), False
    return None, False


def _integer(value: Any) -> tuple[int | None, bool]:
    exact = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, str) and len(value) <= 20 and _INTEGER.fullmatch(value):
        value = int(value)
    elif not exact or (isinstance(value, float) and not value.is_integer()):
        return None, False
    return (int(value), exact) if int(value) in _INT64 else (None, False)


def _milliseconds(value: Any) -> tuple[int | None, bool]:
    if not isinstance(value, str):
        return None, False
    try:
        return since_epoch(instant(value)), _CANONICAL.fullmatch(value) is not None
    except (ValueError, OverflowError):
        return None, False


def wire_value(kind: Kind, value: Any) -> Any:
    """The wire value of what stands in a column: only a timestamp is written otherwise than it is held."""
    return timestamp(moment_of(value)) if kind == "timestamp" else value


def extra_text(extra: Mapping[str, Any]) -> str | None:
    """``extra`` as JSON text, its keys sorted: the same row has the same text. None if it is empty."""
    return write_json(extra, ordered=True).decode() if extra else None
