"""Where the file of a shard lies below a target, and what a file's name says about it.

``device_id=W9d3f1bcad8e8abd/date=2020-08-17/20200817T060000.000Z-20200817T070000.000Z.parquet``: a Hive tree, which readers of data
sets understand. Times are UTC and exact to the millisecond, without colons, which not every file system takes. A shard that is not
settled has ``.provisional`` before the suffix.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from attrs import frozen

from ..datasets.ledger import edges_of
from ..datasets.shard import key_text
from ..errors import ConfigurationError
from ..times import DAY, instant, since_epoch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..datasets.shard import Shard

_STAMP = r"(\d{8}T\d{6}\.\d{3}Z)"
_NAME = re.compile(rf"{_STAMP}-{_STAMP}(\.provisional)?", re.ASCII)
_DRAFT = re.compile(rf"\.{_STAMP}-{_STAMP}\S*\.tmp", re.ASCII)


@frozen
class Part:
    """A file of the target.

    Attributes:
        name: of the file in its folder.
        start: first millisecond since the epoch.
        end: the millisecond after the last.
        settled: whether it is final.
    """

    name: str
    start: int
    end: int
    settled: bool


def device_folder(device: str | None) -> str:
    """The folder of a device below the target.

    Raises:
        ValueError: the id cannot stand in a path.
    """
    return f"device_id={quote(key_text(device), safe='')}"


def date_folder(shard: Shard) -> str:
    """The folder of a shard's day below that of its device.

    Raises:
        ValueError: the shard reaches over midnight, or holds no time at all.
    """
    start, end = edges_of(shard)
    if not start < end <= start - start % DAY + DAY:
        raise ValueError(f"a shard lies within one UTC day, not {shard}")
    return f"date={shard.date}"


def file_name(shard: Shard, suffix: str) -> str:
    """The name of a shard's file.

    Args:
        shard: whose.
        suffix: what kind of file it is, such as ``".parquet"``.
    """
    start, end = edges_of(shard)
    return f"{_stamp(start)}-{_stamp(end)}{'' if shard.settled else '.provisional'}{suffix}"


def draft_name(name: str, token: str) -> str:
    """What a file is called while it is being written: hidden, so that no reader takes it for one."""
    return f".{name}.{token}.tmp"


def is_draft(name: str) -> bool:
    """Whether a file of this name is one that was not finished."""
    return _DRAFT.fullmatch(name) is not None


def device_of(name: str) -> str | None:
    """The device of a folder; None if the folder is another's."""
    key, _, value = name.partition("=")
    return unquote(value) if key == "device_id" and value and quote(unquote(value), safe="") == value else None


def part(name: str, date: str, suffix: str) -> Part | None:
    """What a file is; None if it is another's.

    Args:
        name: of the file.
        date: of its folder, ``date=YYYY-MM-DD``.
        suffix: of the files of this target.
    """
    if not name.endswith(suffix):
        return None
    found = _NAME.fullmatch(name.removesuffix(suffix))
    if found is None:
        return None
    try:
        start, end = (since_epoch(datetime.fromisoformat(stamp)) for stamp in found.group(1, 2))
    except ValueError:
        return None
    in_place = start < end <= start - start % DAY + DAY and date == f"date={instant(start).date().isoformat()}"
    return Part(name, start, end, found[3] is None) if in_place else None


def near(names: Iterable[str], shard: Shard) -> list[str]:
    """Of the names in a folder those that may be of files which hold some of a shard's time, by a look at them as texts."""
    start, end = map(_stamp, edges_of(shard))
    return [name for name in names if name[:20] < end and start < name[21:41]]


def replaced(parts: Iterable[Part], shard: Shard) -> list[Part] | None:
    """The provisional files in whose place a shard comes; None if it is there already, with the same rows.

    Args:
        parts: the other files of its day.
        shard: what is being committed.

    Raises:
        ConfigurationError: a final file holds a part of its time: the rows would be there twice.
    """
    start, end = edges_of(shard)
    found = overlapping(parts, start, end)
    final = [each for each in found if each.settled]
    if any((each.start, each.end) == (start, end) for each in final):
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
    """Provisional files of whose time a final one holds a part: what a run that was killed did not come to remove."""
    known = list(parts)
    final = [each for each in known if each.settled]
    return [each for each in known if not each.settled and overlapping(final, each.start, each.end)]


def _stamp(value: int) -> str:
    return f"{instant(value):%Y%m%dT%H%M%S}.{value % 1000:03}Z"
