"""OAuth 2: codes and refresh tokens for access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ....blaize import oauth2 as operations
from ...kit import RefusedError, answer
from ..samples import OAUTH_CODE, REFRESH_TOKEN, SCOPE, USER_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler
    from ..shared import BlaizeShared

_LIFETIME = 3600


@frozen
class Code:
    """An authorization code.

    Attributes:
        user_id: who has consented.
        redirect_uri: where the user was sent back to; None for anywhere.
    """

    user_id: str
    redirect_uri: str | None


class OAuth2:
    """Codes and refresh tokens for access tokens.

    Args:
        shared: what all parts share.
    """

    def __init__(self, shared: BlaizeShared) -> None:
        self._shared = shared
        self._codes = {OAUTH_CODE: Code(USER_ID, None)} if shared.examples else {}
        self._refresh_tokens = {REFRESH_TOKEN: USER_ID} if shared.examples else {}

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation: the two share a path."""
        return {operations.EXCHANGE_CODE: self._exchange, operations.REFRESH: self._exchange}

    def new_code(self, user_id: str, redirect_uri: str | None) -> str:
        """A code as a user's consent would give it, good for one exchange."""
        code = self._shared.new_secret()
        self._codes[code] = Code(user_id, redirect_uri)
        return code

    def _exchange(self, call: Call) -> Response:
        # every body has a grant type, which says what else is in it
        body = call.json(operations.REFRESH)
        if body["grant_type"] == "authorization_code":
            body = call.json(operations.EXCHANGE_CODE)
            code = self._codes.pop(body["code"], None)
            if code is None or code.redirect_uri not in (None, body["redirect_uri"]):
                raise RefusedError(400, "The code is unknown, used, or for another redirect_uri")
            refresh_token = self._shared.new_secret()[:24]
            self._refresh_tokens[refresh_token] = code.user_id
            return self._tokens(code.user_id, {"refresh_token": refresh_token})
        if body["grant_type"] == "refresh_token":
            user_id = self._refresh_tokens.get(body.get("refresh_token"))
            if user_id is None:
                raise RefusedError(400, "The refresh token is unknown")
            return self._tokens(user_id, {})
        raise RefusedError(400, "grant_type must be authorization_code or refresh_token")

    def _tokens(self, user_id: str, more: Mapping[str, str]) -> Response:
        return answer(
            {
                "scope": SCOPE,
                "access_token": f"oa_{self._shared.new_secret()[:24]}",
                "token_type": "bearer",
                "expires_in": _LIFETIME,
                **more,
                "user_id": user_id,
            }
        )
