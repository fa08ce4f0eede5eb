"""A user with what the service never tells, and any number of generated users, which take no room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ...kit.dice import mix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...kit import Record

_FIRST = (
    "Ada",
    "Bo",
    "Cleo",
    "Dev",
    "Eve",
    "Finn",
    "Gus",
    "Hana",
    "Ida",
    "Jon",
    "Kai",
    "Lena",
    "Max",
    "Nia",
    "Omar",
    "Pia",
)
_LAST = ("Abel", "Berg", "Cole", "Diaz", "Evans", "Frank", "Gray", "Hill", "Ito", "Jones", "Khan", "Lund", "Mora", "Novak", "Owen", "Park")  # fmt: skip

GENERATED_PASSWORD = "test-password"  # noqa: S105  # of users that do not exist
MOST_GENERATED = 0xFFFFFF
"""The number of a generated user is the first six digits of its id."""

_ID = re.compile(r"[0-9A-F]{14}", re.ASCII)
_EMAIL = re.compile(r"[a-z]+\.[a-z]+\.([0-9]{1,8})@example\.com", re.ASCII)
_FIRST_REGISTRATION = 1_500_000_000
_APART = 60


@frozen
class Person:
    """A user, with what the service never tells.

    Attributes:
        record: the user as it is told.
        password: to sign in with; None where there is none.
        legacy_password: that of an older system.
        foreign_keys: what other systems call the user.
        profiles: extended profiles, by application.
        registered: when, in seconds since the epoch.
        changed: likewise.
    """

    record: Record
    password: str | None = field(default=None, repr=False)
    legacy_password: str | None = field(default=None, repr=False)
    foreign_keys: Mapping[str, str] = field(factory=dict)
    profiles: Mapping[str, Record] = field(factory=dict)
    registered: float = 0.0
    changed: float = 0.0

    @property
    def user_id(self) -> str:
        """The user's id."""
        found: str = self.record["user_id"]
        return found

    @property
    def identifiers(self) -> Mapping[str, Any]:
        """What the user is known by."""
        return self.record["identifiers"] or {}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The user's own."""
        return self.record.get("attributes") or {}

    def lets_in(self, password: object) -> bool:
        """Whether a password is the user's."""
        return bool(password) and password in (self.password, self.legacy_password)


@frozen
class Population:
    """Generated users, each of which follows from the seed and its number.

    Attributes:
        seed: any number.
        size: how many.
    """

    seed: int
    size: int

    def user_id(self, number: int) -> str:
        """The id of one: its number, and digits that prove that it is this population's."""
        return f"{number:06X}{mix(mix(self.seed) + number) & 0xFFFFFFFF:08X}"

    def number(self, user_id: str) -> int | None:
        """The number of a user, or None where it is none of these."""
        if not _ID.fullmatch(user_id):
            return None
        number = int(user_id[:6], 16)
        return number if number < self.size and self.user_id(number) == user_id else None

    def person(self, number: int) -> Person:
        """One of them. Every third has filled in ``quiz1``, every fifth ``survey4``."""
        bits = mix(mix(self.seed + 1) + number)
        first, last = _FIRST[bits % len(_FIRST)], _LAST[(bits >> 8) % len(_LAST)]
        record = {
            "user_id": self.user_id(number),
            "identifiers": {"email_address": f"{first}.{last}.{number}@example.com".lower()},
            "attributes": {"first_name": first, "surname": last},
            "email_verified": bool(bits >> 16 & 3),
        }
        profiles: dict[str, Record] = {}
        if number % 3 == 0:
            profiles["quiz1"] = {"score": bits >> 24 & 63}
        if number % 5 == 0:
            profiles["survey4"] = {"answer": "yes" if bits >> 32 & 1 else "no"}
        registered = float(_FIRST_REGISTRATION + _APART * number)
        return Person(
            record,
            GENERATED_PASSWORD,
            profiles=profiles,
            registered=registered,
            changed=registered + 30 * (bits >> 40 & 1),
        )

    def with_email(self, email: str) -> int | None:
        """The number of the user who has an address."""
        found = _EMAIL.fullmatch(email)
        if found is None or (number := int(found[1])) >= self.size:
            return None
        return number if self.person(number).identifiers["email_address"] == email else None
