"""What a client remembers of its calls: whose credentials it has, and what it has just made."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

_FRESH = 30.0
_MOST = 1024


class Memory:
    """What clients that act for the same user know.

    Args:
        user_id: the user, where that is known from the beginning.

    Attributes:
        user_id: the user whose credentials they have; None as long as nobody has said.
    """

    def __init__(self, user_id: str | None = None) -> None:
        self.user_id = user_id
        self._made: dict[str, float] = {}

    def made(self, id: object, owner: object, now: float) -> None:
        """Note that something was made just now.

        Args:
            id: its id.
            owner: whose it is: whoever made it.
            now: seconds, by a clock that runs evenly.
        """
        if isinstance(owner, str) and self.user_id is None:
            self.user_id = owner
        if isinstance(id, str):
            if len(self._made) >= _MOST:
                del self._made[next(iter(self._made))]
            self._made[id] = now

    def is_fresh(self, id: object, now: float) -> bool:
        """Whether something was made so short a while ago that a replica may not have it yet."""
        return isinstance(id, str) and now - self._made.get(id, float("-inf")) < _FRESH

    def gone(self, *ids: object) -> None:
        """Forget what was deleted: it is not to be waited for."""
        for each in ids:
            if isinstance(each, str):
                self._made.pop(each, None)


def subject(token: str | None) -> str | None:
    """The user that a JWT was given to, as it says itself; None where it cannot be read."""
    part = (token or "").partition(".")[2].partition(".")[0]
    try:
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    user = found.get("sub") if isinstance(found, dict) else None
    return user if isinstance(user, str) and user else None
