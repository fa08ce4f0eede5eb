"""What a pull pulls: a data set, and the way to its service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from ...datasets.pull import Pull
from ...datasets.text import ndjson_lines
from ...operation import segment
from ...sinks.lines import csv_header, csv_lines
from .rows import Format, Lines

if TYPE_CHECKING:
    from ...client import Client
    from ...datasets.dataset import Dataset
    from ..way import Way

C = TypeVar("C", bound="Client")

# Short names of options that every pull has, or that stand for help.
_TAKEN = "cfhkoqv"


@frozen
class Source(Generic[C]):
    """A data set that can be pulled.

    Attributes:
        dataset: the data set.
        way: how its service is reached.
    """

    dataset: Dataset[Any]
    way: type[Way[C]]

    @property
    def one(self) -> str | None:
        """What it is cut by, as people call it: ``device`` of ``device_id``. Also the name of the option that takes one."""
        if self.dataset.key is None:
            return None
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.dataset.key).replace("_", "-").lower()
        return words.removesuffix("-id")

    @property
    def many(self) -> str | None:
        """More than one of them: ``devices``, ``companies``."""
        return None if self.one is None else re.sub(r"(?<=[^aeiou])y$", "ie", self.one) + "s"

    @property
    def letter(self) -> str | None:
        """A short name of that option; None where another option has it."""
        return None if self.one is None or self.one[0] in _TAKEN else self.one[0]

    @property
    def timed(self) -> bool:
        """Whether it has a time, and so is pulled by windows."""
        return self.dataset.time is not None

    def checked(self, typed: str) -> str:
        """What was typed, where it can be a key.

        Raises:
            ValueError: it cannot.
        """
        segment(typed, f"{self.one} id")
        return typed

    def of(self, client: C) -> Pull[Any]:
        """The data set of a client."""
        return Pull(client, self.dataset)

    def lines(self, chosen: Format) -> Lines:
        """How its rows are written to stdout."""
        columns = self.dataset.columns
        keyed = columns.added_key is not None
        if chosen is Format.NDJSON:
            return Lines(encode=lambda rows, key: ndjson_lines(columns, rows, key), keyed=keyed)
        return Lines(header=csv_header(columns), encode=lambda rows, key: csv_lines(columns, rows, key), keyed=keyed)
