"""The parts of one service, put together: who knows whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kit import table
from .access.account_users import AccountUsers
from .access.admin import Administrators
from .access.decisions import Decisions
from .access.grants import Grants
from .access.model import Access
from .access.oauth2 import OAuth2
from .access.sessions import Sessions
from .people.export import Export
from .people.people import People
from .people.population import Population
from .people.users import Users
from .things.feature_rules import FeatureRules
from .things.particulars import Particulars
from .things.promo_codes import PromoCodes
from .things.rows import rows
from .things.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ...operation import Operation
    from ..kit import Handler
    from .access.admin import First
    from .shared import BlaizeShared


class Parts:
    """The parts of one service.

    Args:
        shared: what they share.
        first: the administrator that there is at first.
        users: how many users to generate.
        sites: the sites that there are; None for any.
        referrer_secret: of trusted referrers.

    Attributes:
        shared: what they share.
        population: the generated users.
        administrators: who may come in.
        oauth2: what gives codes.
        handlers: what answers which operation.
    """

    def __init__(
        self,
        shared: BlaizeShared,
        first: First,
        *,
        users: int,
        sites: Collection[str] | None,
        referrer_secret: str,
    ) -> None:
        self.shared = shared
        things = rows(shared)
        self.population = Population(shared.seed, users)
        self.administrators = Administrators(shared, things["admin.roles"], first)
        self.oauth2 = OAuth2(shared)
        people = People(shared, self.population)
        accounts = things["accounts"]
        grants = Grants(shared, people, accounts)
        account_users = AccountUsers(shared, accounts, people)
        access = Access(things, people, account_users, grants)
        sessions = Sessions(shared, people, access.model, sites)
        self.handlers: Mapping[Operation, Handler] = table(
            *things.values(),
            Particulars(shared, things),
            account_users,
            grants,
            access,
            sessions,
            Users(shared, people, things["user_schema"].store),
            Export(shared, people, grants.of_user),
            Decisions(people, sessions, referrer_secret),
            self.administrators,
            FeatureRules(shared),
            PromoCodes(shared),
            Settings(shared),
            self.oauth2,
        )
