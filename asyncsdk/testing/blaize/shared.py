"""What all parts of one Blaize service share, and its words."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from attrs import field, frozen

from ..kit import Shared, Voice, said

if TYPE_CHECKING:
    from starlette.responses import Response

    from ..kit import Done

_WORDS = {"added": "saved", "removed": "deleted"}


class BlaizeVoice(Voice):
    """What is done is told in the words that the document's example has, or in words like them."""

    def done(self, done: Done) -> Response:
        """Say what a call has done."""
        if done.call.operation.kind != "none":
            return super().done(done)
        documented = done.documented
        printed = documented.example or {"message": "", "uri": ""}
        text = printed.get("message") or f"{done.name} {_WORDS.get(done.deed, done.deed)} successfully"
        # the id is told where the thing is new
        where = {"uri": done.uri} if done.new and done.uri and "uri" in printed else {}
        return said(text, documented.status, **where)


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


@frozen(eq=False, kw_only=True)
class BlaizeShared(Shared):
    """What all parts of one service share.

    Attributes:
        tenant: its name.
        live: whether to answer as the live service does, where that differs from the document.
        examples: whether the document's examples are there at first.
        outbox: the messages that would have been sent, the last thousand.
    """

    tenant: str
    live: bool
    examples: bool
    outbox: deque[Sent] = field(factory=lambda: deque(maxlen=1000), repr=False)
