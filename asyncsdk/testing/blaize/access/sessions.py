"""Users' sessions: the tenant's, and those of one site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from ....blaize import sessions as operations, users as users_
from ...kit import RefusedError, answer, said
from ..samples import SESSION_ID, USER_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ..people.people import People
    from ..shared import BlaizeShared

# As in the document's example.
_LIFETIME = 365 * 86400


def odd_text(seconds: float) -> str:
    """A time as the document's sessions have it: ``2018-11-15 14:29 PM UTC``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M} {'AM' if moment.hour < 12 else 'PM'} UTC"


@frozen
class Session:
    """One session.

    Attributes:
        session_id: what it is asked for by.
        user_id: whose it is; an anonymous one has a user id that no user has.
        start: when it began, in seconds since the epoch.
        authenticated: whether the user has signed in.
        site: under which site; None for the tenant's.
    """

    session_id: str = field(repr=False)
    user_id: str
    start: float
    authenticated: bool = True
    site: str | None = None

    @property
    def end(self) -> float:
        """When it ends, in seconds since the epoch."""
        return self.start + _LIFETIME

    def told(self) -> Record:
        """The session as it is told."""
        return {
            "expiryDate": odd_text(self.end),
            "startDate": odd_text(self.start),
            "authenticated": self.authenticated,
            "session_id": self.session_id,
            "user_id": self.user_id,
        }


class Sessions:
    """Users' sessions.

    Args:
        shared: what all parts share.
        people: the users.
        access_model: from a user's id to what the user may use.
        sites: the sites that there are; None for any.
    """

    def __init__(
        self,
        shared: BlaizeShared,
        people: People,
        access_model: Callable[[str], Record],
        sites: Collection[str] | None,
    ) -> None:
        self._shared = shared
        self._people = people
        self._access_model = access_model
        self._sites = sites
        self._sessions: dict[str, Session] = {}
        people.on_removal.append(self._forget_user)
        if shared.examples:
            self._sessions[SESSION_ID] = Session(SESSION_ID, USER_ID, shared.clock.time())

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.CREATE: self._sign_in,
            operations.GET: self._get,
            operations.SITE_CREATE: self._sign_in_to_site,
            operations.SITE_GET: self._get_of_site,
            operations.SITE_DELETE: self._delete_of_site,
            operations.SITE_CREATE_ANONYMOUS: self._begin,
            users_.SESSION: self._all_of_user,
            users_.SESSIONS: self._all_of_user,
        }

    def user_of(self, session_id: object) -> str | None:
        """Who has signed in to a session that has not ended."""
        session = self._sessions.get(session_id) if isinstance(session_id, str) else None
        if session is None or not session.authenticated or session.end <= self._shared.clock.time():
            return None
        return session.user_id

    def _forget_user(self, *path: str) -> None:
        (user_id,) = path
        self._sessions = {key: session for key, session in self._sessions.items() if session.user_id != user_id}

    def _of(self, user_id: str) -> list[Session]:
        """A user's sessions that have not ended."""
        now = self._shared.clock.time()
        return [session for session in self._sessions.values() if session.user_id == user_id and now < session.end]

    def _sign_in(self, call: Call) -> Response:
        # the document has no 401 here
        return answer(self._signed_in(call, site=None, refusal=400).told())

    def _sign_in_to_site(self, call: Call) -> Response:
        (site,) = call.path
        self._require_site(site)
        return answer(self._signed_in(call, site=site, refusal=401).told(), 201 if self._shared.live else 200)

    def _signed_in(self, call: Call, *, site: str | None, refusal: int) -> Session:
        body = call.json()
        person = self._people.find(body["identifiers"])
        if person is None or not person.lets_in(body["validators"].get("password")):
            raise RefusedError(refusal, "The identifiers or the password are wrong")
        return self._new(person.user_id, authenticated=True, site=site)

    def _begin(self, call: Call) -> Response:
        (site,) = call.path
        self._require_site(site)
        return answer(self._new("UU" + self._shared.new_id(), authenticated=False, site=site).told())

    def _new(self, user_id: str, *, authenticated: bool, site: str | None) -> Session:
        now = self._shared.clock.time()
        session = Session("SS" + self._shared.new_id(), user_id, now, authenticated, site)
        self._sessions[session.session_id] = session
        return session

    def _require_site(self, site: str) -> None:
        if self._sites is not None and site not in self._sites:
            raise RefusedError(404, "Site not found")

    def _get(self, call: Call) -> Response:
        (session_id,) = call.path
        return answer(self._cross_device(self._found(session_id).user_id))

    def _get_of_site(self, call: Call) -> Response:
        site, session_id = call.path
        return answer(self._cross_device(self._found(session_id, site).user_id))

    def _delete_of_site(self, call: Call) -> Response:
        site, session_id = call.path
        del self._sessions[self._found(session_id, site).session_id]
        return said("Session deleted")

    def _all_of_user(self, call: Call) -> Response:
        (user_id,) = call.path
        self._people[user_id]
        if not self._of(user_id):
            raise RefusedError(404, "Session not found")
        return answer(self._cross_device(user_id))

    def _found(self, session_id: str, site: str | None = None) -> Session:
        session = self._sessions.get(session_id)
        ended = session is not None and session.end <= self._shared.clock.time()
        if session is None or ended or (site is not None and session.site != site):
            raise RefusedError(404, "Session not found")
        return session

    def _cross_device(self, user_id: str) -> Record:
        return {
            "session_variables": {},
            "user_id": user_id,
            "sessions": [session.told() for session in self._of(user_id)],
            "access_model": self._access_model(user_id),
        }
