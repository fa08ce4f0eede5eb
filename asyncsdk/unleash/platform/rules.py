"""What the document asks of a body beside its types: lengths, addresses, prices; held before a request leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import field, frozen

from ...body import checked
from ...codec import Model, wire
from ...codec.fit import json_type
from ...codec.model import named

if TYPE_CHECKING:
    from ...operation import Operation

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)*")
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@frozen
class Rule:
    """One thing that a value must be.

    Attributes:
        says: what it must be, in words that follow "must".
        holds: whether a value of the right type is it.
    """

    says: str
    holds: Callable[[Any], bool] = field(repr=False)


def at_most(length: int) -> Rule:
    """A text of so many characters."""
    return Rule(f"have at most {length} characters", lambda value: not isinstance(value, str) or len(value) <= length)


def _is_url(value: Any) -> bool:
    try:
        found = urlsplit(value)
        return found.scheme in ("http", "https") and bool(found.hostname) and not _CONTROL.search(value)
    except (ValueError, TypeError, AttributeError):
        return False


def _each_names(names: tuple[str, ...], value: Any) -> bool:
    return all(isinstance(each, Mapping) and all(each.get(name) for name in names) for each in value)


def items_with(*names: str) -> Rule:
    """A list of objects, each of which has these members."""
    return Rule(f"hold at least one item, each with {' and '.join(names)}", lambda v: bool(v) and _each_names(names, v))


URL = Rule("be an http or https URL", _is_url)
EMAIL = Rule("be an e-mail address", lambda value: _EMAIL.fullmatch(value) is not None)
CENTS = Rule("be a price in cents: a number, zero or more", lambda value: value >= 0)
PRICE = Rule('be a price: a decimal number as text, such as "49.00"', lambda value: bool(_DECIMAL.fullmatch(value)))
CURRENCY = Rule('be a currency of ISO 4217, such as "AUD"', lambda value: _CURRENCY.fullmatch(value) is not None)
SECONDS = Rule('be seconds as text, such as "1.5"', lambda value: _DECIMAL.fullmatch(value) is not None)
NOT_EMPTY = Rule("not be empty", bool)
FILE_NAME = Rule(
    "be a file name without control characters", lambda value: bool(value) and _CONTROL.search(value) is None
)


def ruled(name: str, *rules: Rule, secret: bool | None = None, always: bool = False) -> Any:
    """A model's field with rules, as `asyncsdk.codec.wire` makes one without.

    Args:
        name: the wire name.
        rules: what a value must be.
        secret: whether a repr hides it; by default its name decides.
        always: whether every answer has it.
    """
    return wire(name, secret=secret, always=always, rules=rules)


@cache
def _rules_of(model: Any) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
    found = ((key, each.metadata.get("rules", ())) for each, key in named(model))
    return tuple((key, rules) for key, rules in found if rules)


def held_to_rules(operation: Operation, body: Any) -> Any:
    """The wire form of a body that keeps the document's rules.

    A value that the service itself sent passes as long as it is not changed.

    Args:
        operation: whose body it is.
        body: a model, or a mapping of the same wire shape.

    Raises:
        TypeError: a field of the wrong type; says which.
        ValueError: a field that is missing or breaks a rule; names it, the rule and what is there instead, never the value.
    """
    wire = checked(operation, body)
    came = body._wire if isinstance(body, Model) and isinstance(body._wire, Mapping) else {}  # noqa: SLF001
    for key, rules in _rules_of(operation.body):
        value = wire.get(key)
        if value is None or (key in came and came[key] == value):
            continue
        for rule in rules:
            if not rule.holds(value):
                raise ValueError(f"{operation.id}: body.{key} must {rule.says}, not {_kind(value)}")
    return wire


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return json_type(value)
