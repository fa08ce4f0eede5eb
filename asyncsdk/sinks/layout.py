"""Where the file of a shard lies below a target, and how a target remembers what it holds.

``device_id=W9d3f1bcad8e8abd/date=2020-08-17/``: a Hive tree, which readers of tables understand, by the data set's key and, where it
has a time, the day; ``day=2020-08-17`` where the rows have a ``date`` of their own. What a target holds stands in the name of one empty file, ``.asyncsdk/unleash_analytics.rows,device_id,date,csv``:
a name is there whole or not at all, and readers pass over what is hidden or empty.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from attrs import frozen

from ..datasets.shard import key_text
from ..errors import ConfigurationError
from ..times import DAY
from . import parts

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

    from ..datasets.dataset import Dataset
    from ..datasets.shard import Shard

LABELS = ".asyncsdk"
"""The folder below a target in which its label is."""

_DAY = "date|day_*"
_LABEL = re.compile(rf"([^,]+)(?:,(?!(?:{_DAY}),)([^,]+))?(?:,({_DAY}))?,([^,]+)")


@frozen
class Layout:
    """The tree of one data set in one format.

    Attributes:
        dataset: its id.
        key: the name of its key's column; None without a key.
        day: what the folders of days are called; None without a time.
        suffix: of the files, such as ``".csv.gz"``.
    """

    dataset: str
    key: str | None
    day: str | None
    suffix: str

    @classmethod
    def of(cls, dataset: Dataset[Any], suffix: str) -> Layout:
        """The tree of a data set."""
        return cls(dataset.id, dataset.key, dataset.day, suffix)

    @classmethod
    def labelled(cls, label: str) -> Layout | None:
        """The tree that a label names; None if it is none."""
        found = _LABEL.fullmatch(label)
        return None if found is None else cls(found[1], found[2], found[3], f".{found[4]}")

    @property
    def dated(self) -> bool:
        """Whether it has a time."""
        return self.day is not None

    @property
    def label(self) -> str:
        """What the file is called that says which tree this is."""
        return ",".join([self.dataset, *(name for name in (self.key, self.day) if name is not None), self.suffix[1:]])

    def folder(self, shard: Shard) -> str:
        """The folder of a shard below the target; empty if it is the target.

        Raises:
            ValueError: a key that cannot stand in a path; or a shard that reaches over midnight, or holds no time at all.
        """
        names = [] if self.key is None else [self.key_folder(shard.key)]
        if self.day is not None:
            names.append(f"{self.day}={_day(shard)}")
        return "/".join(names)

    def key_folder(self, key: str | None) -> str:
        """The folder of a key below the target; empty if there are no keys.

        Raises:
            TypeError, ValueError: the key cannot stand in a path.
        """
        return "" if self.key is None else f"{self.key}={quote(key_text(key), safe='')}"

    def key_of(self, folder: str) -> str | None:
        """The key of a folder below the target; None if the folder is another's."""
        name, _, value = folder.partition("=")
        return unquote(value) if name == self.key and value and quote(unquote(value), safe="") == value else None

    def has(self, path: str, days: tuple[str, str] | None = None) -> bool:
        """Whether a folder of shards may be here.

        Args:
            path: below the target.
            days: the first and the last that count; None for all.
        """
        names = path.split("/") if path else []
        if len(names) != (self.key is not None) + self.dated:
            return False
        return (self.key is None or self.key_of(names[0]) is not None) and (
            not self.dated or self.is_day(names[-1], days)
        )

    def is_day(self, folder: str, days: tuple[str, str] | None) -> bool:
        """Whether a folder is that of a day, and of one that counts."""
        date = self._date_of(folder)
        return date is not None and (days is None or days[0] <= date <= days[1])

    def file_name(self, shard: Shard, *, empty: bool = False) -> str:
        """The name of a shard's file, or of the one that says that it has no rows."""
        return parts.file_name(shard, self.suffix, empty=empty)

    def parts(self, names: Iterable[str], folder: str) -> list[parts.Part]:
        """The files in a folder; those of others are passed over.

        Args:
            names: of all in there.
            folder: its own name.
        """
        date = self._date_of(folder) if self.dated else None
        if self.dated and date is None:
            return []
        found = (parts.part(name, self.suffix, date) for name in names)
        return [each for each in found if each is not None]

    def edges(self, names: Sequence[str], folder: str) -> array[int] | None:
        """The edges of the files in a folder, in order; None where somebody has to look at them one by one."""
        if not self.dated:
            return parts.edges_of_snapshot(names, self.suffix)
        date = self._date_of(folder)
        return None if date is None else parts.edges_of_day(names, self.suffix, date)

    def _date_of(self, folder: str) -> str | None:
        name, _, date = folder.partition("=")
        return date if name == self.day else None


def held_against(labels: Iterable[str], wanted: Layout, target: str) -> bool:
    """Whether a target says already that it holds just this.

    Args:
        labels: its own.
        wanted: the tree that it is to hold.
        target: what the message calls it.

    Raises:
        ConfigurationError: it holds something else.
    """
    trees = [found for label in labels if (found := Layout.labelled(label)) is not None]
    for each in trees:
        if each != wanted:
            raise ConfigurationError(
                f"{target} holds {each.dataset} as {each.suffix[1:]}, and cannot take {wanted.dataset} as {wanted.suffix[1:]} "
                "beside it: give that a folder of its own"
            )
    return bool(trees)


def _day(shard: Shard) -> str:
    start, end = shard.start, shard.end
    if start is None or end is None or not start < end <= start - start % DAY + DAY:
        raise ValueError(f"a shard lies within one UTC day, not {shard}")
    assert shard.date is not None
    return shard.date
