"""Digits to numbers, of all rows at once: eight digits are the bytes of one 64-bit word.

The first of them is the word's lowest byte. So a multiplication that adds to each byte ten times the one before it, and a shift, make
four numbers of two digits; the same again makes two of four, and once more the one of eight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...columns.cells import cell
from ...columns.kinds import Kind, columns_of
from .rows import AnalyticsRow

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]
    Words = npt.NDArray[np.uint64]

_ZEROS = int.from_bytes(b"00000000", "little")
# By the number of digits: the word's last so many bytes, and the least number that needs so many.
_LAST = np.array([2**64 - 2 ** (64 - 8 * size) for size in range(9)], np.uint64)
_LEAST = np.array([0, 0, *(10**size for size in range(1, 19))], np.uint64)
# A factor, by how many bits to shift, and what then holds numbers.
_FOLDS = [
    (np.uint64((10 ** (size // 8) << size) + 1), np.uint64(size), np.uint64(kept))
    for size, kept in ((8, 0x00FF00FF00FF00FF), (16, 0x0000FFFF0000FFFF), (32, 0x00000000FFFFFFFF))
]
_LONGEST = len(str(2**63 - 1))

_DATE = len("2020-08-17")
_MIDNIGHT = b"T00:00:00.000Z"
_WIDTH = _DATE + len(_MIDNIGHT)
# By the byte of a timestamp: how far it may be above that of the first one's midnight. Nothing but digits may differ.
_ABOVE = bytes(_DATE) + bytes([0, 2, 9, 0, 5, 9, 0, 5, 9, 0, 9, 9, 9, 0])
# By the byte of a timestamp, and exact in floating point: what its digit counts for.
_MILLISECONDS = np.zeros(_WIDTH)
_MILLISECONDS[[11, 12, 14, 15, 17, 18, 20, 21, 22]] = 36_000_000, 3_600_000, 600_000, 60_000, 10_000, 1000, 100, 10, 1
_DAY = 24 * 60 * 60 * 1000
_TIME: Kind = next(column.kind for column in columns_of(AnalyticsRow) if column.name == "timestamp")


def whole_numbers(words: Words, stops: Numbers, sizes: Numbers) -> Numbers | None:
    """Whole numbers as JSON writes them; None if one has another sign in it, a needless zero before it, or more than 64 bits.

    Args:
        words: the eight bytes before each place of a text (little-endian).
        stops: the place after each number.
        sizes: how many bytes each has.
    """
    longest = int(sizes.max())
    if sizes.min() < 1 or longest > _LONGEST:
        return None
    numbers = _eight(words, stops, sizes if longest <= 8 else sizes.clip(0, 8))
    for done in range(8, longest, 8):
        # Where a number is shorter than this, none of the word is kept, and it does not matter which one it is.
        more = _eight(words, stops - done, (sizes - done).clip(0, 8))
        numbers = None if numbers is None or more is None else numbers + more * np.uint64(10**done)
    if numbers is None or (numbers < _LEAST.take(sizes)).any() or (longest == _LONGEST and numbers.max() >= 2**63):
        return None
    return numbers.view(np.int64)


def _eight(words: Words, stops: Numbers, sizes: Numbers) -> Words | None:
    """The numbers of up to eight digits that end at these places; None if there is another sign in one."""
    digits = words[stops]
    digits ^= _ZEROS
    digits &= _LAST.take(sizes)
    return None if digits.view(np.uint8).max() > 9 else _together(digits)


def _together(digits: Words) -> Words:
    """The number of each eight digits, in place."""
    for fold, size, kept in _FOLDS:
        digits *= fold
        digits >>= size
        digits &= kept
    return digits


def times_of_a_day(texts: npt.NDArray[np.uint8]) -> Numbers | None:
    """Timestamps in milliseconds since the epoch, if each is ``YYYY-MM-DDTHH:MM:SS.mmmZ``, a time there is, and of one day.

    Args:
        texts: 24 bytes each, one after the other.
    """
    count = len(texts) // _WIDTH
    first = texts[:_DATE].tobytes() + _MIDNIGHT
    above = texts ^ np.frombuffer(first * count, np.uint8)
    if (above > np.frombuffer(_ABOVE * count, np.uint8)).any():
        return None
    midnight, exact = cell(_TIME, first.decode("latin-1"))
    if not exact or midnight is None:
        return None
    times: Numbers = (above.reshape(count, _WIDTH) @ _MILLISECONDS).astype(np.int64)
    times += midnight
    return times if times.max() < midnight + _DAY else None
