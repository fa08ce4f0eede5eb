"""What a parameter's annotation says about how its value is typed at a terminal. Pure functions.

The types of methods are imported for type checkers only, so that annotations are read as they are written.
"""

from __future__ import annotations

import ast
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from .. import times
from ..terminal.given import parsed
from ..terminal.problems import usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Reading(Enum):
    """How a value is typed."""

    FLAG = auto()
    WHOLE = auto()
    NUMBER = auto()
    TEXT = auto()
    TEXTS = auto()
    PAIRS = auto()
    FILES = auto()
    TIME = auto()
    JSON = auto()
    RAW = auto()

    @property
    def annotation(self) -> Any:
        """The type of the option, as typer has it."""
        return _ANNOTATIONS.get(self, str | None)

    @property
    def metavar(self) -> str | None:
        """How the help shows the value; None leaves it to typer."""
        return _METAVARS.get(self)

    @property
    def form(self) -> str:
        """What to say about the form of a value, beside what it means."""
        return _FORMS.get(self, "")


_ANNOTATIONS: Mapping[Reading, Any] = {
    Reading.FLAG: bool | None,
    Reading.WHOLE: int | None,
    Reading.NUMBER: float | None,
    Reading.TEXTS: list[str] | None,
    Reading.PAIRS: list[str] | None,
    Reading.FILES: list[str] | None,
}
_METAVARS: Mapping[Reading, str] = {
    Reading.TEXT: "TEXT",
    Reading.TEXTS: "TEXT",
    Reading.WHOLE: "N",
    Reading.NUMBER: "NUMBER",
    Reading.PAIRS: "NAME=VALUE",
    Reading.FILES: "NAME=PATH",
    Reading.TIME: "TIME",
    Reading.JSON: "JSON",
}
_FORMS: Mapping[Reading, str] = {
    Reading.TEXTS: "Repeat it for more.",
    Reading.PAIRS: "Repeat it for more.",
    Reading.FILES: "Repeat it for more.",
    Reading.TIME: "ISO 8601, milliseconds since the epoch, or relative: `now`, `yesterday`, `30d` (ago), `now-24h`.",
}


# `Instant` is what windows and ranges are given as: a datetime or milliseconds; `When` may be a day, too.
_TIMES = {"datetime", "Instant", "When"}
_PLAIN: Mapping[str, Reading] = {
    "bool": Reading.FLAG,
    "int": Reading.WHOLE,
    "float": Reading.NUMBER,
    "Sequence[str]": Reading.TEXTS,
    "Mapping[str, str]": Reading.PAIRS,
    "Mapping[str, File]": Reading.FILES,
    # what systems call a text of a few, and one text or more
    "SessionType": Reading.TEXT,
    "Order": Reading.TEXTS,
}


def reading_of(annotation: str) -> Reading:
    """How a value of this type is typed.

    Args:
        annotation: as it is written, e.g. ``"Mapping[str, str] | None"``.
    """
    members = [each for each in _members(ast.parse(annotation, mode="eval").body) if each != "None"]
    if members == ["str", "bytes"]:
        return Reading.RAW
    if not _TIMES.isdisjoint(members) and "str" not in members:
        return Reading.TIME
    if members == ["timedelta", "float"]:
        return Reading.NUMBER
    if "str" in members:
        return Reading.TEXTS if any(each.endswith(("[str]", "[int | str]")) for each in members) else Reading.TEXT
    if members and all(each.startswith("Literal['") for each in members):
        return Reading.TEXT
    return _PLAIN.get(members[0], Reading.JSON) if len(members) == 1 else Reading.JSON


def _members(node: ast.expr) -> Iterable[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _members(node.left)
        yield from _members(node.right)
    else:
        yield ast.unparse(node)


def value_of(reading: Reading, given: Any, option: str, zone: tzinfo = UTC) -> Any:
    """What was typed, as the method takes it.

    Args:
        reading: how it was typed.
        given: what typer made of it.
        option: its name, for the message.
        zone: what dates and times without an offset are in.

    Raises:
        UsageError: it cannot be meant.
    """
    if reading in (Reading.PAIRS, Reading.FILES):
        return pairs(given, option)
    if reading is Reading.JSON:
        return parsed(given, option)
    if reading is Reading.NUMBER:
        return int(given) if float(given).is_integer() else given  # 10 was typed, and 10 is sent
    if reading is Reading.TIME:
        try:
            return times.moment(given, datetime.now(UTC), zone)
        except ValueError as error:
            raise usage(option, error) from None
    return given


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """``["system=id"]`` as a mapping.

    Raises:
        UsageError: no equals sign, or a name given twice.
    """
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals and value):
            raise usage(option, f"{each!r} is no pair: write name=value")
        if name in found:
            raise usage(option, f"{name!r} is given twice")
        found[name] = value
    return found
