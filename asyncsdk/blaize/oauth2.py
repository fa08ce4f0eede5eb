"""OAuth 2 (section "Oauth2"): tokens for applications that act for a user. These calls are not signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from ..codec import Model, wire
from ..operation import Operation
from ..resource import Resource


@frozen(kw_only=True)
class CodeExchange(Model):
    """An authorization code, to be exchanged for tokens.

    Attributes:
        code: the code; never shown in a repr.
        grant_type: ``"authorization_code"``; filled in.
        redirect_uri: where the user was sent back to, an absolute URI.
    """

    code: str | None = wire("code", secret=True)
    grant_type: str | None = wire("grant_type", answer_only=True)
    redirect_uri: str | None = None


@frozen(kw_only=True)
class TokenRefresh(Model):
    """A refresh token, to be exchanged for a new access token.

    Attributes:
        refresh_token: the token; never shown in a repr.
        grant_type: ``"refresh_token"``; filled in.
    """

    refresh_token: str | None = wire("refresh_token", secret=True)
    grant_type: str | None = wire("grant_type", answer_only=True)


@frozen(kw_only=True)
class Tokens(Model):
    """What an exchange gives.

    Attributes:
        scope: what the token is good for, e.g. ``"user.account:read user.profile:read"``.
        access_token: the token; never shown in a repr.
        token_type: ``"bearer"``.
        expires_in: seconds until it ends.
        refresh_token: gets the next one; a refresh itself gives none. Never shown in a repr.
        user_id: whose account it opens.
    """

    scope: str | None = None
    access_token: str | None = wire("access_token", secret=True)
    token_type: str | None = wire("token_type", secret=False)
    expires_in: int | None = None
    refresh_token: str | None = wire("refresh_token", secret=True)
    user_id: str = wire("user_id", always=True)


EXCHANGE_CODE = Operation(
    "blaize.oauth2.exchange_code",
    "POST",
    "/zephr/oauth2/token",
    "object",
    "unsent",
    signed=False,
    body=CodeExchange,
    required=("code", "grant_type", "redirect_uri"),
)
REFRESH = Operation(
    "blaize.oauth2.refresh",
    "POST",
    "/zephr/oauth2/token",
    "object",
    "unsent",
    signed=False,
    body=TokenRefresh,
    required=("grant_type",),
)


class OAuth2(Resource):
    """Tokens for applications that act for a user."""

    async def exchange_code(self, exchange: CodeExchange | Mapping[str, Any]) -> Tokens:
        """Exchange an authorization code for tokens.

        ``POST /zephr/oauth2/token``, section "Token Exchange". Not signed; never sent twice by itself, since a code is good for
        one exchange. ``grant_type`` is filled in: the document's example has ``"code"`` there, its text and the service
        want ``"authorization_code"``.

        Args:
            exchange: ``code`` and ``redirect_uri``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError, AuthenticationError: the code is wrong, used or too old.
        """
        return await self._get(EXCHANGE_CODE, of=Tokens, body=_with_grant_type(exchange, "authorization_code"))

    async def refresh(self, refresh: TokenRefresh | Mapping[str, Any]) -> Tokens:
        """Get a new access token, with the scope of the one before.

        ``POST /zephr/oauth2/token``, section "Token Refresh". Not signed; never sent twice by itself. ``grant_type`` is
        filled in.

        Args:
            refresh: ``refresh_token``.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError, AuthenticationError: the token is wrong or too old.
        """
        return await self._get(REFRESH, of=Tokens, body=_with_grant_type(refresh, "refresh_token"))


def _with_grant_type(body: Any, grant_type: str) -> Any:
    """The body with the grant type of its operation, where it names none; anything that is no body is left to the check."""
    if isinstance(body, CodeExchange | TokenRefresh):
        return body if body.grant_type else evolve(body, grant_type=grant_type)
    if isinstance(body, Mapping) and not body.get("grant_type"):
        return {**body, "grant_type": grant_type}
    return body
