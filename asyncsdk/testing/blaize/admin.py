"""Administrators: their sign-in, key pairs and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from ...blaize import admin as operations
from .call import RefusedError, answer, said
from .samples import ADMINISTRATORS, PASSWORD, ROLE, ROLE_ID
from .store import Collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .shared import Shared
    from .store import Record


@frozen
class KeyPair:
    """A key pair.

    Attributes:
        user_id: the administrator whose it is.
        secret: the secret half.
    """

    user_id: str
    secret: str = field(repr=False)


class Administrators:
    """Administrators: their sign-in, key pairs and roles.

    Args:
        shared: what all parts share.
        access_key: of the key pair that there is at first.
        secret_key: its secret half.
        email: of the administrator whose it is.
        password: the administrator's.
        examples: whether the document's are there at first.
    """

    def __init__(
        self, shared: Shared, access_key: str, secret_key: str, email: str, password: str, *, examples: bool
    ) -> None:
        self._shared = shared
        first = shared.new_id()
        self._emails = {first: email}
        self._passwords: dict[str, str | None] = {first: password}
        self._pairs = {access_key: KeyPair(first, secret_key)}
        self._sessions: dict[str, str] = {}
        self._roles = Collection("Role", shared.new_id)
        if examples:
            self._emails.update(ADMINISTRATORS)
            self._passwords.update(dict.fromkeys(ADMINISTRATORS, PASSWORD))
            self._roles.put(ROLE_ID, ROLE)
        self._roles.add({"email": email, "role": "admin"})

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
            operations.ROLES_CREATE: self._create_role,
            operations.ROLES_LIST: lambda _: answer(_told(self._roles.items())),
            operations.ROLES_UPDATE: self._update_role,
            operations.ROLES_GET: self._get_role,
            operations.ROLES_DELETE: self._delete_role,
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
        if call.session is None:
            raise RefusedError(400, "There is no session to end: this request came with a key pair")
        del self._sessions[call.session]
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
        return answer([record for _, record in self._roles.items() if record["email"] == email])

    def _roles_in(self, call: Call) -> Response:
        if call.path[1] != self._shared.tenant:
            raise RefusedError(404, "Tenant not found")
        return self._roles_of(call)

    def _create_role(self, call: Call) -> Response:
        self._roles.add(_without_id(call.json()))
        return said("Admin role created successfully", 201)

    def _update_role(self, call: Call) -> Response:
        (role_id,) = call.path
        self._roles[role_id]
        self._roles.put(role_id, _without_id(call.json()))
        return said("Admin role updated successfully")

    def _get_role(self, call: Call) -> Response:
        (role_id,) = call.path
        return answer(_told([(role_id, self._roles[role_id])])[0])

    def _delete_role(self, call: Call) -> Response:
        (role_id,) = call.path
        self._roles.remove(role_id)
        return said("Admin role deleted successfully")

    def _id_of(self, email: object) -> str | None:
        return next((user_id for user_id, known in self._emails.items() if known == email), None)

    def _known(self, call: Call) -> str:
        user_id = call.path[0]
        if user_id not in self._emails:
            raise RefusedError(404, "Admin user not found")
        return user_id


def _told(roles: Iterable[tuple[str, Record]]) -> list[Record]:
    return [{"role_id": role_id, **record} for role_id, record in roles]


def _without_id(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "role_id"}
