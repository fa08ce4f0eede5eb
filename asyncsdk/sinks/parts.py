"""What the name of a file says of the shard that it holds, and which files may stand side by side.

``20200817T060000.000Z-20200817T070000.000Z.parquet``: times are UTC and exact to the millisecond, without colons, which not every
file system takes. A shard that is not settled has ``.provisional`` before the suffix; one without time is a ``snapshot``. One without
rows may be an empty file of the same name that begins with a dot and ends in ``.empty``, which no reader's pattern takes.
"""

from __future__ import annotations

import re
import secrets
from array import array
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from ..datasets.ledger import edges_of
from ..errors import ConfigurationError
from ..times import DAY, instant, since_epoch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..datasets.shard import Shard

_STAMP = r"\d{8}T\d{6}\.\d{3}Z"
_RANGE = rf"({_STAMP})-({_STAMP})"
_SNAPSHOT = "snapshot"
_EMPTY = ".empty"
_NAME = re.compile(rf"(?:{_RANGE}|{_SNAPSHOT})(\.provisional)?", re.ASCII)
_DRAFT = re.compile(rf"\.(?:{_RANGE}|{_SNAPSHOT})\S*\.tmp", re.ASCII)
_DATED_DRAFT = re.compile(r"\S*\.(\d{13})-[0-9a-f]{8}\.tmp", re.ASCII)
_CLOCK = re.compile(r"T(\d\d)(\d\d)(\d\d)\.(\d{3})Z", re.ASCII)
_END = "/"
_SPAN = re.compile(rf"(\.?)(T.{{11}})-(?P<end>T.{{11}}|{_END})(\.[^/]+)", re.ASCII)
_WIDTH = len("20200817T060000.000Z")


@frozen
class Part:
    """A file of the target.

    Attributes:
        name: of the file in its folder.
        start: first millisecond since the epoch; 0 of a snapshot.
        end: the millisecond after the last; 1 of a snapshot.
        settled: whether it is final.
        empty: whether it stands for a shard without rows.
    """

    name: str
    start: int
    end: int
    settled: bool = True
    empty: bool = False


def file_name(shard: Shard, suffix: str, *, empty: bool = False) -> str:
    """The name of a shard's file.

    Args:
        shard: whose.
        suffix: what kind of file it is, such as ``".parquet"``.
        empty: whether it only says that there are no rows.
    """
    whole = _SNAPSHOT if shard.start is None or shard.end is None else f"{_stamp(shard.start)}-{_stamp(shard.end)}"
    whole += "" if shard.settled else ".provisional"
    return f".{whole}{_EMPTY}" if empty else f"{whole}{suffix}"


def draft_name(name: str, token: str) -> str:
    """What a file is called while it is being written: hidden, so that no reader takes it for one."""
    return f".{name}.{token}.tmp"


def draft_token(now: float) -> str:
    """What tells a draft from others where nothing can be locked: when it was begun, and chance.

    Args:
        now: seconds since the epoch.
    """
    return f"{int(now * 1000)}-{secrets.token_hex(4)}"


def draft_time(name: str) -> int | None:
    """When a draft with such a token was begun, in milliseconds since the epoch; None of any other file."""
    found = _DATED_DRAFT.fullmatch(name)
    return int(found[1]) if found is not None and is_draft(name) else None


def is_draft(name: str) -> bool:
    """Whether a file of this name is one that was not finished."""
    return _DRAFT.fullmatch(name) is not None


def part(name: str, suffix: str, date: str | None) -> Part | None:
    """What a file is; None if it is another's.

    Args:
        name: of the file.
        suffix: of the files of this target.
        date: the day of its folder, ``YYYY-MM-DD``; None where shards have no time.
    """
    empty = name.startswith(".") and name.endswith(_EMPTY)
    if not empty and not name.endswith(suffix):
        return None
    found = _NAME.fullmatch(name[1:].removesuffix(_EMPTY) if empty else name.removesuffix(suffix))
    if found is None or (date is None) != (found[1] is None):
        return None
    if date is None:
        return Part(name, 0, 1, found[3] is None, empty)
    try:
        start, end = (since_epoch(datetime.fromisoformat(stamp)) for stamp in found.group(1, 2))
    except ValueError:
        return None
    in_place = start < end <= start - start % DAY + DAY and date == instant(start).date().isoformat()
    return Part(name, start, end, found[3] is None, empty) if in_place else None


def edges_of_day(names: Iterable[str], suffix: str, date: str) -> array[int] | None:
    """The edges of the files of a day, in order, where they are all final and none overlaps; None where somebody has to look.

    A million files are read in a second, which as `Part` would take ten.
    """
    try:
        midnight = since_epoch(datetime.fromisoformat(f"{date}T00:00:00Z"))
    except ValueError:
        return None
    day, end_of_day = date.replace("-", ""), _stamp(midnight + DAY)
    spans = [_span(name.replace(end_of_day, _END).replace(day, ""), suffix, len(name)) for name in names]
    if None in spans:
        return None
    edges, reached = array("q"), midnight
    for start, end in sorted(filter(None, spans)):
        if midnight + start < reached:
            return None
        reached = midnight + end
        edges.append(midnight + start)
        edges.append(reached)
    return edges


@lru_cache(4096)
def _span(text: str, suffix: str, length: int) -> tuple[int, int] | None:
    """The times of a name without its day, in milliseconds from midnight: there are few in a tree whose windows are alike.

    Args:
        text: of a file's name, where the days were.
        suffix: of the files of this target.
        length: of the whole name: each day that it had took its place.
    """
    found = _SPAN.fullmatch(text)
    if found is None or found[4] != (_EMPTY if found[1] else suffix):
        return None
    start, end = _time(found[2]), DAY if found["end"] == _END else _time(found["end"])
    plain = length == len(found[1]) + 2 * _WIDTH + 1 + len(found[4])
    return (start, end) if plain and start is not None and end is not None and start < end else None


def edges_of_snapshot(names: Sequence[str], suffix: str) -> array[int] | None:
    """The same in the folder of a snapshot."""
    alone = len(names) == 1 and names[0] in (f"{_SNAPSHOT}{suffix}", f".{_SNAPSHOT}{_EMPTY}")
    return array("q", (0, 1)) if alone else None


def _shown(name: str) -> str:
    return name.removeprefix(".")


def _time(text: str) -> int | None:
    """A time of day in milliseconds."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds, milliseconds = map(int, found.groups())
    whole = hours < 24 and minutes < 60 and seconds < 60
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds if whole else None


def near(names: Iterable[str], shard: Shard) -> list[str]:
    """Of the names in a folder those that may be of files which hold some of a shard, by a look at them as texts."""
    if shard.start is None or shard.end is None:
        return [name for name in names if _shown(name).startswith(_SNAPSHOT)]
    start, end = _stamp(shard.start), _stamp(shard.end)
    shown = ((name, _shown(name)) for name in names)
    return [name for name, text in shown if text[:_WIDTH] < end and start < text[_WIDTH + 1 : 2 * _WIDTH + 1]]


def replaced(parts: Iterable[Part], shard: Shard) -> list[Part] | None:
    """The files in whose place a shard comes; None if it is there already, with the same rows.

    Args:
        parts: the other files of its folder.
        shard: what is being committed: in the place of provisional files, or, if it was asked for again, of all within it.

    Raises:
        ConfigurationError: a final file holds a part of it: the rows would be there twice.
    """
    start, end = edges_of(shard)
    found = overlapping(parts, start, end)
    final = [each for each in found if each.settled]
    if shard.refreshed:
        final = [each for each in final if each.start < start or end < each.end]
    elif any((each.start, each.end) == (start, end) for each in final):
        return None
    if final:
        raise ConfigurationError(
            f"{shard}: a part of its time is in {final[0].name} already: does another run write to the same target, with other "
            "windows or another range?"
        )
    return found


def overlapping(parts: Iterable[Part], start: int, end: int) -> list[Part]:
    """Those that hold an instant of ``[start, end)``."""
    return [each for each in parts if each.start < end and start < each.end]


def outdated(parts: Iterable[Part]) -> list[Part]:
    """Files that a run which was killed did not come to remove.

    Provisional ones of whose time a final one holds a part; and final ones within a final one, which was to take their place.
    """
    known = list(parts)
    final = sorted((each for each in known if each.settled), key=lambda each: (each.start, -each.end, each.empty))
    gone = [each for each in known if not each.settled and overlapping(final, each.start, each.end)]
    reached = -1
    for each in final:
        if each.end <= reached:
            gone.append(each)
        reached = max(reached, each.end)
    return gone


def edges_in(parts: Sequence[Part]) -> array[int]:
    """The edges of those that are final."""
    return array("q", (edge for each in parts if each.settled for edge in (each.start, each.end)))


def _stamp(value: int) -> str:
    return f"{instant(value):%Y%m%dT%H%M%S}.{value % 1000:03}Z"
