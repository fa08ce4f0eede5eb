"""The tenant's users: those that were created, and the generated ones, which take no room until they are changed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ...kit import MissingError, RefusedError
from .. import samples
from .population import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...kit import Call, Record
    from ...kit.store import Forget
    from ..shared import BlaizeShared
    from .population import Population


def identified(kind: str, value: object) -> tuple[str, str] | None:
    """What an identifier is looked up by; addresses are compared without their case."""
    if not isinstance(value, str) or not value:
        return None
    return kind, value.casefold() if kind == "email_address" else value


class People:
    """The tenant's users.

    Args:
        shared: what all parts share.
        population: the generated ones.

    Attributes:
        on_removal: who is told when one of them is gone.
    """

    def __init__(self, shared: BlaizeShared, population: Population) -> None:
        self.on_removal: list[Forget] = []
        self._shared = shared
        self._population = population
        self._known: dict[str, Person] = {}
        self._deleted: set[int] = set()
        self._index: dict[tuple[str, str], str] = {}
        if shared.examples:
            now = shared.clock.time()
            self._keep(Person(samples.USER, samples.PASSWORD, registered=now, changed=now))

    def __len__(self) -> int:
        return len(self._created()) + self._population.size - len(self._deleted)

    def __iter__(self) -> Iterator[Person]:
        return self.after(0)

    def after(self, count: int) -> Iterator[Person]:
        """All of them but the first few: the created ones, then the generated. Who comes or goes meanwhile may be missed."""
        created = self._created()
        for user_id in created[count:]:
            if user_id in self._known:
                yield self._known[user_id]
        numbers: Iterable[int] = range(self._population.size)
        if self._deleted:
            numbers = (number for number in numbers if number not in self._deleted)
        for number in islice(numbers, max(0, count - len(created)), None):
            yield self._known.get(self._population.user_id(number)) or self._population.person(number)

    def _created(self) -> list[str]:
        return [user_id for user_id in self._known if self._population.number(user_id) is None]

    def __getitem__(self, user_id: str) -> Person:
        """One of them.

        Raises:
            MissingError: there is none.
        """
        if user_id in self._known:
            return self._known[user_id]
        number = self._population.number(user_id)
        if number is None or number in self._deleted:
            raise MissingError("User")
        return self._population.person(number)

    def __contains__(self, user_id: str) -> bool:
        try:
            return bool(self[user_id])
        except MissingError:
            return False

    def require(self, *path: str) -> Person:
        """One of them, by the one id that its path has. Raises as a look-up does."""
        (user_id,) = path
        return self[user_id]

    def told(self, _: Call, *path: str) -> Record:
        """One of them as it is told. Raises as a look-up does."""
        return self.require(*path).record

    def first(self) -> Person:
        """The first of them.

        Raises:
            MissingError: there are none.
        """
        person = next(iter(self), None)
        if person is None:
            raise MissingError("User")
        return person

    def find(self, identifiers: Mapping[str, Any] | None) -> Person | None:
        """Whom identifiers mean; all of them must fit."""
        found = [self._named(kind, value) for kind, value in (identifiers or {}).items() if value is not None]
        return found[0] if found and all(each == found[0] for each in found) else None

    def find_foreign(self, system: str, known: str) -> Person | None:
        """Whom another system knows by an id."""
        user_id = self._index.get((f"foreign_key.{system}", known))
        return None if user_id is None else self._known[user_id]

    def _named(self, kind: str, value: object) -> Person | None:
        known = identified(kind, value)
        if known is None:
            return None
        if known in self._index:
            return self._known[self._index[known]]
        number = self._population.with_email(known[1]) if kind == "email_address" else None
        return None if number is None or number in self._deleted else self[self._population.user_id(number)]

    def refuse_taken(self, identifiers: Mapping[str, Any] | None) -> None:
        """Hold identifiers against those of all users.

        Raises:
            RefusedError: 400, or 409 as the live service: somebody has one of them.
        """
        for kind, value in (identifiers or {}).items():
            if self._named(kind, value) is not None:
                raise RefusedError(409 if self._shared.live else 400, f"There is a user with this {kind} already")

    def add(self, record: Record, password: str | None) -> Person:
        """Keep a new user.

        Args:
            record: without ``user_id``.
            password: to sign in with.
        """
        now = self._shared.clock.time()
        told = {"user_id": self._shared.new_id(), **record}
        told.setdefault("email_verified", False)
        return self._keep(Person(told, password, registered=now, changed=now))

    def change(self, person: Person, **changes: Any) -> Person:
        """Keep a user as changed."""
        return self._keep(evolve(person, **changes, changed=self._shared.clock.time()))

    def remove(self, user_id: str) -> None:
        """Forget a user, and let all forget it that are to be told.

        Raises:
            MissingError: there is none.
        """
        self._unindex(self[user_id])
        self._known.pop(user_id, None)
        number = self._population.number(user_id)
        if number is not None:
            self._deleted.add(number)
        for forget in self.on_removal:
            forget(user_id)

    def _keep(self, person: Person) -> Person:
        if person.user_id in self._known:
            self._unindex(self._known[person.user_id])
        self._known[person.user_id] = person
        self._index.update((key, person.user_id) for key in _keys(person))
        return person

    def _unindex(self, person: Person) -> None:
        for key in _keys(person):
            self._index.pop(key, None)


def _keys(person: Person) -> Iterator[tuple[str, str]]:
    """All that a user is looked up by."""
    for kind, value in person.identifiers.items():
        if (known := identified(kind, value)) is not None:
            yield known
    for system, known_as in person.foreign_keys.items():
        yield f"foreign_key.{system}", known_as
