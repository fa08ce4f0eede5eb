"""Values that stand for there being none."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final


class _Mark(Enum):
    OMIT = "OMIT"
    WHOLE = "WHOLE"
    ABSENT = "ABSENT"

    def __repr__(self) -> str:
        return self.value


OMIT: Final[Any] = _Mark.OMIT
"""As the value of a field: leave it out of what is sent, though the server sent it."""

WHOLE: Final[Any] = _Mark.WHOLE
"""In place of what the server sent: every field and nothing else, each just as `to_dict` writes it. Costs no memory a row."""

ABSENT: Final[Any] = _Mark.ABSENT
"""The default of a field that every answer has: an object in which it is left at that does not have the field (`settle`)."""
