"""Users (section "User"): create, find, change, export; their grants, sessions and access model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..client import Client
from ..codec import Created, Receipt
from ..operation import Operation
from ..paging import Pager
from .accounts import AccountUser
from .export import UserExport
from .grants import UserGrants
from .listing import BlaizeResource
from .model import AccessModel
from .sessions import CrossDeviceSession
from .user import EmailUpdate, PasswordlessStart, PasswordReset, User
from .user_filters import as_text, foreign_keys, joined, packed

# Results a page, where the service is not told: not published for users, so what it is for accounts.
USUAL_RPP = 10


SAVE_FOREIGN_KEY = Operation(
    "blaize.users.save_foreign_key",
    "PUT",
    "/v3/users/{user_id}/foreign-key/update/{key}",
    "none",
    body=str,
    content_type="text/plain",
)
ACCESS_MODEL = Operation("blaize.users.access_model", "GET", "/v3/users/{user_id}/accessModel", "object")
LIST = Operation(
    "blaize.users.list",
    "GET",
    "/v3/users",
    "results",
    query={
        "identifiers_email_address": "identifiers.email_address",
        "identifiers_username": "identifiers.username",
        "foreign_key": "foreign_key.<system>",
        "search": "search",
        "search_by_attributes": "search_by_attributes",
        "page": "page",
        "rpp": "rpp",
    },
)
CREATE = Operation(
    "blaize.users.create",
    "POST",
    "/v3/users",
    "none",
    "unsent",
    body=User,
    required=("identifiers", "validators"),
    many=True,
)
GET = Operation("blaize.users.get", "GET", "/v3/users/{user_id}", "object")
DELETE = Operation("blaize.users.delete", "DELETE", "/v3/users/{user_id}", "none")
REPLACE_ATTRIBUTES = Operation(
    "blaize.users.replace_attributes", "PUT", "/v3/users/{user_id}/attributes", "none", body=Mapping[str, Any]
)
UPDATE_ATTRIBUTES = Operation(
    "blaize.users.update_attributes",
    "PATCH",
    "/v3/users/{user_id}/attributes",
    "none",
    "unsent",
    body=Mapping[str, Any],
)
UPDATE_EMAIL = Operation(
    "blaize.users.update_email",
    "POST",
    "/v3/users/{user_id}/update-email",
    "none",
    "unsent",
    body=EmailUpdate,
    required=("new_identifiers",),
)
RESET_PASSWORD = Operation(
    "blaize.users.reset_password",
    "POST",
    "/v3/users/reset",
    "none",
    "unsent",
    body=PasswordReset,
    required=("identifiers",),
)
RESET_PASSWORD_V4 = Operation(
    "blaize.users.reset_password_v4",
    "POST",
    "/v4/users/reset",
    "none",
    "unsent",
    body=PasswordReset,
    required=("identifiers", "siteSlug"),
)
START_PASSWORDLESS = Operation(
    "blaize.users.start_passwordless",
    "POST",
    "/v3/users/token-exchange",
    "none",
    "unsent",
    body=PasswordlessStart,
    required=("identifiers", "delivery"),
)
SESSION = Operation("blaize.users.session", "GET", "/v3/users/{user_id}/session", "object")
SESSIONS = Operation("blaize.users.sessions", "GET", "/v3/users/{user_id}/sessions", "object")
ACCOUNTS = Operation("blaize.users.accounts", "GET", "/v3/users/{user_id}/accounts", "results")
REFRESH_ACCESS_MODEL = Operation(
    "blaize.users.refresh_access_model", "POST", "/v3/users/{user_id}/authorization/refresh", "object", "unsent"
)
RESET_LEGACY_PASSWORD = Operation(
    "blaize.users.reset_legacy_password",
    "POST",
    "/v3/users/legacyPassword",
    "none",
    "unsent",
    body=str,
    content_type="text/plain",
)
RESET_LEGACY_PASSWORD_OF_USER = Operation(
    "blaize.users.reset_legacy_password_of_user",
    "POST",
    "/v3/users/{user_id}/legacyPassword",
    "none",
    "unsent",
    body=str,
    content_type="text/plain",
)
EXPORT = Operation(
    "blaize.users.export",
    "GET",
    "/v3/user-export",
    "stream",
    query={
        "attributes": "attributes",
        "app_ids": "appIds",
        "app_ids_restrictive": "appIdsRestrictive",
        "grants": "grants",
        "since": "since",
        "registered_since": "registeredSince",
        "registered_before": "registeredBefore",
        "page": "page",
        "rpp": "rpp",
    },
)


class Users(BlaizeResource):
    """The tenant's users.

    Attributes:
        grants: what they were granted.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.grants = UserGrants(client)

    async def save_foreign_key(self, user_id: str, key: str, value: str | bytes) -> Receipt:
        """Note what another system calls a user.

        ``PUT /v3/users/{user_id}/foreign-key/update/{key}``, section "Upsert Foreign Key". The body is the id itself, as text.
        (The vendor's newer description has a JSON string there: ``client.http`` can send one.)

        Args:
            user_id: the user.
            key: the name of the other system.
            value: the user's id there.

        Raises:
            TypeError: the value is no text; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE_FOREIGN_KEY, user_id, key, body=value)

    async def access_model(self, user_id: str) -> AccessModel:
        """Tell what a user may use.

        ``GET /v3/users/{userId}/accessModel``, section "User Access Model".

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is no such user.
        """
        return await self._get(ACCESS_MODEL, user_id, of=AccessModel)

    def list(
        self,
        *,
        identifiers_email_address: str | None = None,
        identifiers_username: str | None = None,
        foreign_key: Mapping[str, str] | None = None,
        search: str | None = None,
        search_by_attributes: Sequence[Any] | Mapping[str, Any] | None = None,
        page: int | None = None,
        rpp: int | None = None,
    ) -> Pager[User]:
        """List the users, or those that match.

        ``GET /v3/users``, section "Users List". The filters are the live service's (docs/services/blaize.md). The document
        knows no pages: one request is made, unless the answer itself says that there is more.

        Args:
            identifiers_email_address: the one with this address.
            identifiers_username: the one with this name.
            foreign_key: the one whom another system knows by this id: ``{"system": "id"}``.
            search: those that match this text.
            search_by_attributes: conditions on attributes, as the service has them; sent as the Base64 of their JSON.
            page: the page to begin with, from 1.
            rpp: results a page.

        Raises:
            TypeError, ValueError: at the call.
            NotFoundError: from the iteration: some filters answer so where nobody matches.
        """
        query = {
            "identifiers.email_address": identifiers_email_address,
            "identifiers.username": identifiers_username,
            **foreign_keys(foreign_key),
            "search": search,
            "search_by_attributes": packed(search_by_attributes),
        }
        return self._pages(LIST, of=User, query=query, page=page, rpp=rpp, usual=USUAL_RPP)

    async def create(self, user: User | Mapping[str, Any] | Sequence[User | Mapping[str, Any]]) -> Created:
        """Create a user, or many at once.

        ``POST /v3/users``, section "Create User". A list is sent as a list, which the service takes too. Never sent twice by
        itself: a user might be there twice.

        Args:
            user: one or a list; ``identifiers`` and ``validators`` are required of each.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
            ConflictError: there is such a user already.
        """
        return await self._create(CREATE, body=user)

    async def get(self, user_id: str) -> User:
        """Get one user.

        ``GET /v3/users/{user_id}``, section "User".

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, user_id, of=User)

    async def delete(self, user_id: str) -> Receipt:
        """Delete a user.

        ``DELETE /v3/users/{user_id}``, section "User".

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, user_id)

    async def replace_attributes(self, user_id: str, attributes: Mapping[str, Any]) -> Receipt:
        """Replace all of a user's attributes: those that are not given are gone.

        ``PUT /v3/users/{user_id}/attributes``, section "User Attributes".

        Args:
            user_id: the user.
            attributes: all of them; an open map.

        Raises:
            TypeError: not a mapping; nothing was sent.
            NotFoundError: there is no such user.
            BadRequestError: the user schema does not allow it.
        """
        return await self._do(REPLACE_ATTRIBUTES, user_id, body=attributes)

    async def update_attributes(self, user_id: str, attributes: Mapping[str, Any]) -> Receipt:
        """Change some of a user's attributes: those that are not given stay.

        ``PATCH /v3/users/{user_id}/attributes``, section "User Attributes".

        Args:
            user_id: the user.
            attributes: what is to change; an open map.

        Raises:
            TypeError: not a mapping; nothing was sent.
            NotFoundError: there is no such user.
            BadRequestError: the user schema does not allow it.
        """
        return await self._do(UPDATE_ATTRIBUTES, user_id, body=attributes)

    async def update_email(self, user_id: str, update: EmailUpdate | Mapping[str, Any]) -> Receipt:
        """Begin to change a user's address; the user is sent a message to confirm it.

        ``POST /v3/users/{user_id}/update-email``, section "Start email address update".

        Args:
            user_id: the user.
            update: ``new_identifiers``, required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: there is no such user.
            ConflictError: another user has that address; from the live service alone.
            BadRequestError: the service refuses it.
        """
        return await self._do(UPDATE_EMAIL, user_id, body=update)

    async def reset_password(self, reset: PasswordReset | Mapping[str, Any]) -> Receipt:
        """Begin to set a user's password anew; the user is sent a message.

        ``POST /v3/users/reset``, section "Start password reset". The live service has moved to `reset_password_v4`.

        Args:
            reset: ``identifiers``, required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: there is no such user.
            BadRequestError: the service refuses it.
        """
        return await self._do(RESET_PASSWORD, body=reset)

    async def reset_password_v4(self, reset: PasswordReset | Mapping[str, Any]) -> Receipt:
        """Begin to set a user's password anew under a site; the user is sent a message.

        ``POST /v4/users/reset``, which the live service has in place of `reset_password` (docs/services/blaize.md).

        Args:
            reset: ``identifiers`` and ``siteSlug``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: there is no such user or site.
            BadRequestError: the service refuses it.
        """
        return await self._do(RESET_PASSWORD_V4, body=reset)

    async def start_passwordless(self, start: PasswordlessStart | Mapping[str, Any]) -> Receipt:
        """Send a user a link to sign in with.

        ``POST /v3/users/token-exchange``, section "Passwordless Authentication". Never sent twice by itself.

        Args:
            start: ``identifiers`` and ``delivery``, both required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(START_PASSWORDLESS, body=start)

    async def session(self, user_id: str) -> CrossDeviceSession:
        """Get a user's sessions on all devices.

        ``GET /v3/users/{user_id}/session``, section "Cross-device Session". The live service has moved to `sessions`.

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is no such user, or no session.
        """
        return await self._get(SESSION, user_id, of=CrossDeviceSession)

    async def sessions(self, user_id: str) -> CrossDeviceSession:
        """Get a user's sessions on all devices.

        ``GET /v3/users/{user_id}/sessions``, which the live service has in place of `session` (docs/services/blaize.md).

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is no such user, or no session.
        """
        return await self._get(SESSIONS, user_id, of=CrossDeviceSession)

    def accounts(self, user_id: str) -> Pager[AccountUser]:
        """List the accounts that a user belongs to.

        ``GET /v3/users/{user_id}/accounts``, section "User Accounts".

        Args:
            user_id: the user.

        Raises:
            NotFoundError: from the iteration: there is no such user, or, as the live service says it, no account.
        """
        return self._list(ACCOUNTS, user_id, of=AccountUser)

    async def refresh_access_model(self, user_id: str) -> AccessModel:
        """Work out anew what a user may use.

        ``POST /v3/users/{user_id}/authorization/refresh``, section "Refresh Access Model". Without a body.

        Args:
            user_id: the user.

        Raises:
            NotFoundError: there is no such user.
        """
        return await self._get(REFRESH_ACCESS_MODEL, user_id, of=AccessModel)

    async def reset_legacy_password(self, password: str | bytes) -> Receipt:
        """Empty the current password, and set the one that came from an older system.

        ``POST /v3/users/legacyPassword``, section "Reset Legacy Password". The path names no user, and the document does not say
        which it is; see `reset_legacy_password_of_user`. The body is the password itself, as text.

        Args:
            password: the older system's password for the user.

        Raises:
            TypeError: the password is no text; nothing was sent.
            NotFoundError: there is no such user.
        """
        return await self._do(RESET_LEGACY_PASSWORD, body=password)

    async def reset_legacy_password_of_user(self, user_id: str, password: str | bytes) -> Receipt:
        """Empty a user's current password, and set the one that came from an older system.

        ``POST /v3/users/{user_id}/legacyPassword``, the path that the document's own answer shows (docs/services/blaize.md).

        Args:
            user_id: the user.
            password: the older system's password for the user.

        Raises:
            TypeError: the password is no text; nothing was sent.
            NotFoundError: there is no such user.
        """
        return await self._do(RESET_LEGACY_PASSWORD_OF_USER, user_id, body=password)

    def export(
        self,
        *,
        attributes: bool | None = None,
        app_ids: str | Iterable[str] | None = None,
        app_ids_restrictive: str | Iterable[str] | None = None,
        grants: bool | None = None,
        since: datetime | str | int | None = None,
        registered_since: datetime | str | int | None = None,
        registered_before: datetime | str | int | None = None,
        page: int | None = None,
        rpp: int | None = None,
    ) -> UserExport:
        """Download all users, as a stream.

        ::

            async with blaize.users.export(attributes=True, app_ids=["quiz1", "survey4"]) as users:
                async for row in users:
                    print(row.seq_no, row.user.identifiers.email_address)

        ``GET /v3/user-export``, section "User Export". The rows are read while they arrive, so memory stays the same however
        many there are; the service may take minutes before the first. The document has one long list; the live service gives
        pages of 500 with links, which are followed (docs/services/blaize.md).

        Args:
            attributes: whether to include core attributes.
            app_ids: the applications whose extended profiles to include. With these and without `attributes`, only users who
                have such a profile are given.
            app_ids_restrictive: likewise, only users who have them; the live service's filter, as all that follow.
            grants: whether to include grants.
            since: only what has changed since then. A datetime is sent as ISO 8601 in UTC; the vendor does not publish the
                form, so a text or number is sent as it is.
            registered_since: only users who registered since then.
            registered_before: only users who registered before then.
            page: the page to begin with, from 1, such as the ``.cursor`` of an error.
            rpp: results a page.

        Returns:
            An async context manager; iterate it for `ExportedUser` rows.

        Raises:
            TypeError, ValueError: at the call.
            ConnectionLostError: from the iteration: the list broke off. ``items_read`` says after how many rows.
            DecodeError: from the iteration: it is no list of users.
        """
        query = {
            "attributes": attributes,
            "appIds": joined(app_ids, "app_ids"),
            "appIdsRestrictive": joined(app_ids_restrictive, "app_ids_restrictive"),
            "grants": grants,
            "since": as_text(since),
            "registeredSince": as_text(registered_since),
            "registeredBefore": as_text(registered_before),
        }
        return UserExport(self._client, EXPORT, query, page=page, rpp=rpp)
