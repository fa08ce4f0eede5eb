"""Where to cut a plan into pieces that are alike: arithmetic over keys and days, without a shard."""

from __future__ import annotations

from attrs import frozen

from ..times import DAY
from .windows import count

# How much of a piece its size may differ by for the sake of whole keys.
_SNAP = 0.05

Cut = tuple[int, int | None]
"""A number of whole keys, and, if not None, the time up to which one more belongs to what is before the cut."""


def checked_pieces(value: object) -> int:
    """A number of pieces, else TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a plan is split into a whole number of pieces, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"a plan is split into at least 1 piece, not {value}")
    return value


@frozen
class Extent:
    """How far a plan reaches: keys by time, of which the first may begin late and the last end early.

    Attributes:
        keys: how many there are.
        start, end, window: milliseconds; None without time.
        first_start, last_end: as in `Plan`.
    """

    keys: int
    start: int | None
    end: int | None
    window: int | None
    first_start: int | None = None
    last_end: int | None = None

    def shards(self, until: int | None = None) -> int:
        """How many a whole key has, or has up to a time."""
        if self.start is None or self.end is None or self.window is None:
            return 1
        return count(self.start, self.end if until is None else until, self.window)

    def __len__(self) -> int:
        return max(0, self.last - self.first)

    @property
    def first(self) -> int:
        """How many shards the first key lacks at its beginning."""
        return 0 if self.first_start is None else self.shards(self.first_start)

    @property
    def last(self) -> int:
        """The number of the last shard and one, counted from where the first key would have begun."""
        return self.keys * self.shards() - (0 if self.last_end is None else self.shards() - self.shards(self.last_end))

    def cut(self, at: float, snap: float) -> Cut:
        """The cut that is next to a place.

        Args:
            at: shards before it, counted from where the first key would have begun.
            snap: how far off the edge of a key may be to be taken instead of a midnight.
        """
        whole = self.shards()
        keys = min(int(at // whole), self.keys) if whole else 0
        rest = at - keys * whole
        if self.start is None or rest <= snap or whole - rest <= snap:
            return keys + (2 * rest >= whole > 0), None
        midnight = self._midnight(rest)
        if midnight is None or midnight == self.end:
            return keys + (midnight is not None), None
        return keys, midnight

    def _midnight(self, shards: float) -> int | None:
        """The midnight that has so many of a key's shards before it, or nearly; the end at the end, None at the start."""
        assert self.start is not None
        assert self.end is not None
        low, high = self.start // DAY, -(-self.end // DAY)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.shards(middle * DAY) <= shards else (low, middle)
        before, after = max(low * DAY, self.start), min(high * DAY, self.end)
        nearer = before if shards - self.shards(before) <= self.shards(after) - shards else after
        return None if nearer == self.start else nearer


def cuts(extent: Extent, pieces: int) -> list[Cut]:
    """The edges of so many pieces, one more than there are pieces."""
    first, last = extent.first, max(extent.first, extent.last)
    size = (last - first) / pieces
    begin: Cut = (0, extent.first_start)
    finish: Cut = (extent.keys, None) if extent.last_end is None else (extent.keys - 1, extent.last_end)
    inner = [extent.cut(first + size * number, size * _SNAP) for number in range(1, pieces)]
    # A piece that was cut already has edges of its own, and a cut may come to lie beyond them.
    found = [min(max(each, begin, key=_order), finish, key=_order) for each in inner]
    return [begin, *found, finish]


def _order(cut: Cut) -> tuple[int, int]:
    return cut[0], -1 if cut[1] is None else cut[1]
