"""Accounts (sections "Account" and "Account User"): groups of users that share seats and grants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..client import Client
from ..codec import Created, Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .grants import AccountGrants
from .listing import BlaizeResource

USUAL_RPP = 10
"""Results a page, where the service is not told (docs/services/blaize.md)."""


@frozen(kw_only=True)
class Account(Model):
    """An account.

    Attributes:
        company_id: of the company it belongs to.
        name: for people.
        number_of_seats: how many users it pays for.
        allow_oversubscription: whether more may join.
        notify_when_account_oversubscribed: whether somebody is told once more have joined.
        notify_on_each_registration_when_account_is_oversubscribed: whether somebody is told of each one more.
        registration_code: what a user gives to join.
    """

    company_id: str = wire("company_id", always=True)
    name: str | None = None
    number_of_seats: int | None = None
    allow_oversubscription: bool | None = None
    notify_when_account_oversubscribed: bool | None = None
    notify_on_each_registration_when_account_is_oversubscribed: bool | None = None
    registration_code: str | None = None


@frozen(kw_only=True)
class AccountUser(Model):
    """That a user belongs to an account.

    Attributes:
        user_id: the user.
        account_id: the account.
    """

    user_id: str = wire("user_id", always=True)
    account_id: str = wire("account_id", always=True)


LIST = Operation(
    "blaize.accounts.list",
    "GET",
    "/v3/accounts",
    "results",
    query={"page": "page", "rpp": "rpp", "search": "search"},
)
CREATE = Operation("blaize.accounts.create", "POST", "/v3/accounts", "none", "unsent", body=Account)
GET = Operation("blaize.accounts.get", "GET", "/v3/accounts/{id}", "object")
DELETE = Operation("blaize.accounts.delete", "DELETE", "/v3/accounts/{id}", "none")
UPDATE = Operation("blaize.accounts.update", "PUT", "/v3/accounts/{id}", "none", body=Account)

USERS_LIST = Operation("blaize.accounts.users.list", "GET", "/v3/accounts/users", "array")
USERS_LIST_OF_ACCOUNT = Operation(
    "blaize.accounts.users.list_of_account", "GET", "/v3/accounts/{account_id}/users", "results"
)
USERS_GET = Operation("blaize.accounts.users.get", "GET", "/v3/accounts/{account_id}/users/{user_id}", "object")
USERS_DELETE = Operation("blaize.accounts.users.delete", "DELETE", "/v3/accounts/{account_id}/users/{user_id}", "none")
USERS_SAVE = Operation("blaize.accounts.users.save", "PUT", "/v3/accounts/{account_id}/users/{user_id}", "none")


class AccountUsers(BlaizeResource):
    """Which users belong to which account."""

    def list(self, account_id: str | None = None) -> Pager[AccountUser]:
        """List who belongs to which account, or who belongs to one.

        ``GET /v3/accounts/users``, section "Account Users"; with an account, `list_of_account`. The live service is said to
        answer the documented path with 404 always (docs/services/blaize.md).

        Args:
            account_id: the account; None asks the documented path, which is for all.

        Raises:
            NotFoundError: from the iteration, as all errors of a pager.
        """
        if account_id is not None:
            return self.list_of_account(account_id)
        return self._list(USERS_LIST, of=AccountUser)

    def list_of_account(self, account_id: str) -> Pager[AccountUser]:
        """List the users of one account.

        ``GET /v3/accounts/{account_id}/users``, which the live service has and the document does not (docs/services/blaize.md).

        Args:
            account_id: the account.

        Raises:
            NotFoundError: from the iteration: no such account, or, as the live service says it, nobody in it.
        """
        return self._list(USERS_LIST_OF_ACCOUNT, account_id, of=AccountUser)

    async def get(self, account_id: str, user_id: str) -> AccountUser:
        """Get one user's place in an account.

        ``GET /v3/accounts/{account_id}/users/{user_id}``, section "Account User".

        Args:
            account_id: the account.
            user_id: the user.

        Raises:
            NotFoundError: the user does not belong to it.
        """
        return await self._get(USERS_GET, account_id, user_id, of=AccountUser)

    async def delete(self, account_id: str, user_id: str) -> Receipt:
        """Take a user out of an account.

        ``DELETE /v3/accounts/{account_id}/users/{user_id}``, section "Account User".

        Args:
            account_id: the account.
            user_id: the user.

        Raises:
            NotFoundError: the user does not belong to it.
        """
        return await self._do(USERS_DELETE, account_id, user_id)

    async def save(self, account_id: str, user_id: str) -> Receipt:
        """Put a user into an account; one who is in it already stays.

        ``PUT /v3/accounts/{account_id}/users/{user_id}``, section "Account User".

        Args:
            account_id: the account.
            user_id: the user.

        Raises:
            BadRequestError: the service refuses it.
        """
        return await self._do(USERS_SAVE, account_id, user_id)


class Accounts(BlaizeResource):
    """The tenant's accounts.

    Attributes:
        users: who belongs to them.
        grants: what they were granted.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.users = AccountUsers(client)
        self.grants = AccountGrants(client)

    def list(self, *, page: int | None = None, rpp: int | None = None, search: str | None = None) -> Pager[Account]:
        """List the accounts.

        ``GET /v3/accounts``, section "Accounts". The document knows no pages. The live service gives 10 at a time with a
        ``total``, which is followed; its parameters are not in the document.

        Args:
            page: the page to begin with, from 1.
            rpp: results a page. 200 are known to work; the most is not published.
            search: only accounts that match this text.

        Raises:
            TypeError, ValueError: at the call.
            SDKError: from the iteration, with ``.cursor``, from which ``pages(start=cursor)`` goes on.
        """
        return self._pages(LIST, of=Account, query={"search": search}, page=page, rpp=rpp, usual=USUAL_RPP)

    async def create(self, account: Account | Mapping[str, Any]) -> Created:
        """Create an account.

        ``POST /v3/accounts``, section "Accounts". Never sent twice by itself.

        Args:
            account: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=account)

    async def get(self, id: str) -> Account:
        """Get one account.

        ``GET /v3/accounts/{id}``, section "Account".

        Args:
            id: the account.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Account)

    async def delete(self, id: str) -> Receipt:
        """Delete an account.

        ``DELETE /v3/accounts/{id}``, section "Account".

        Args:
            id: the account.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def update(self, id: str, account: Account | Mapping[str, Any]) -> Receipt:
        """Replace an account.

        ``PUT /v3/accounts/{id}``, section "Account".

        Args:
            id: the account.
            account: what it is to be, whole.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(UPDATE, id, body=account)
