"""What all parts of one service share: its clock, its ids, and whether it follows the document or the live service."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...http.clock import Clock


def numbered(seed: int) -> Iterator[str]:
    """Hexadecimal digits without end: the same for the same seed, and never twice the same."""
    for number in count():
        yield blake2b(f"{seed}/{number}".encode(), digest_size=16).hexdigest()


@frozen
class Sent:
    """A message that the service would have sent to a user.

    Attributes:
        kind: what it is about: ``"update-email"``, ``"reset-password"``, or the action of a link to sign in with.
        user_id: whom it is for.
        destination: where it would have gone.
    """

    kind: str
    user_id: str
    destination: str | None


@frozen(eq=False)
class Shared:
    """What all parts of one service share.

    Attributes:
        tenant: its name.
        clock: for all times.
        live: whether to answer as the live service does, where that differs from the document.
        digits: where ids come from.
        outbox: the messages that would have been sent, the last thousand.
    """

    tenant: str
    clock: Clock
    live: bool
    digits: Iterator[str] = field(repr=False)
    outbox: deque[Sent] = field(factory=lambda: deque(maxlen=1000), repr=False)

    def new_id(self, prefix: str = "") -> str:
        """A new id, in the style of the document's: 14 hexadecimal digits."""
        return prefix + next(self.digits)[:14].upper()

    def new_secret(self, prefix: str = "") -> str:
        """A new key or token: made up, and the same in each run."""
        return prefix + next(self.digits)
