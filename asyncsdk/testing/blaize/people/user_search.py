"""Which users a list's filters mean: the live service's, in the vendor's newer description (docs/services/blaize.md)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ...kit import RefusedError

if TYPE_CHECKING:
    from ...kit import Call
    from .people import People
    from .population import Person

_FOREIGN = "foreign_key."

Test = Callable[["Person"], bool]


def wanted(people: People, call: Call) -> Iterable[Person]:
    """The users that all filters of a request let through.

    Raises:
        RefusedError: 400: a filter that cannot be read.
    """
    tests = list(_tests(call.query))
    identifiers = {name.partition(".")[2]: each for name, each in call.query.items() if name.startswith("identifiers.")}
    keys = {name.removeprefix(_FOREIGN): each for name, each in call.query.items() if name.startswith(_FOREIGN)}
    named = [people.find(identifiers)] if identifiers else []
    named += [people.find_foreign(system, known) for system, known in keys.items()]
    if not named:
        return _those(people, tests)
    return _those(named[:1] if all(each == named[0] for each in named) else [], tests)


def _those(people: Iterable[Person | None], tests: Iterable[Test]) -> Iterable[Person]:
    return (each for each in people if each is not None and all(test(each) for test in tests))


def _tests(query: Mapping[str, str]) -> Iterable[Test]:
    if text := query.get("search"):
        yield lambda person: _speaks_of(person, text.casefold())
    if packed := query.get("search_by_attributes"):
        for condition in _unpacked(packed):
            yield _test_of(condition)


def _speaks_of(person: Person, text: str) -> bool:
    values = (person.user_id, *person.identifiers.values(), *person.attributes.values())
    return any(text in str(value).casefold() for value in values)


def _unpacked(packed: str) -> list[dict[str, Any]]:
    try:
        value = msgspec.json.decode(b64decode(packed, validate=True), type=dict[str, Any] | list[dict[str, Any]])
    except ValueError:
        value = [{}]
    conditions = [value] if isinstance(value, dict) else value
    if not all(isinstance(each.get("slug"), str) for each in conditions):
        raise RefusedError(400, "search_by_attributes must be the Base64 of a JSON list of objects with a slug")
    return conditions


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, value: str(found) == str(value),
    "is_not": lambda found, value: str(found) != str(value),
    "contains": lambda found, value: str(value) in str(found),
    "does_not_contain": lambda found, value: str(value) not in str(found),
    "starts_with": lambda found, value: str(found).startswith(str(value)),
    "ends_with": lambda found, value: str(found).endswith(str(value)),
    "has_any_value": lambda found, _: found is not None,
    "is_unknown": lambda found, _: found is None,
    "checked": lambda found, _: found is True,
    "unchecked": lambda found, _: found is not True,
}


def _test_of(condition: Mapping[str, Any]) -> Test:
    slug, value = condition["slug"], condition.get("value")
    if "from" in condition or "to" in condition:
        return lambda person: _between(person.attributes.get(slug), condition.get("from"), condition.get("to"))
    holds = _OPERATORS.get(str(condition.get("operator", "is")))
    if holds is None:
        raise RefusedError(400, f"search_by_attributes has an operator that is none of {', '.join(_OPERATORS)}")
    return lambda person: holds(person.attributes.get(slug), value)


def _between(found: Any, start: Any, end: Any) -> bool:
    try:
        return found is not None and (start is None or start <= found) and (end is None or found <= end)
    except TypeError:
        return False
