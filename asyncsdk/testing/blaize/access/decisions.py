"""What a request to the site is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....blaize import decision_engine
from ...kit import RefusedError, answer
from ..samples import LOGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ..people.people import People
    from .sessions import Sessions

WELCOME: Record = {"status": "200", "body": "", "headers": {}}


class Decisions:
    """The decision engine: it runs no scripts, but lets known visitors pass and sends the others to sign in.

    Args:
        people: who may be known.
        sessions: by what.
        secret: of trusted referrers, who may send anybody.
    """

    def __init__(self, people: People, sessions: Sessions, secret: str) -> None:
        self._people = people
        self._sessions = sessions
        self._secret = secret

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {decision_engine.DECIDE: self._decide}

    def _decide(self, call: Call) -> Response:
        request = call.json()
        session = self._sessions.user_of(request.get("session"))
        foreign = self._foreign(request.get("foreign_keys") or {})
        if session and foreign and session != foreign:
            raise RefusedError(409, "The session and the foreign keys are of two users")
        referred = request.get("btr") == decision_engine.trusted_referrer(request["path"], self._secret)
        return answer(WELCOME if session or foreign or referred else LOGIN)

    def _foreign(self, keys: Mapping[str, Any]) -> str | None:
        for system, known in keys.items():
            person = self._people.find_foreign(system, str(known))
            if person is not None:
                return person.user_id
        return None
