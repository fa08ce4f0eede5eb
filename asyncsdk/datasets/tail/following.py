"""Which time to ask for next, and which of the rows that come are new. Without I/O, and on whatever clock it is told.

Each time the last `lateness` is asked for again: that is how a late row is found, and of the others it is known that they were given
already. What is older is neither asked for nor remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .position import Position


class Following:
    """What has come of an endless list, and what is to be asked for.

    Args:
        position: where to begin.
        lateness: milliseconds after its time that a row may still arrive.
        step: the most milliseconds to ask for at once: what is remembered reaches no further back than this and the lateness.
    """

    def __init__(self, position: Position, lateness: int, step: int) -> None:
        self._lateness = lateness
        self._step = max(1, step, lateness)
        self._low = position.low
        self._high = position.high
        # What was given, and the time until which it may come again.
        self._given = dict.fromkeys(position.given, position.high)

    @property
    def position(self) -> Position:
        """Where it has come to, this very moment: rows that were given count, others do not."""
        return Position(self._low, self._high, self._given.keys())

    def ask(self, now: int) -> tuple[int, int]:
        """The range to ask for, ``[start, end)``; empty where its beginning is still to come.

        Args:
            now: milliseconds since the epoch.
        """
        return self._low, max(self._low, min(now, self._low + self._step + self._lateness))

    def new(self, rows: Iterable[tuple[bytes, int | None]], until: int) -> Iterator[int]:
        """Which of these rows were not given before, by their numbers: each counts as given when it is taken from here.

        Args:
            rows: what stands for each, and its time; None where it cannot be read.
            until: the end of the range that they were asked for with.
        """
        for number, (digest, time) in enumerate(rows):
            if digest not in self._given:
                self._given[digest] = until if time is None else time
                yield number

    def came(self, until: int, now: int) -> None:
        """All rows of a range have come, and were given.

        Args:
            until: its end.
            now: when it was asked for.
        """
        self._high = max(self._high, until)
        low = max(self._low, min(until, now - self._lateness))
        if low != self._low:
            self._low = low
            self._given = {digest: time for digest, time in self._given.items() if time >= low}
