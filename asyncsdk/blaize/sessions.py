"""The sessions of users (sections "Session" and "V4 Session"): the tenant's, and those of one site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..resource import Resource
from .model import AccessModel, SignIn
from .times import moment_or_none


@frozen(kw_only=True)
class Session(Model):
    """A user's session.

    Attributes:
        expiry_date: when it ends, as the service writes it: ``2018-11-15 14:29 PM UTC``.
        start_date: when it began, likewise.
        authenticated: whether the user has signed in.
        session_id: of the session; never shown in a repr.
        user_id: whose it is.
    """

    expiry_date: str | None = wire("expiryDate")
    start_date: str | None = wire("startDate")
    authenticated: bool | None = None
    session_id: str = wire("session_id", secret=True, always=True)
    user_id: str | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it ends (see `times.moment`)."""
        return moment_or_none(self.expiry_date)

    @property
    def starts_at(self) -> datetime | None:
        """When it began (see `times.moment`)."""
        return moment_or_none(self.start_date)


@frozen(kw_only=True)
class CrossDeviceSession(Model):
    """A user's sessions on all devices, and what the user may use in them.

    Attributes:
        session_variables: what rules have noted; never shown in a repr.
        user_id: whose they are.
        sessions: one a device.
        access_model: what the user may use.
    """

    session_variables: Mapping[str, Any] | None = wire("session_variables", secret=True)
    user_id: str = wire("user_id", always=True)
    sessions: tuple[Session, ...] | None = wire("sessions", secret=False)
    access_model: AccessModel | None = None


CREATE = Operation(
    "blaize.sessions.create",
    "POST",
    "/v3/sessions",
    "object",
    "unsent",
    body=SignIn,
    required=("identifiers", "validators"),
)
GET = Operation("blaize.sessions.get", "GET", "/v3/sessions/{id}", "object")

SITE_CREATE = Operation(
    "blaize.site_sessions.create",
    "POST",
    "/v4/sessions/{site}",
    "object",
    "unsent",
    body=SignIn,
    required=("identifiers", "validators"),
)
SITE_GET = Operation("blaize.site_sessions.get", "GET", "/v4/sessions/{site}/{id}", "object")
SITE_DELETE = Operation("blaize.site_sessions.delete", "DELETE", "/v4/sessions/{site}/{id}", "none")
SITE_CREATE_ANONYMOUS = Operation(
    "blaize.site_sessions.create_anonymous", "POST", "/v4/anonymous-sessions/{site}", "object", "unsent"
)


class Sessions(Resource):
    """Sessions of the tenant's users."""

    async def create(self, sign_in: SignIn | Mapping[str, Any]) -> Session:
        """Sign a user in.

        ``POST /v3/sessions``, section "Create new Session". Never sent twice by itself.

        Args:
            sign_in: ``identifiers`` and ``validators``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._get(CREATE, of=Session, body=sign_in)

    async def get(self, id: str) -> CrossDeviceSession:
        """Look a session up.

        ``GET /v3/sessions/{id}``, section "Get a Session".

        Args:
            id: the session.

        Raises:
            NotFoundError: there is none, or it has ended.
        """
        return await self._get(GET, id, of=CrossDeviceSession)


class SiteSessions(Resource):
    """Sessions under one site of the tenant's."""

    async def create(self, site: str, sign_in: SignIn | Mapping[str, Any]) -> Session:
        """Sign a user in under a site.

        ``POST /v4/sessions/{site}``, section "Create new session under a given site". The document promises 200, the live
        service answers 201. Never sent twice by itself.

        Args:
            site: the site's id.
            sign_in: ``identifiers`` and ``validators``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            AuthenticationError: the password is wrong.
            NotFoundError: there is no such site.
        """
        return await self._get(SITE_CREATE, site, of=Session, body=sign_in)

    async def get(self, site: str, id: str) -> CrossDeviceSession:
        """Look a session up under a site.

        ``GET /v4/sessions/{site}/{id}``, section "Lookup a session under a given site".

        Args:
            site: the site's id.
            id: the session.

        Raises:
            NotFoundError: there is none, or it has ended.
        """
        return await self._get(SITE_GET, site, id, of=CrossDeviceSession)

    async def delete(self, site: str, id: str) -> Receipt:
        """End a session under a site.

        ``DELETE /v4/sessions/{site}/{id}``, section "Delete a session under a given site".

        Args:
            site: the site's id.
            id: the session.

        Raises:
            NotFoundError: there is none, or it has ended.
        """
        return await self._do(SITE_DELETE, site, id)

    async def create_anonymous(self, site: str) -> Session:
        """Begin a session for somebody who has not signed in.

        ``POST /v4/anonymous-sessions/{site}``, section "Create an anonymous session under a given site". Without a body. Never
        sent twice by itself.

        Args:
            site: the site's id.

        Raises:
            AuthenticationError: the service refuses the signature.
        """
        return await self._get(SITE_CREATE_ANONYMOUS, site, of=Session)
