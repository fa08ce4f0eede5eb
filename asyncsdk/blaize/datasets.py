"""What can be pulled of the Admin API: all users, all accounts, and what belongs to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..datasets.dataset import Dataset
from ..datasets.pull import DataSets
from ..errors import NotFoundError
from ..paging import at_once
from ..paging.streamed import LongAnswer
from .accounts import Account, Accounts, AccountUser
from .export import ExportedUser
from .grants import Grant, UserGrants
from .user import User
from .users import Users

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ..client import Client
    from ..paging import Pager

# Results a page: as many as the live service is known to give.
_RPP = 200


def _users(client: Client, _key: str, _start: int, _end: int) -> Pager[ExportedUser]:
    return LongAnswer(lambda: Users(client).export(attributes=True))


def _grants(client: Client, user_id: str, _start: int, _end: int) -> Pager[Grant]:
    return UserGrants(client).list(user_id)


def _accounts(client: Client, _key: str, _start: int, _end: int) -> Pager[Account]:
    return Accounts(client).list(rpp=_RPP)


def _account_users(client: Client, account_id: str, _start: int, _end: int) -> Pager[AccountUser]:
    pager = Accounts(client).users.list_of_account(account_id)

    async def members() -> Sequence[AccountUser]:
        try:
            return await pager.to_list()
        except NotFoundError:  # the live service says so where nobody belongs to an account
            return []

    return at_once(members, of=AccountUser)


class _UserIds:
    """The ids of all users: from the export, or where that tells none, as the document's, from the list."""

    def __init__(self, client: Client) -> None:
        self._users = Users(client)

    async def __aiter__(self) -> AsyncIterator[str]:
        async with self._users.export() as exported:
            async for row in exported:
                user = getattr(row, "user", None)
                found = getattr(user, "user_id", None)
                if not isinstance(user, User) or found is None:
                    break
                yield found
            else:
                return
        async for user in self._users.list():
            if (found := getattr(user, "user_id", None)) is not None:
                yield found


class _AccountIds:
    """The ids of all accounts: from their list, or where that tells none, as the document's, from the list of who belongs to which."""

    def __init__(self, client: Client) -> None:
        self._accounts = Accounts(client)

    async def __aiter__(self) -> AsyncIterator[str]:
        async for account in self._accounts.list(rpp=_RPP):
            account_id = account.extra.get("account_id", account.extra.get("id"))
            if not isinstance(account_id, str):
                break
            yield account_id
        else:
            return
        async for member in self._accounts.users.list():
            if (found := getattr(member, "account_id", None)) is not None:
                yield found


USERS = Dataset("blaize.users", ExportedUser, _users)
GRANTS = Dataset("blaize.grants", Grant, _grants, key="user_id", keys=_UserIds)
ACCOUNTS = Dataset("blaize.accounts", Account, _accounts)
ACCOUNT_USERS = Dataset("blaize.account_users", AccountUser, _account_users, key="account_id", keys=_AccountIds)


class BlaizeDataSets(DataSets):
    """What can be pulled of the Admin API.

    Attributes:
        users: all users with their attributes: the export.
        grants: what users were granted, by user.
        accounts: all accounts.
        account_users: who belongs to which account, by account. An account that the service does not know is one without users:
            it says the same of both.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.users = self._bound(USERS)
        self.grants = self._bound(GRANTS)
        self.accounts = self._bound(ACCOUNTS)
        self.account_users = self._bound(ACCOUNT_USERS)
