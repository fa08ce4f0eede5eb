"""The client of the Livepeer API."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self, Unpack

from ..auth.keys import basic as basic_signer, bearer, jwt as jwt_signer
from ..chain.signing import Signer
from ..client import Where
from ..datasets.tail.client import Tails
from ..errors import ConfigurationError
from ..group import Group
from ..options import ClientOptions, CopyOptions, base_url, credential
from .api_tokens import ApiTokens
from .billing import Billing
from .datasets import LivepeerDataSets
from .object_stores import ObjectStores
from .push_targets import PushTargets
from .regions import Regions
from .rules.calls import RememberingClient
from .rules.memory import Memory, subject
from .sessions import Sessions
from .streams import Streams
from .user import UserSession
from .users import Users
from .webhooks import Webhooks

BASE_URL = "https://livepeer.com/api"

_OF_THE_USER = frozenset({"api_key", "jwt", "user_id", "basic", "anonymous", "base_url"})


class LivepeerChanges(CopyOptions, total=False):
    """What a copy of `Livepeer` may change."""

    api_key: str | None
    jwt: str | None
    user_id: str | None
    basic: bool


class Livepeer(RememberingClient, Tails):
    """A client of the Livepeer API.

    ::

        async with Livepeer() as livepeer:
            stream = await livepeer.streams.create({"name": "concert"})

    All its calls raise `SDKError` and what derives from it. The service says 403, and never 401, to credentials that are missing,
    wrong or expired: `PermissionDeniedError`. The methods' own descriptions name what is particular to them.

    Args:
        api_key: an API token, sent as Bearer. Default: the environment variable ``LIVEPEER_API_KEY``.
        jwt: in place of a key, the token of a session (`users.login`, `with_session`). Default: ``LIVEPEER_JWT``, where no key is
            found.
        user_id: the user whose credentials these are. The lists that the service gives only to whoever says so go by it; where
            it is not given, it is learnt.
        basic: whether to send user id and key as Basic.
        options: what every client takes: `ClientOptions`. ``base_url`` may come from ``LIVEPEER_BASE_URL``; its default is
            ``https://livepeer.com/api``.

    Attributes:
        api_tokens: keys for programs; they need a session.
        billing: what Stripe is told.
        object_stores: where recordings go.
        push_targets: where else streams are sent to.
        regions: which orchestrators work where.
        sessions: one each time that somebody streams.
        streams: what is sent to the service to be transcoded.
        users: who they are, how they log in, what they have used.
        webhooks: whom the service tells what; `asyncsdk.livepeer.webhooks.verify` reads what it tells.

    Raises:
        ConfigurationError: no credentials, or an argument that cannot work.
    """

    system = "livepeer"

    api_tokens = Group(ApiTokens)
    billing = Group(Billing)
    object_stores = Group(ObjectStores)
    push_targets = Group(PushTargets)
    regions = Group(Regions)
    sessions = Group(Sessions)
    streams = Group(Streams)
    users = Group(Users)
    webhooks = Group(Webhooks)

    def __init__(
        self,
        api_key: str | None = None,
        *,
        jwt: str | None = None,
        user_id: str | None = None,
        basic: bool = False,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._set_up({**_credentials(api_key, jwt, user_id, basic=basic), "anonymous": False}, options)
        self.memory = self._new_memory()

    @classmethod
    def anonymous(cls, **options: Unpack[ClientOptions]) -> Self:
        """A client without credentials, for what needs none: logging in, signing up, regions.

        ::

            async with Livepeer.anonymous() as nobody:
                session = await nobody.users.login({"email": email, "password": password})
                livepeer = nobody.with_session(session)

        Args:
            options: as for the class.

        Raises:
            ConfigurationError: an argument that cannot work.
        """
        made = cls.__new__(cls)
        nobody = {"api_key": None, "jwt": None, "user_id": None, "basic": False, "anonymous": True}
        made._set_up(nobody, options)  # noqa: SLF001  # its own
        made.memory = Memory()
        return made

    def _where(self) -> Mapping[str, Where]:
        given = self._arguments
        url = base_url(given["base_url"], "LIVEPEER_BASE_URL", BASE_URL)
        if given["anonymous"]:
            return {"": (url, lambda _: None)}
        found = _credentials(given["api_key"], given["jwt"], given["user_id"], basic=given["basic"])
        return {"": (url, lambda _: _signer(found))}

    def _new_memory(self) -> Memory:
        return Memory(self._arguments["user_id"] or subject(self._arguments["jwt"]))

    def _with(self, changes: Mapping[str, Any]) -> Self:
        copy = super()._with(changes)
        same = _OF_THE_USER.isdisjoint(changes)
        copy.memory = self.memory if same else copy._new_memory()  # noqa: SLF001  # its own
        return copy

    def with_options(self, **changes: Unpack[LivepeerChanges]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: any argument of the class but those of its connections (`CopyOptions`).

        Raises:
            TypeError: an argument that there is not, or that a copy cannot change.
            ConfigurationError: a value that cannot work.
        """
        if "anonymous" in changes:
            raise TypeError(f"{type(self).__name__} takes no anonymous")
        credentials = changes.keys() & {"api_key", "jwt", "basic"}
        return self._with({**changes, "anonymous": False} if credentials else changes)

    def with_session(self, session: UserSession | str) -> Self:
        """The same client, acting in a user's session in place of its own credentials.

        ::

            session = await livepeer.users.login({"email": "useremail@gmail.com", "password": "thisisapassword"})
            token = await livepeer.with_session(session).api_tokens.create({"name": "for the encoder"})

        Args:
            session: what `Users.login` gave, or a JWT.

        Returns:
            A copy on the same connections, as `with_options` makes one.

        Raises:
            ConfigurationError: there is no token in it.
        """
        token, user = (
            (session.token, getattr(session, "id", None)) if isinstance(session, UserSession) else (session, None)
        )
        if not token:
            raise ConfigurationError("this session has no token: the login did not give one")
        return self.with_options(api_key=None, jwt=token, user_id=user, basic=False)

    @cached_property
    def datasets(self) -> LivepeerDataSets:
        """What can be pulled: streams, sessions, users and what they have used."""
        return LivepeerDataSets(self)


def _credentials(api_key: str | None, jwt: str | None, user_id: str | None, *, basic: bool) -> dict[str, Any]:
    """The credentials to use: what is given, else what the environment has; a key before a JWT."""
    if api_key is not None and jwt is not None:
        raise ConfigurationError(
            "give api_key=... or jwt=..., not both; Livepeer.with_session makes a copy with the other"
        )
    if basic and not user_id:
        raise ConfigurationError("basic=True sends the user's id and the key: give user_id=... too")
    if basic and jwt is not None:
        raise ConfigurationError("basic=True sends a key, not a JWT: give api_key=...")
    if jwt is not None or (api_key is None and not basic and not _set("LIVEPEER_API_KEY") and _set("LIVEPEER_JWT")):
        return {"api_key": None, "jwt": credential(jwt, "jwt", "LIVEPEER_JWT"), "user_id": user_id, "basic": False}
    found = credential(api_key, "api_key", "LIVEPEER_API_KEY")
    return {"api_key": found, "jwt": None, "user_id": user_id, "basic": basic}


def _set(variable: str) -> bool:
    return bool(os.environ.get(variable))


def _signer(found: Mapping[str, Any]) -> Signer:
    if found["jwt"] is not None:
        return jwt_signer(found["jwt"])
    if found["basic"]:
        return basic_signer(found["user_id"], found["api_key"])
    return bearer(found["api_key"])
