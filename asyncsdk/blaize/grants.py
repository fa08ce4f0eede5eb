"""Grants (section "Grants"): entitlements that users and accounts were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt, wire
from ..errors import MissingFieldError
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource
from .times import moment_or_none


@frozen(kw_only=True)
class Grant(Model):
    """A grant.

    The live service writes its names in snake case or camel case, and adds when it holds (docs/services/blaize.md): `id`,
    `starts_at` and `ends_at` read either.

    Attributes:
        grant_id: of the grant; the service gives it.
        entitlement_type: e.g. ``"entitlement"``, ``"bundle"``.
        entitlement_id: what was granted.
    """

    grant_id: str | None = wire("grantId", answer_only=True)
    entitlement_type: str | None = None
    entitlement_id: str = wire("entitlement_id", always=True)

    @property
    def id(self) -> str:
        """The grant's id, under whichever of its two names it came.

        Raises:
            MissingFieldError: the service left it out.
        """
        found: str | None = self.grant_id or self.extra.get("grant_id")
        if found is None:
            raise MissingFieldError("this Grant has no id: the service left it out", field="id")
        return found

    @property
    def starts_at(self) -> datetime | None:
        """When it begins to hold, UTC; None where the service does not say."""
        return moment_or_none(self.extra.get("start_time", self.extra.get("startTime")))

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, UTC; None where the service does not say."""
        return moment_or_none(self.extra.get("end_time", self.extra.get("endTime")))


USER_LIST = Operation(
    "blaize.users.grants.list", "GET", "/v3/users/{user_id}/grants", "results", query={"active": "active"}
)
USER_CREATE = Operation(
    "blaize.users.grants.create", "POST", "/v3/users/{user_id}/grants", "none", "unsent", body=Grant
)
USER_GET = Operation("blaize.users.grants.get", "GET", "/v3/users/{user_id}/grants/{grant_id}", "object")
USER_DELETE = Operation("blaize.users.grants.delete", "DELETE", "/v3/users/{user_id}/grants/{grant_id}", "none")
USER_SAVE = Operation(
    "blaize.users.grants.save", "POST", "/v3/users/{user_id}/grants/{grant_id}", "none", "unsent", body=Grant
)

ACCOUNT_LIST = Operation("blaize.accounts.grants.list", "GET", "/v3/accounts/{account_id}/grants", "results")
ACCOUNT_CREATE = Operation(
    "blaize.accounts.grants.create", "POST", "/v3/accounts/{account_id}/grants", "none", "unsent", body=Grant
)
ACCOUNT_GET = Operation("blaize.accounts.grants.get", "GET", "/v3/accounts/{account_id}/grants/{grant_id}", "object")
ACCOUNT_DELETE = Operation(
    "blaize.accounts.grants.delete", "DELETE", "/v3/accounts/{account_id}/grants/{grant_id}", "none"
)


class UserGrants(BlaizeResource):
    """What users were granted."""

    def list(self, user_id: str, *, active: bool | None = None) -> Pager[Grant]:
        """List a user's grants.

        ``GET /v3/users/{userId}/grants``, section "User Grants".

        Args:
            user_id: the user.
            active: only those that hold now, or only the others; the live service's filter, not the document's.

        Raises:
            NotFoundError: from the iteration: no such user.
        """
        return self._list(USER_LIST, user_id, of=Grant, query={"active": active})

    async def create(self, user_id: str, grant: Grant | Mapping[str, Any]) -> Created:
        """Grant a user something.

        ``POST /v3/users/{userId}/grants``, section "User Grants". Never sent twice by itself: that would be two grants.

        Args:
            user_id: the user.
            grant: ``entitlement_type`` and ``entitlement_id``.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(USER_CREATE, user_id, body=grant)

    async def get(self, user_id: str, grant_id: str) -> Grant:
        """Get one of a user's grants.

        ``GET /v3/users/{userId}/grants/{grantId}``, section "User Grant".

        Args:
            user_id: the user.
            grant_id: the grant.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(USER_GET, user_id, grant_id, of=Grant)

    async def delete(self, user_id: str, grant_id: str) -> Receipt:
        """Take one of a user's grants back.

        ``DELETE /v3/users/{userId}/grants/{grantId}``, section "User Grant".

        Args:
            user_id: the user.
            grant_id: the grant.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(USER_DELETE, user_id, grant_id)

    async def save(self, user_id: str, grant_id: str, grant: Grant | Mapping[str, Any]) -> Receipt:
        """Grant a user something under an id of your own.

        ``POST /v3/users/{userId}/grants/{grantId}``, section "User Grant" (headed "Create Grant").

        Args:
            user_id: the user.
            grant_id: the id that the grant is to have.
            grant: ``entitlement_type`` and ``entitlement_id``.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(USER_SAVE, user_id, grant_id, body=grant)


class AccountGrants(BlaizeResource):
    """What accounts were granted."""

    def list(self, account_id: str) -> Pager[Grant]:
        """List an account's grants.

        ``GET /v3/accounts/{account_id}/grants``, which the live service has and the document does not (docs/services/blaize.md).

        Args:
            account_id: the account.

        Raises:
            NotFoundError: from the iteration: no such account.
        """
        return self._list(ACCOUNT_LIST, account_id, of=Grant)

    async def create(self, account_id: str, grant: Grant | Mapping[str, Any]) -> Created:
        """Grant an account something.

        ``POST /v3/accounts/{account_id}/grants``, which the live service has and the document does not (docs/services/blaize.md).

        Args:
            account_id: the account.
            grant: ``entitlement_type`` and ``entitlement_id``.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(ACCOUNT_CREATE, account_id, body=grant)

    async def get(self, account_id: str, grant_id: str) -> Grant:
        """Get one of an account's grants.

        ``GET /v3/accounts/{accountId}/grants/{grantId}``, section "Account Grant".

        Args:
            account_id: the account.
            grant_id: the grant.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(ACCOUNT_GET, account_id, grant_id, of=Grant)

    async def delete(self, account_id: str, grant_id: str) -> Receipt:
        """Take one of an account's grants back.

        ``DELETE /v3/accounts/{accountId}/grants/{grantId}``, section "Account Grant".

        Args:
            account_id: the account.
            grant_id: the grant.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(ACCOUNT_DELETE, account_id, grant_id)
