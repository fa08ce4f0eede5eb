"""The parts of one service, put together: who knows whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .access import Access, Decisions
from .accounts import Accounts
from .admin import Administrators
from .export import Export
from .feature_rules import FeatureRules
from .grants import Grants
from .kinds import kept
from .oauth2 import OAuth2
from .particulars import Particulars
from .people import People
from .population import Population
from .promo_codes import PromoCodes
from .sessions import Sessions
from .settings import Settings
from .shared import Shared, numbered
from .users import Dependents, Users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...operation import Operation
    from .call import Handler, Part
    from .service import BlaizeService


class Parts:
    """The parts of one service.

    Args:
        told: the service's options.

    Attributes:
        shared: what they share.
        population: the generated users.
        administrators: who may come in.
        oauth2: what gives codes.
        handlers: what answers which operation.
    """

    def __init__(self, told: BlaizeService) -> None:
        examples = told.examples
        self.shared = shared = Shared(told.tenant, told.clock, told.live, numbered(told.seed))
        self.population = Population(told.seed, told.users)
        self.administrators = Administrators(
            shared, told.access_key, told.secret_key, told.admin_email, told.admin_password, examples=examples
        )
        self.oauth2 = OAuth2(shared, examples=examples)
        things = kept(shared, examples=examples)
        people = People(shared, self.population, examples=examples)
        grants = Grants(shared, people, things["accounts"].records, examples=examples)
        accounts = Accounts(shared, things["accounts"], people, grants, examples=examples)
        access = Access(things, people, accounts, grants)
        sessions = Sessions(shared, people, access, told.sites, examples=examples)
        # a later part may have its own way with an operation of an earlier one
        parts: tuple[Part, ...] = (
            *things.values(),
            Particulars(shared, things),
            accounts,
            grants,
            access,
            sessions,
            Users(shared, people, things["user_schema"].records, Dependents(grants, accounts, sessions)),
            Export(shared, people, grants),
            Decisions(people, sessions, told.referrer_secret),
            self.administrators,
            FeatureRules(shared, examples=examples),
            PromoCodes(examples=examples),
            Settings(examples=examples),
            self.oauth2,
        )
        self.handlers: Mapping[Operation, Handler] = {
            operation: handler for part in parts for operation, handler in part.handlers().items()
        }
