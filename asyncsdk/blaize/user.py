"""A user, and what can be asked of one (section "User")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, wire
from .model import Identifiers, Validators


@frozen(kw_only=True)
class User(Model):
    """A user.

    Attributes:
        user_id: of the user; the service gives it.
        identifiers: what the user is known by; required of a new one.
        validators: what proves who it is; required of a new one, and never told again. Never shown in a repr.
        attributes: the user's own, as the user schema has them; an open map.
        email_verified: whether the address was.
    """

    user_id: str = wire("user_id", answer_only=True, always=True)
    identifiers: Identifiers | None = None
    validators: Validators | None = wire("validators", secret=True)
    attributes: Mapping[str, Any] | None = None
    email_verified: bool | None = None


@frozen(kw_only=True)
class EmailUpdate(Model):
    """A new address for a user.

    Attributes:
        new_identifiers: with the ``email_address`` it is to be.
    """

    new_identifiers: Identifiers | None = None


@frozen(kw_only=True)
class PasswordReset(Model):
    """Whose password is to be set anew.

    Attributes:
        identifiers: who.
        site_slug: under which site; required by `Users.reset_password_v4`.
    """

    identifiers: Identifiers | None = None
    site_slug: str | None = wire("siteSlug")


@frozen(kw_only=True)
class Delivery(Model):
    """How a user is sent a link to sign in with.

    Attributes:
        method: e.g. ``"email"``.
        destination: e.g. the address.
        action: what the link is for, e.g. ``"login"``.
        redirect: the path it leads to.
    """

    method: str | None = None
    destination: str | None = None
    action: str | None = None
    redirect: str | None = None


@frozen(kw_only=True)
class PasswordlessStart(Model):
    """Who wants to sign in without a password.

    Attributes:
        identifiers: who.
        delivery: how to send the link.
    """

    identifiers: Identifiers | None = None
    delivery: Delivery | None = None
