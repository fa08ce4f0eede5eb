"""Users: who they are, how they log in, what they have used (sections "/user", "/user/token", "/user-verification", ...)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from ..body import checked
from ..codec import Model, Receipt
from ..operation import Operation
from ..paging import Pager
from ..times import since_epoch
from .listing import LivepeerResource, switched
from .rules.filters import Filters, Order, filters_of, order_of
from .rules.passwords import hashed
from .user import (
    AdminStatus,
    EmailVerification,
    Login,
    PasswordReset,
    PasswordResetRequest,
    PasswordResetToken,
    Usage,
    User,
    UserSession,
)

M = TypeVar("M", bound=Model)

FIELDS = frozenset(
    {"id", "email", "emailValid", "admin", "createdAt", "firstName", "lastName", "lastSeen", "lastStreamedAt", "userId"}
)

VERIFY_EMAIL = Operation(
    "livepeer.users.verify_email",
    "POST",
    "/user/verify",
    "object",
    "unsent",
    body=EmailVerification,
    required=("email", "emailValidToken"),
)
CREATE_PASSWORD_RESET_TOKEN = Operation(
    "livepeer.users.create_password_reset_token",
    "POST",
    "/user/password/reset-token",
    "any",
    "unsent",
    body=PasswordResetRequest,
    required=("email",),
)
RESET_PASSWORD = Operation(
    "livepeer.users.reset_password",
    "POST",
    "/user/password/reset",
    "object",
    "unsent",
    body=PasswordReset,
    required=("email", "resetToken", "password"),
)
MAKE_ADMIN = Operation(
    "livepeer.users.make_admin",
    "POST",
    "/user/make-admin",
    "any",
    "unsent",
    body=AdminStatus,
    required=("email", "admin"),
)
LOGIN = Operation(
    "livepeer.users.login", "POST", "/user/token", "object", "unsent", body=Login, required=("email", "password")
)
CREATE = Operation(
    "livepeer.users.create", "POST", "/user", "object", "unsent", body=User, required=("email", "password")
)
LIST = Operation(
    "livepeer.users.list",
    "GET",
    "/user",
    "cursor",
    query={"limit": "limit", "cursor": "cursor", "order": "order", "filters": "filters"},
)
GET = Operation("livepeer.users.get", "GET", "/user/{id}", "object")
SET_SUSPENDED = Operation(
    "livepeer.users.set_suspended",
    "PATCH",
    "/user/{id}/suspended",
    "none",
    "unsent",
    body=User,
    required=("suspended",),
)
USAGE = Operation(
    "livepeer.users.usage", "GET", "/user/usage", "any", query={"from_time": "fromTime", "to_time": "toTime"}
)


class Users(LivepeerResource):
    """Users."""

    async def verify_email(self, verification: EmailVerification | Mapping[str, Any]) -> User:
        """Verify an e-mail address by the token from the mail.

        ``POST /user/verify``, section "/user-verification": the documented path is not there. Needs no credentials.

        Args:
            verification: the address and the token.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            PermissionDeniedError: another token is right.
            NotFoundError: no user has this address.
        """
        return await self._get(VERIFY_EMAIL, of=User, body=verification)

    async def create_password_reset_token(
        self, request: PasswordResetRequest | Mapping[str, Any]
    ) -> PasswordResetToken:
        """Have a mail sent that lets a user set a new password; the server puts the token into its answer too.

        ``POST /user/password/reset-token``, section "/password-reset-token": the documented path is not there. Needs no
        credentials.

        Args:
            request: the address.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: no user has this address.
            BadRequestError: the server cannot send mails; a token was made all the same.
        """
        return await self._get(CREATE_PASSWORD_RESET_TOKEN, of=PasswordResetToken, body=request)

    async def reset_password(self, reset: PasswordReset | Mapping[str, Any]) -> User:
        """Set a new password by the token from the mail, which is good once. The password is hashed in a worker thread.

        ``POST /user/password/reset``, section "/password-reset": the documented path is not there. Needs no credentials.

        Args:
            reset: the address, the token, and the new password.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            PermissionDeniedError: another token is right, or it has expired.
            NotFoundError: no user has this address, or nobody asked for a token.
        """
        return await self._get(RESET_PASSWORD, of=User, body=await _with_hash(RESET_PASSWORD, reset))

    async def make_admin(self, status: AdminStatus | Mapping[str, Any]) -> AdminStatus:
        """Make somebody an administrator, or no longer.

        ``POST /user/make-admin``, section "/make-admin": the documented path is not there. Needs an administrator's JWT.

        Args:
            status: the address, and whether.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            PermissionDeniedError: no administrator.
            NotFoundError: no user has this address.
        """
        return await self._get(MAKE_ADMIN, of=AdminStatus, body=status)

    async def login(self, login: Login | Mapping[str, Any]) -> UserSession:
        """Log in, for what a JWT is needed for; the password is hashed in a worker thread.

        ``POST /user/token``, section "/user/token". Needs no credentials: a client made by `Livepeer.anonymous` will do. Go on
        with `Livepeer.with_session`.

        Args:
            login: the address and the password.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            PermissionDeniedError: another password is right, or the user is suspended.
            NotFoundError: no user has this address.
        """
        return await self._get(LOGIN, of=UserSession, body=await _with_hash(LOGIN, login))

    async def create(self, user: User | Mapping[str, Any]) -> User:
        """Create a user; the password is hashed in a worker thread.

        ``POST /user``, section "/user". Never sent twice by itself. Needs no credentials.

        Args:
            user: at least an address and a password.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            BadRequestError: another user has this address.
            UnprocessableError: no address, or a field that the server does not know.
        """
        made = await self._get(CREATE, of=User, body=await _with_hash(CREATE, user))
        self._memory.made(getattr(made, "id", None), None, self._client.clock.monotonic())
        return made

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Order | None = None,
        filters: Filters | None = None,
        page_size: int | None = None,
    ) -> Pager[User]:
        """List all users.

        ``GET /user``, section "/user". Needs an administrator's JWT.

        Args:
            limit: users a page, not in all.
            cursor: a page to begin with.
            order: by which fields; by id where it does not say.
            filters: which users; a text is looked for inside the field.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            PermissionDeniedError: no administrator; raised by the iteration.
        """
        query = {"order": order_of(order, FIELDS), "filters": filters_of(filters, FIELDS)}
        return self._pages(LIST, of=User, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> User:
        """Get one user: oneself, or as an administrator anybody.

        ``GET /user/{id}``. The server answers an administrator ``200 null`` for an unknown id.

        Args:
            id: the user.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: somebody else.
        """
        return await self._get(GET, id, of=User)

    async def set_suspended(self, id: str, suspended: bool | User | Mapping[str, Any]) -> Receipt:
        """Shut a user out, or let in again: the only update of a user that there is.

        ``PATCH /user/{id}/suspended``, in place of the document's ``PATCH /user``. Needs an administrator.

        Args:
            id: the user.
            suspended: whether; or an object that says so.

        Raises:
            ValueError, TypeError: it does not say; nothing was sent.
            PermissionDeniedError: no administrator.
        """
        return await self._do(SET_SUSPENDED, id, body=switched(SET_SUSPENDED, suspended, "suspended"))

    async def usage(self, *, from_time: datetime | int, to_time: datetime | int) -> Usage:
        """What the user whose credentials these are has streamed.

        ``GET /user/usage``. For other users and many stretches of time there is the data set ``usage``.

        Args:
            from_time: an aware datetime or milliseconds since the epoch, inclusive.
            to_time: likewise, exclusive.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        query = {"fromTime": _milliseconds(from_time, "from_time"), "toTime": _milliseconds(to_time, "to_time")}
        return await self._get(USAGE, of=Usage, query=query)


async def _with_hash(operation: Operation, body: object) -> dict[str, Any]:
    """A body whose password is hashed, once it is known to fit."""
    wire = checked(operation, body)
    return {**wire, "password": await hashed(wire["password"])}


def _milliseconds(value: object, name: str) -> int:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError(f"{name} is a naive datetime: give it a time zone")
        return since_epoch(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"{name} must be an aware datetime or whole milliseconds, not {type(value).__name__}")
