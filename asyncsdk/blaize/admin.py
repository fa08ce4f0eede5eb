"""Administrators (section "Admin User"): their sign-in, key pairs and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..client import Client
from ..codec import Created, Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource
from .model import SignIn

COOKIE = "blaize_admin_session"


@frozen(kw_only=True)
class AdminSession(Model):
    """An administrator's session: what `Blaize.with_session` takes.

    Attributes:
        cookie: ``blaize_admin_session=...``; never shown in a repr.
        message: the service's sentence.
    """

    cookie: str | None = wire("cookie", secret=True)
    message: str | None = None

    @property
    def id(self) -> str | None:
        """The session's id, out of the cookie."""
        if not isinstance(self.cookie, str):
            return None
        return self.cookie.removeprefix(f"{COOKIE}=").partition(";")[0].strip() or None


@frozen(kw_only=True)
class AdminSessionUser(Model):
    """Whose session it is.

    Attributes:
        user_id: the administrator.
    """

    user_id: str = wire("user_id", always=True)


@frozen(kw_only=True)
class KeyPair(Model):
    """A new key pair. The secret is told this once, and cannot be had again.

    Attributes:
        access_key: the public half.
        secret_key: the secret half; never shown in a repr.
        message: the service's sentence.
    """

    access_key: str = wire("access_key", always=True)
    secret_key: str = wire("secret_key", always=True)
    message: str | None = None


@frozen(kw_only=True)
class AccessKey(Model):
    """The public half of a key pair.

    Attributes:
        access_key: the key.
    """

    access_key: str = wire("access_key", always=True)


@frozen(kw_only=True)
class AdminRole(Model):
    """That an administrator has a role.

    Attributes:
        role_id: of this entry; the service gives it.
        email: the administrator's address.
        role: the role's name.
    """

    role_id: str | None = wire("role_id", answer_only=True)
    email: str | None = None
    role: str | None = None


USERS_CREATE = Operation(
    "blaize.admin.users.create",
    "POST",
    "/v3/admin/users",
    "none",
    "unsent",
    body=SignIn,
    required=("identifiers",),
)
LOGIN = Operation(
    "blaize.admin.login",
    "POST",
    "/v3/admin/login",
    "object",
    "unsent",
    body=SignIn,
    required=("identifiers", "validators"),
)
LOGOUT = Operation("blaize.admin.logout", "POST", "/v3/admin/logout", "none", "unsent")
KEYPAIRS_CREATE = Operation(
    "blaize.admin.keypairs.create", "POST", "/v3/admin/users/{user_id}/keypairs", "object", "unsent"
)
KEYPAIRS_LIST = Operation("blaize.admin.keypairs.list", "GET", "/v3/admin/users/{user_id}/keypairs", "array")
KEYPAIRS_DELETE = Operation(
    "blaize.admin.keypairs.delete", "DELETE", "/v3/admin/users/{user_id}/keypairs/{access_key}", "none"
)
USERS_ROLES = Operation("blaize.admin.users.roles", "GET", "/v3/admin/users/{user_id}/roles", "array")
USERS_TENANT_ROLES = Operation(
    "blaize.admin.users.tenant_roles", "GET", "/v3/admin/users/{user_id}/roles/{tenant}", "array"
)
ROLES_CREATE = Operation(
    "blaize.admin.roles.create",
    "POST",
    "/v3/admin/roles",
    "none",
    "unsent",
    body=AdminRole,
    required=("email", "role"),
)
ROLES_LIST = Operation("blaize.admin.roles.list", "GET", "/v3/admin/roles", "array")
ROLES_UPDATE = Operation(
    "blaize.admin.roles.update", "PUT", "/v3/admin/roles/{role_id}", "none", body=AdminRole, required=("email", "role")
)
ROLES_GET = Operation("blaize.admin.roles.get", "GET", "/v3/admin/roles/{role_id}", "object")
ROLES_DELETE = Operation("blaize.admin.roles.delete", "DELETE", "/v3/admin/roles/{role_id}", "none")
SESSIONS_GET = Operation("blaize.admin.sessions.get", "GET", "/v3/admin/sessions/{blaize_admin_session_id}", "object")


class AdminUsers(BlaizeResource):
    """The administrators themselves."""

    async def create(self, user: SignIn | Mapping[str, Any]) -> Created:
        """Create an administrator.

        ``POST /v3/admin/users``, section "Create Admin User". Never sent twice by itself.

        Args:
            user: ``identifiers`` (required) and ``validators``.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(USERS_CREATE, body=user)

    def roles(self, user_id: str) -> Pager[AdminRole]:
        """List an administrator's roles.

        ``GET /v3/admin/users/{user_id}/roles``, section "User Roles".

        Args:
            user_id: the administrator.

        Raises:
            NotFoundError: from the iteration: there is no such administrator.
        """
        return self._list(USERS_ROLES, user_id, of=AdminRole)

    def tenant_roles(self, user_id: str, tenant: str) -> Pager[AdminRole]:
        """List an administrator's roles in one tenant.

        ``GET /v3/admin/users/{user_id}/roles/{tenant}``, section "User Tenant Roles".

        Args:
            user_id: the administrator.
            tenant: the tenant.

        Raises:
            NotFoundError: from the iteration: there is no such administrator or tenant.
        """
        return self._list(USERS_TENANT_ROLES, user_id, tenant, of=AdminRole)


class KeyPairs(BlaizeResource):
    """The key pairs that sign requests."""

    async def create(self, user_id: str) -> KeyPair:
        """Issue a key pair. Take note of the secret: it is told this once.

        ``POST /v3/admin/users/{user_id}/keypairs``, section "Issue Key Pair". Never sent twice by itself.

        Args:
            user_id: the administrator it is for.

        Raises:
            NotFoundError: there is no such administrator.
        """
        return await self._get(KEYPAIRS_CREATE, user_id, of=KeyPair)

    def list(self, user_id: str) -> Pager[AccessKey]:
        """List the public halves of an administrator's key pairs.

        ``GET /v3/admin/users/{user_id}/keypairs``, section "List Access Keys".

        Args:
            user_id: the administrator.

        Raises:
            NotFoundError: from the iteration: there is no such administrator.
        """
        return self._list(KEYPAIRS_LIST, user_id, of=AccessKey)

    async def delete(self, user_id: str, access_key: str) -> Receipt:
        """Revoke a key pair.

        ``DELETE /v3/admin/users/{user_id}/keypairs/{access_key}``, section "Revoke Keypair".

        Args:
            user_id: the administrator.
            access_key: the public half.

        Raises:
            NotFoundError: there is no such key pair.
        """
        return await self._do(KEYPAIRS_DELETE, user_id, access_key)


class AdminRoles(BlaizeResource):
    """Who may do what."""

    async def create(self, role: AdminRole | Mapping[str, Any]) -> Receipt:
        """Give an administrator a role.

        ``POST /v3/admin/roles``, section "Create Admin Role". Never sent twice by itself.

        Args:
            role: ``email`` and ``role``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(ROLES_CREATE, body=role)

    def list(self) -> Pager[AdminRole]:
        """List who has which role in this tenant.

        ``GET /v3/admin/roles``, section "List Roles".

        Raises:
            NotFoundError: from the iteration: the document has this answer too, and may mean that there are none.
        """
        return self._list(ROLES_LIST, of=AdminRole)

    async def update(self, role_id: str, role: AdminRole | Mapping[str, Any]) -> Receipt:
        """Change who has a role, or which.

        ``PUT /v3/admin/roles/{role_id}``, section "Update Role".

        Args:
            role_id: the entry.
            role: ``email`` and ``role``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(ROLES_UPDATE, role_id, body=role)

    async def get(self, role_id: str) -> AdminRole:
        """Get one entry.

        ``GET /v3/admin/roles/{role_id}``, section "Get Role".

        Args:
            role_id: the entry.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(ROLES_GET, role_id, of=AdminRole)

    async def delete(self, role_id: str) -> Receipt:
        """Take a role from an administrator.

        ``DELETE /v3/admin/roles/{role_id}``, section "Delete Role".

        Args:
            role_id: the entry.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(ROLES_DELETE, role_id)


class AdminSessions(BlaizeResource):
    """The sessions of administrators."""

    async def get(self, blaize_admin_session_id: str) -> AdminSessionUser:
        """Tell whose session it is.

        ``GET /v3/admin/sessions/{blaize_admin_session_id}``, section "Get Session User".

        Args:
            blaize_admin_session_id: `AdminSession.id`.

        Raises:
            NotFoundError: there is no such session, or it has ended.
        """
        return await self._get(SESSIONS_GET, blaize_admin_session_id, of=AdminSessionUser)


class Admin(BlaizeResource):
    """Administrators and how they sign in.

    Attributes:
        users: the administrators themselves.
        keypairs: the key pairs that sign requests.
        roles: who may do what.
        sessions: whose session it is.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.users = AdminUsers(client)
        self.keypairs = KeyPairs(client)
        self.roles = AdminRoles(client)
        self.sessions = AdminSessions(client)

    async def login(self, sign_in: SignIn | Mapping[str, Any]) -> AdminSession:
        """Sign an administrator in.

        ``POST /v3/admin/login``, section "Login". Give the result to `Blaize.with_session` for a client that acts in this
        session.

        Args:
            sign_in: ``identifiers`` and ``validators``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            AuthenticationError: the password is wrong.
            BadRequestError: the service refuses it.
        """
        return await self._get(LOGIN, of=AdminSession, body=sign_in)

    async def logout(self) -> Receipt:
        """End the session of this client: one made by `Blaize.with_session`, or with ``admin_session=``.

        ``POST /v3/admin/logout``, section "Logout". The session is the header ``blaize-admin-session``; a client with a key
        pair has none to end.

        Raises:
            AuthenticationError: the session has ended already.
        """
        return await self._do(LOGOUT)
