"""The client of the Blaize (Zephr) Admin API."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Self, Unpack

from ..auth.zephr import Scheme, ZephrSigner, admin_session as session_signer
from ..chain.signing import Signer
from ..client import Client, Where
from ..errors import ConfigurationError
from ..group import Group
from ..http.service_clock import ServiceClock
from ..options import ClientOptions, CopyOptions, credential
from .accounts import Accounts
from .admin import Admin, AdminSession
from .bundles import Bundles
from .cache import CacheConfigurations, CacheManagement
from .certs import Certs
from .companies import Companies
from .configuration import Configuration, Tenants
from .credits import Credits
from .datasets import BlaizeDataSets
from .decision_engine import DecisionEngine
from .entitlements import Entitlements
from .feature_rules import FeatureRules
from .forms import Forms
from .gifts import Gifts
from .meters import Meters
from .oauth2 import OAuth2
from .products import Products
from .promo_codes import PromoCodes
from .request_rules import RequestRules
from .sessions import Sessions, SiteSessions
from .static_items import StaticItems
from .user_schema import UserSchema
from .users import Users
from .webhooks import Webhooks

BASE_URL = "https://{tenant}.api.zephr.com"

_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)


class BlaizeChanges(CopyOptions, total=False):
    """What a copy of `Blaize` may change."""

    tenant: str | None
    access_key: str | None
    secret_key: str | None
    admin_session: str | None
    scheme: Scheme


class Blaize(Client):
    """A client of the Blaize (Zephr) Admin API.

    ::

        async with Blaize("demo") as blaize:
            async for user in blaize.users.list():
                ...

    All its calls raise `SDKError` and what derives from it: `AuthenticationError` and `PermissionDeniedError` where the
    service refuses the credentials, `ServerError` and `TransportError` where it or the way to it fails. The methods' own
    descriptions name what is particular to them.

    Args:
        tenant: the tenant's name, which is a part of the host's. Default: the environment variable ``BLAIZE_TENANT``; may be
            left out with `base_url`.
        access_key: the public half of a key pair. Default: ``BLAIZE_ACCESS_KEY``.
        secret_key: the secret half. Default: ``BLAIZE_SECRET_KEY``.
        admin_session: in place of a key pair, an administrator's session: its id or cookie. Default:
            ``BLAIZE_ADMIN_SESSION``, where no key pair is found.
        scheme: how a key pair signs: ``"zephr"``, or ``"blaize"`` for the legacy scheme, which leaves the query unsigned.
        options: what every client takes: `ClientOptions`. ``base_url`` may come from ``BLAIZE_BASE_URL``; its default is
            ``https://{tenant}.api.zephr.com``.

    Attributes:
        accounts: accounts, their users (``accounts.users``) and grants (``accounts.grants``).
        admin: administrators (``admin.users``), key pairs (``admin.keypairs``), roles (``admin.roles``), sign-in
            (``admin.login``) and sessions (``admin.sessions``).
        bundles: entitlements, meters, credits and bundles as one thing to grant.
        cache_configurations: what the CDN keeps.
        cache_management: how to make it forget.
        certs: the tenant's certificate.
        companies: whom accounts belong to.
        configuration: the tenant's settings.
        credits: a number of uses.
        decision_engine: what a request to the site would be answered.
        entitlements: the rights that rules ask for.
        feature_rules: what a part of a page shows to whom, in versions (``feature_rules.versions``).
        forms: what visitors fill in.
        gifts: links that let somebody else read one page.
        meters: so many uses in a period.
        oauth2: tokens for applications that act for a user.
        products: bundles for sale.
        promo_codes: discounts.
        request_rules: what the site answers to whom.
        sessions: sessions of users.
        site_sessions: those under one site.
        static_items: texts that the CDN serves.
        tenants: the tenant itself.
        user_schema: which attributes users have.
        users: users and their grants (``users.grants``).
        webhooks: whom the service tells what.

    Raises:
        ConfigurationError: no tenant, no credentials, or an argument that cannot work.
    """

    system = "blaize"

    accounts = Group(Accounts)
    admin = Group(Admin)
    bundles = Group(Bundles)
    cache_configurations = Group(CacheConfigurations)
    cache_management = Group(CacheManagement)
    certs = Group(Certs)
    companies = Group(Companies)
    configuration = Group(Configuration)
    credits = Group(Credits)
    decision_engine = Group(DecisionEngine)
    entitlements = Group(Entitlements)
    feature_rules = Group(FeatureRules)
    forms = Group(Forms)
    gifts = Group(Gifts)
    meters = Group(Meters)
    oauth2 = Group(OAuth2)
    products = Group(Products)
    promo_codes = Group(PromoCodes)
    request_rules = Group(RequestRules)
    sessions = Group(Sessions)
    site_sessions = Group(SiteSessions)
    static_items = Group(StaticItems)
    tenants = Group(Tenants)
    user_schema = Group(UserSchema)
    users = Group(Users)
    webhooks = Group(Webhooks)

    def __init__(
        self,
        tenant: str | None = None,
        *,
        access_key: str | None = None,
        secret_key: str | None = None,
        admin_session: str | None = None,
        scheme: Scheme = "zephr",
        **options: Unpack[ClientOptions],
    ) -> None:
        credentials = _credentials(access_key, secret_key, admin_session)
        self._set_up({"tenant": tenant, **credentials, "scheme": scheme}, options)

    def _where(self) -> Mapping[str, Where]:
        given = self._arguments
        url = given["base_url"] or os.environ.get("BLAIZE_BASE_URL") or _base_url(given["tenant"])
        credentials = _credentials(given["access_key"], given["secret_key"], given["admin_session"])
        return {"": (url, lambda known: _signer(credentials, given["scheme"], known.clock))}

    def with_options(self, **changes: Unpack[BlaizeChanges]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: any argument of the class but those of its connections (`CopyOptions`).

        Raises:
            TypeError: an argument that there is not, or that a copy cannot change.
            ConfigurationError: a value that cannot work.
        """
        return self._with(changes)

    @property
    def datasets(self) -> BlaizeDataSets:
        """What can be pulled as a whole: users, grants, accounts and who belongs to them."""
        return BlaizeDataSets(self)

    def with_session(self, session: AdminSession | str) -> Self:
        """The same client, acting in an administrator's session in place of its own credentials.

        ::

            session = await blaize.admin.login(SignIn(identifiers=..., validators=...))
            administrator = blaize.with_session(session)
            ...
            await administrator.admin.logout()

        Args:
            session: what `Admin.login` gave, or a session's id or cookie.

        Returns:
            A copy on the same connections, as `with_options` makes one.

        Raises:
            ConfigurationError: there is no session in it.
        """
        known = session.id if isinstance(session, AdminSession) else session
        if not known:
            raise ConfigurationError("this session has no id: the login did not give one")
        return self.with_options(access_key=None, secret_key=None, admin_session=known)


def _base_url(tenant: str | None) -> str:
    found = tenant if tenant is not None else os.environ.get("BLAIZE_TENANT")
    if not found:
        raise ConfigurationError(
            "no tenant: give tenant=... or set the environment variable BLAIZE_TENANT, or give base_url=..."
        )
    if not _TENANT.fullmatch(found):
        # It becomes a part of the host's name: a slash or dot in it would send the signature somewhere else.
        raise ConfigurationError("tenant must be letters, digits and hyphens, such as 'demo'; or give base_url=...")
    return BASE_URL.format(tenant=found)


def _credentials(access_key: str | None, secret_key: str | None, admin_session: str | None) -> dict[str, str | None]:
    """The credentials to use: what is given, else what the environment has; a key pair before a session."""
    given = access_key is not None or secret_key is not None
    if given and admin_session is not None:
        raise ConfigurationError(
            "give access_key=... and secret_key=..., or admin_session=..., not both; Blaize.with_session makes a copy with the other"
        )
    pair = given or os.environ.get("BLAIZE_ACCESS_KEY") or os.environ.get("BLAIZE_SECRET_KEY")
    if admin_session is not None or (not pair and os.environ.get("BLAIZE_ADMIN_SESSION")):
        session = credential(admin_session, "admin_session", "BLAIZE_ADMIN_SESSION")
        return {"access_key": None, "secret_key": None, "admin_session": session}
    return {
        "access_key": credential(access_key, "access_key", "BLAIZE_ACCESS_KEY"),
        "secret_key": credential(secret_key, "secret_key", "BLAIZE_SECRET_KEY"),
        "admin_session": None,
    }


def _signer(credentials: dict[str, str | None], scheme: Scheme, clock: ServiceClock) -> Signer:
    if (session := credentials["admin_session"]) is not None:
        return session_signer(session)
    return ZephrSigner(credentials["access_key"] or "", credentials["secret_key"] or "", scheme, clock=clock)
