"""What the Analytics API's document prints, by device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents import documents
from .generator import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .generator import Row

_DOCUMENTS = documents("unleash_analytics")


def _shown(path: str) -> list[Any]:
    """The JSON of each answer that is printed."""
    answers = _DOCUMENTS[f"unleash_analytics.{path}"].responses
    return [each.example for each in answers if each.example is not None]


def _by_device(rows: Iterator[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[KEYS.index("device_id")]), []).append(row)
    return found


VERSION: str = _shown("version")[0]
VERSION_AS_PRINTED = (_DOCUMENTS["unleash_analytics.version"].responses[1].text or "").encode()
"""Not JSON; the service itself answers the bare string."""

DEVICES = tuple(_shown("devices")[0])
SESSIONS = tuple(_shown("sessions")[0])

DAY = 1_597_622_400_000
"""The first millisecond of 2020-08-17 UTC, the day on which all the samples lie."""

ROWS = _by_device(tuple(row) for page in _shown("rows") for row in page["data"])
"""The rows of the size-optimized samples, the introduction's too."""

_TABLEAU: list[dict[str, Any]] = _shown("tableau")[0]["data"]

TABLEAU_ROWS = {**ROWS, **_by_device(tuple(row[key] for key in KEYS) for row in _TABLEAU)}
"""The rows of the tableau samples. The document's two samples of one frame disagree, and so do these."""

TABLEAU_KEYS = tuple(_TABLEAU[0])
"""The order of a tableau row's members."""
