"""A count, however a service writes it."""

from __future__ import annotations

# Nobody counts further, and Python itself refuses to read or write numbers of some thousand digits.
MOST = 2**63 - 1
_DIGITS = len(str(MOST))


def whole_count(value: object) -> int | None:
    """A number of items or pages, or the number of a page: ``4``, ``4.0`` or ``"4"``; None for whatever is none.

    Args:
        value: as JSON or a header has it. A truth value, what is negative, what is no whole number and what exceeds 63 bits count
            for nothing.
    """
    if (isinstance(value, str) and len(value) <= _DIGITS and value.isascii() and value.isdigit()) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST:
        return value
    return None
