"""Who belongs to which account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....blaize import accounts as operations, users as users_
from ...kit import RefusedError, Relation, answer
from ..samples import ACCOUNT_ID, USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record, Things
    from ..people.people import People
    from ..shared import BlaizeShared


class AccountUsers:
    """Who belongs to which account.

    Args:
        shared: what all parts share.
        accounts: the accounts.
        people: the users.
    """

    def __init__(self, shared: BlaizeShared, accounts: Things, people: People) -> None:
        self._live = shared.live
        self._accounts = accounts
        self._people = people
        self._members = Relation(
            shared=shared,
            name="Account user",
            left=accounts,
            right=people,
            add="accounts.users.save",
            get="accounts.users.get",
            remove="accounts.users.delete",
            rights="accounts.users.list_of_account",
            lefts="users.accounts",
            tell=_membership,
            listed=self._listed,
            missing="The user does not belong to this account",
        )
        if shared.examples:
            self._members.pairs.add(ACCOUNT_ID, USER_ID)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {**self._members.handlers(), operations.USERS_SAVE: self._add, operations.USERS_LIST: self._list}

    def of_user(self, user_id: str) -> Iterable[str]:
        """The accounts that a user belongs to."""
        return self._members.pairs.lefts(user_id)

    def _add(self, call: Call) -> Response:
        account_id, user_id = call.path
        if account_id not in self._accounts.store or user_id not in self._people:
            raise RefusedError(400, "There is no such account, or no such user")
        return self._members.join(call)

    def _list(self, call: Call) -> Response:
        return self._listed(call, (_membership(*pair) for pair in self._members.pairs))

    def _listed(self, call: Call, memberships: Iterable[Record]) -> Response:
        found = list(memberships)
        if not found and self._live:
            # the live service says so where the document would have an empty list (docs/services/blaize.md)
            raise RefusedError(404, "Nobody belongs here")
        return answer({"results": found} if call.operation is users_.ACCOUNTS else found)


def _membership(account_id: str, user_id: str) -> Record:
    return {"user_id": user_id, "account_id": account_id}
