"""The parts that several documents of this system share.

Times stay the text they came as, in all models; a property beside such a field gives the datetime (`times.moment` reads it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from ..codec import Model, wire


@frozen(kw_only=True)
class Identifiers(Model):
    """What a user or administrator is known by.

    Attributes:
        email_address: e.g. ``"joe.blow@company.com"``.
        username: in place of an address, where the tenant allows it.
    """

    email_address: str | None = None
    username: str | None = None


@frozen(kw_only=True)
class Validators(Model):
    """What proves who somebody is.

    Attributes:
        password: in clear text; never shown in a repr.
    """

    password: str | None = wire("password", secret=True)


@frozen(kw_only=True)
class SignIn(Model):
    """Who wants to sign in, and the proof.

    Attributes:
        identifiers: who.
        validators: the proof; never shown in a repr.
    """

    identifiers: Identifiers | None = None
    validators: Validators | None = wire("validators", secret=True)


@frozen(kw_only=True)
class DeliveredEntitlement(Model):
    """An entitlement that a user has.

    Attributes:
        id: of the entitlement.
        direct: whether it was granted itself, and not by way of a bundle, meter or credit.
        metered_by: the meters that count its use.
        credited_by: the credits that pay for its use.
    """

    id: str = wire("id", always=True)
    direct: bool | None = None
    metered_by: Sequence[Any] | None = wire("meteredBy")
    credited_by: Sequence[Any] | None = wire("creditedBy")


@frozen(kw_only=True)
class AccessModel(Model):
    """What a user may use, and how much of it is left.

    Attributes:
        meters: by id; the document's other example has a list.
        credits: likewise.
        delivered_entitlements: what the user has.
    """

    meters: Mapping[str, Any] | Sequence[Any] | None = None
    credits: Mapping[str, Any] | Sequence[Any] | None = None
    delivered_entitlements: tuple[DeliveredEntitlement, ...] | None = None
