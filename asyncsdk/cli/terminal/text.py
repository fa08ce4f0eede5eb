"""Text and figures made fit for a terminal. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def printable(text: str) -> str:
    """The text with its control characters spelled out: what a server sends must not steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def one_line(text: str) -> str:
    """The text as one printable line."""
    return printable(" ".join(text.split()))


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and what it counts: ``1 device``, ``1,200 devices``, ``0 retries``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def size(count: float) -> str:
    """A number of bytes: ``512 B``, ``3.4 MB`` (of 1000 each)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def elapsed(seconds: float) -> str:
    """A length of time: ``0.4 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def sparkline(values: Sequence[float]) -> str:
    """One bar a value, the highest being full; nothing at all is the lowest bar."""
    most = max(values, default=0)
    if most <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[min(len(_BARS) - 1, int(value / most * len(_BARS)))] for value in values)
