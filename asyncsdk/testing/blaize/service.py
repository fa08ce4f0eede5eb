"""The Blaize (Zephr) Admin API: all its operations over one tenant's state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from attrs import Factory, field, frozen, validators
from starlette.requests import Request
from starlette.responses import Response

from ... import blaize
from ...blaize import accounts, admin, users as users_
from ...http.clock import SYSTEM, Clock
from ...operation import Operation
from ..kit import Door, Record, RefusedError, operations_of
from .access.admin import First
from .access.signature import Signatures
from .parts import Parts
from .people.population import MOST_GENERATED
from .shared import BlaizeShared, BlaizeVoice, Sent

# What the document has and the live service has moved away from (docs/services/blaize.md).
_GONE = (accounts.USERS_LIST, users_.RESET_LEGACY_PASSWORD, users_.RESET_PASSWORD, users_.SESSION)


@frozen(eq=False)
class BlaizeService:
    """The Blaize (Zephr) Admin API, at the address of the sandbox itself: its paths begin ``/v3``, ``/v4`` and ``/zephr``.

    It serves every operation of the document over the state of one tenant, which lives as long as the service: what is
    created can be got, is listed, and is gone once it is deleted. It begins with the document's own examples under the
    document's own ids (`samples`): ``users.list()`` gives Joe Blow, whose password is ``mysecurepassword123``.

    Requests must be signed with a key pair, or come in an administrator's session: `Admin.login` gives one for `admin_email`
    and `admin_password`. Signatures are checked over the bytes that were received; a hash that does not fit, a nonce that was
    used before and a timestamp that is too far off are answered with 401 and a message that says which. OAuth 2 is not signed,
    and a login need not be.

    Statuses and shapes are the document's, and with `live` those of the live service. Whatever is not there is a 404, also
    where the document names none. Rules, scripts and payments are not run: the decision engine lets known visitors pass and
    sends the others to sign in. No message is sent; `outbox` holds what would have been.

    Args:
        tenant: its name.
        access_key: the public half of the key pair that there is at first.
        secret_key: its secret half.
        admin_email: of the administrator whose key pair that is.
        admin_password: the administrator's.
        seed: any number; another seed gives other ids and other generated users.
        users: how many users to generate; they take no room, so it may be millions. Their password is ``test-password``.
        examples: whether the document's examples are there at first.
        sites: the sites that there are; None for any.
        live: whether to answer as the live service does where that is known to differ: accounts and the export in pages, 201
            for some, 409 for an address that is taken, ids in all objects, and no answer on the paths that have moved.
        tolerance: seconds that a timestamp may be off; the vendor publishes none.
        referrer_secret: of trusted referrers (`asyncsdk.blaize.trusted_referrer`).
        clock: the service's time.
    """

    tenant: str = "demo"
    access_key: str = "test-access"
    secret_key: str = field(default="test-secret", repr=False)
    admin_email: str = "admin@example.com"
    admin_password: str = field(default="test-password", repr=False)
    seed: int = 1
    users: int = field(default=0, validator=[validators.ge(0), validators.le(MOST_GENERATED)])
    examples: bool = True
    sites: Collection[str] | None = None
    live: bool = False
    tolerance: float = 300.0
    referrer_secret: str = field(default="test-referrer", repr=False)
    clock: Clock = field(default=SYSTEM, repr=False)
    _parts: Parts = field(init=False, repr=False, default=Factory(lambda self: self._put_together(), takes_self=True))
    _signatures: Signatures = field(
        init=False,
        repr=False,
        default=Factory(
            lambda self: Signatures(self._parts.administrators.secret_of, self.clock, self.tolerance), takes_self=True
        ),
    )
    _door: Door = field(init=False, repr=False, default=Factory(lambda self: self._opened(), takes_self=True))

    @property
    def prefix(self) -> str:
        """Nothing: the base URL is the sandbox's address."""
        return ""

    @property
    def user_ids(self) -> Iterable[str]:
        """The ids of the generated users, made while they are iterated."""
        population = self._parts.population
        return map(population.user_id, range(population.size))

    @property
    def outbox(self) -> Sequence[Sent]:
        """The messages to users that would have been sent, the last thousand."""
        return tuple(self._parts.shared.outbox)

    def authorization_code(self, user_id: str, redirect_uri: str | None = None) -> str:
        """A code for `OAuth2.exchange_code`, as a user's consent would give it; good for one exchange.

        Args:
            user_id: who has consented.
            redirect_uri: the only one it is good for; None for any.
        """
        return self._parts.oauth2.new_code(user_id, redirect_uri)

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path."""
        return await self._door.respond(request, path)

    def _put_together(self) -> Parts:
        shared = BlaizeShared(
            system="blaize",
            operations=operations_of(blaize),
            voice=BlaizeVoice(),
            clock=self.clock,
            seed=self.seed,
            tenant=self.tenant,
            live=self.live,
            examples=self.examples,
        )
        first = First(self.admin_email, self.admin_password, self.access_key, self.secret_key)
        return Parts(shared, first, users=self.users, sites=self.sites, referrer_secret=self.referrer_secret)

    def _opened(self) -> Door:
        served = self._parts.handlers
        handlers = {each: handler for each, handler in served.items() if not (self.live and each in _GONE)}
        return Door(self._parts.shared, handlers, self._admit)

    def _admit(self, operation: Operation, request: Request, body: bytes) -> Record:
        """Check who is asking; tells the administrator's session, if that is what the request came in with."""
        session, signed = request.headers.get("blaize-admin-session"), request.headers.get("authorization")
        # whoever logs in has a password to show, and maybe a session that has ended
        if not operation.signed or (operation is admin.LOGIN and signed is None):
            return {}
        if session is not None:
            if not self._parts.administrators.is_signed_in(session):
                raise RefusedError(401, "The session is unknown, or has ended")
            return {"session": session}
        if signed is None:
            raise RefusedError(401, "The request is neither signed nor in a session (blaize-admin-session)")
        scope = request.scope
        self._signatures.check(signed, request.method, scope["raw_path"], scope["query_string"], body)
        return {}
