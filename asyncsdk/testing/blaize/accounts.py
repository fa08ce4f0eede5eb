"""Accounts in pages, and who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...blaize import accounts as operations, users as users_
from .call import RefusedError, answer, said
from .pages import asked
from .samples import ACCOUNT_ID, USER_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .grants import Grants
    from .kinds import Kept
    from .people import People
    from .shared import Shared
    from .store import Record


class Accounts:
    """Accounts in pages, and who belongs to them.

    Args:
        shared: what all parts share.
        kept: the accounts.
        people: the users.
        grants: what they were granted.
        examples: whether the document's are there at first.
    """

    def __init__(self, shared: Shared, kept: Kept, people: People, grants: Grants, *, examples: bool) -> None:
        self._shared = shared
        self._kept = kept
        self._people = people
        self._grants = grants
        # a dict for its order
        self._members: dict[tuple[str, str], None] = {(ACCOUNT_ID, USER_ID): None} if examples else {}

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.LIST: self._list,
            operations.DELETE: self._delete,
            operations.USERS_LIST: lambda _: self._memberships(self.members()),
            operations.USERS_LIST_OF_ACCOUNT: self._users_of,
            operations.USERS_GET: self._get_user,
            operations.USERS_DELETE: self._remove_user,
            operations.USERS_SAVE: self._add_user,
            users_.ACCOUNTS: self._accounts_of,
        }

    def members(self, *, account_id: str | None = None, user_id: str | None = None) -> Sequence[tuple[str, str]]:
        """Who belongs to which account, as (account, user): all, or those of one."""
        return [
            (account, user)
            for account, user in self._members
            if account_id in (None, account) and user_id in (None, user)
        ]

    def forget_user(self, user_id: str) -> None:
        """Forget a user, who is there no more."""
        for member in self.members(user_id=user_id):
            del self._members[member]

    def _list(self, call: Call) -> Response:
        found = [record for record in self._kept.all() if _matches(record, call.query.get("search"))]
        page = asked(call, operations.USUAL_RPP, always=self._shared.live)
        if page is None:
            return answer({"results": found})
        return answer({"results": list(page.cut(found)), "total": len(found)})

    def _delete(self, call: Call) -> Response:
        response = self._kept.delete(call)
        (account_id,) = call.path
        self._grants.forget("account", account_id)
        for member in self.members(account_id=account_id):
            del self._members[member]
        return response

    def _memberships(self, members: Sequence[tuple[str, str]], *, wrapped: bool = False) -> Response:
        found = [_membership(account, user) for account, user in members]
        if not found and self._shared.live:
            # the live service says so where the document would have an empty list (FACTS 1.1, "Broken list")
            raise RefusedError(404, "Nobody belongs here")
        return answer({"results": found} if wrapped else found)

    def _users_of(self, call: Call) -> Response:
        (account_id,) = call.path
        self._kept.records[account_id]
        return self._memberships(self.members(account_id=account_id))

    def _accounts_of(self, call: Call) -> Response:
        (user_id,) = call.path
        self._people[user_id]
        return self._memberships(self.members(user_id=user_id), wrapped=True)

    def _get_user(self, call: Call) -> Response:
        self._require(call)
        account_id, user_id = call.path
        return answer(_membership(account_id, user_id))

    def _remove_user(self, call: Call) -> Response:
        self._require(call)
        account_id, user_id = call.path
        del self._members[account_id, user_id]
        return said("Account user deleted successfully")

    def _add_user(self, call: Call) -> Response:
        account_id, user_id = call.path
        if account_id not in self._kept.records or user_id not in self._people:
            raise RefusedError(400, "There is no such account, or no such user")
        if (account_id, user_id) in self._members:
            return said("Account user saved successfully")
        self._members[account_id, user_id] = None
        uri = call.uri(operations.USERS_GET, account_id, user_id)
        return said("Account user saved successfully", 201, uri=uri)

    def _require(self, call: Call) -> None:
        account_id, user_id = call.path
        if (account_id, user_id) not in self._members:
            raise RefusedError(404, "The user does not belong to this account")


def _membership(account_id: str, user_id: str) -> Record:
    return {"user_id": user_id, "account_id": account_id}


def _matches(record: Record, text: str | None) -> bool:
    """Whether a text is somewhere in a record's texts."""
    return not text or any(text.casefold() in str(value).casefold() for value in record.values())
