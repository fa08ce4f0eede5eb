"""What is made up: numbers and digits that follow from a seed, the same in each run."""

from __future__ import annotations

from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASK = (1 << 64) - 1


def mix(value: int) -> int:
    """64 well spread bits of an integer (the finaliser of splitmix64): the same everywhere, and cheap."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def digits(seed: int) -> Iterator[str]:
    """32 hexadecimal digits at a time, without end, and never twice the same."""
    for number in count():
        yield blake2b(f"{seed}/{number}".encode(), digest_size=16).hexdigest()
