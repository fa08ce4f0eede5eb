"""Administrators: their sign-in and key pairs, and who has which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from ....blaize import admin as operations
from ...kit import RefusedError, answer, said
from ..samples import ADMINISTRATORS, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Things
    from ..shared import BlaizeShared


@frozen
class KeyPair:
    """A key pair.

    Attributes:
        user_id: the administrator whose it is.
        secret: the secret half.
    """

    user_id: str
    secret: str = field(repr=False)


@frozen
class First:
    """The administrator that there is at first.

    Attributes:
        email: the address.
        password: to sign in with.
        access_key: of the key pair.
        secret_key: its secret half.
    """

    email: str
    password: str = field(repr=False)
    access_key: str
    secret_key: str = field(repr=False)


class Administrators:
    """Administrators: their sign-in and key pairs, and who has which role.

    Args:
        shared: what all parts share.
        roles: all roles.
        first: who there is at first.
    """

    def __init__(self, shared: BlaizeShared, roles: Things, first: First) -> None:
        self._shared = shared
        user_id = shared.new_id()
        self._emails = {user_id: first.email}
        self._passwords: dict[str, str | None] = {user_id: first.password}
        self._pairs = {first.access_key: KeyPair(user_id, first.secret_key)}
        self._sessions: dict[str, str] = {}
        self._roles = roles
        if shared.examples:
            self._emails.update(ADMINISTRATORS)
            self._passwords.update(dict.fromkeys(ADMINISTRATORS, PASSWORD))
        roles.put({"email": first.email, "role": "admin"}, shared.new_id())

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.USERS_CREATE: self._create,
            operations.LOGIN: self._login,
            operations.LOGOUT: self._logout,
            operations.KEYPAIRS_CREATE: self._issue,
            operations.KEYPAIRS_LIST: self._keys,
            operations.KEYPAIRS_DELETE: self._revoke,
            operations.USERS_ROLES: self._roles_of,
            operations.USERS_TENANT_ROLES: self._roles_in,
            operations.SESSIONS_GET: self._session_user,
        }

    def secret_of(self, access_key: str) -> str | None:
        """The secret half of a key pair; None for an unknown one."""
        pair = self._pairs.get(access_key)
        return None if pair is None else pair.secret

    def is_signed_in(self, session: str) -> bool:
        """Whether there is such a session."""
        return session in self._sessions

    def _create(self, call: Call) -> Response:
        body = call.json()
        email = body["identifiers"].get("email_address")
        if not email:
            raise RefusedError(400, "body.identifiers.email_address is required")
        if self._id_of(email) is not None:
            raise RefusedError(409 if self._shared.live else 400, "There is an administrator with this address already")
        user_id = self._shared.new_id()
        self._emails[user_id] = email
        self._passwords[user_id] = (body.get("validators") or {}).get("password")
        return answer(
            {
                "user_id": user_id,
                "message": "Admin user created successfully",
                "uri": f"{call.uri(operations.USERS_CREATE)}/{user_id}",
            },
            201,
        )

    def _login(self, call: Call) -> Response:
        body = call.json()
        user_id = self._id_of(body["identifiers"].get("email_address"))
        password = body["validators"].get("password")
        if user_id is None or not password or self._passwords[user_id] != password:
            raise RefusedError(401, "The address or the password is wrong")
        session = self._shared.new_secret()
        self._sessions[session] = user_id
        return answer({"cookie": f"{operations.COOKIE}={session}", "message": "Login successful"})

    def _logout(self, call: Call) -> Response:
        if "session" not in call.who:
            raise RefusedError(400, "There is no session to end: this request came with a key pair")
        del self._sessions[call.who["session"]]
        return said("Session deleted")

    def _session_user(self, call: Call) -> Response:
        (session,) = call.path
        if session not in self._sessions:
            raise RefusedError(404, "Session not found")
        return answer({"user_id": self._sessions[session]})

    def _issue(self, call: Call) -> Response:
        user_id = self._known(call)
        access_key, secret_key = self._shared.new_secret(), self._shared.new_secret()
        self._pairs[access_key] = KeyPair(user_id, secret_key)
        told = "Keypair created: you will not be able to recover the secret, so take note of it"
        return answer({"access_key": access_key, "secret_key": secret_key, "message": told}, 201)

    def _keys(self, call: Call) -> Response:
        user_id = self._known(call)
        return answer([{"access_key": key} for key, pair in self._pairs.items() if pair.user_id == user_id])

    def _revoke(self, call: Call) -> Response:
        user_id, access_key = self._known(call), call.path[1]
        pair = self._pairs.get(access_key)
        if pair is None or pair.user_id != user_id:
            raise RefusedError(404, "Keypair not found")
        del self._pairs[access_key]
        return said("Keypair revoked")

    def _roles_of(self, call: Call) -> Response:
        email = self._emails[self._known(call)]
        # the document's example has no role_id here
        return answer([record for _, record in self._roles.store.items() if record["email"] == email])

    def _roles_in(self, call: Call) -> Response:
        if call.path[1] != self._shared.tenant:
            raise RefusedError(404, "Tenant not found")
        return self._roles_of(call)

    def _id_of(self, email: object) -> str | None:
        return next((user_id for user_id, known in self._emails.items() if known == email), None)

    def _known(self, call: Call) -> str:
        user_id = call.path[0]
        if user_id not in self._emails:
            raise RefusedError(404, "Admin user not found")
        return user_id
