"""The pages that analytics rows come in (sections "Size Optimized Data" and "Tableau Formatted Data").

A size-optimized page holds the names of its columns in ``keys`` and rows as arrays; a tableau page holds objects. Neither promises
the order of the keys. The common page, a plain one, is decoded by msgspec into structs, which become rows when somebody asks for
them. Whatever does not fit (another order, an unknown key, a null, a number in quotes, a time in another form) goes the slow way,
row by row, and keeps what the server sent beside each row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
from attrs import frozen

from ...codec import WHOLE, from_dict
from ...columns.kinds import columns_of
from .envelope import Total, UnreadableError, envelope
from .rows import AnalyticsRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ...http.reply import Reply


KEYS = [column.name for column in columns_of(AnalyticsRow)]
"""The keys of a plain page, in the document's order."""


_PlainRow: Any = msgspec.defstruct(
    "_PlainRow",
    [(column.name, int if column.kind == "integer" else str) for column in columns_of(AnalyticsRow)],
    array_like=True,
    forbid_unknown_fields=True,
    gc=False,
)
_PlainPage: Any = msgspec.defstruct(
    "_PlainPage", [("keys", list[str]), ("data", list[_PlainRow]), ("total_num_pages", Total | None, None)]
)


class _OpenRow(AnalyticsRow):
    """An `AnalyticsRow` while it is filled.

    A frozen class sets every attribute by a call. To set them in the open and close the row afterwards takes half the time, and
    nobody sees the row before.
    """

    __slots__ = ()
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType]  # takes nothing
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


def _unrolled() -> Callable[[list[Any], Mapping[str, datetime]], Iterator[AnalyticsRow]]:
    """A generator of rows from structs and the times that stand in them.

    Written out for the fields that there are, as attrs writes out an ``__init__``: a loop over them takes twice the time.
    """
    values = {name: f"each.{name}" for name in KEYS} | {"timestamp": "moments[each.timestamp]"}
    lines = [
        "def filled(rows, moments):",
        "    for each in rows:",
        "        row = _OpenRow()",
        "        row._wire = WHOLE",  # as `Model` would
        *(f"        row.{name} = {value}" for name, value in values.items()),
        "        row.__class__ = AnalyticsRow",
        "        yield row",
    ]
    names: dict[str, Any] = {"_OpenRow": _OpenRow, "WHOLE": WHOLE, "AnalyticsRow": AnalyticsRow}
    exec("\n".join(lines), names)  # noqa: S102  # nothing but our own names
    return cast("Callable[[list[Any], Mapping[str, datetime]], Iterator[AnalyticsRow]]", names["filled"])


_filled = _unrolled()


@frozen(eq=False)
class PlainRows(Collection[AnalyticsRow]):
    """The rows of a plain page, each of which is made when it is iterated.

    Until then they are structs, which the garbage collector does not look at; and whoever takes a row, uses it and drops it leaves
    it no rows to look at either. Made all at once, the rows of the pages that wait in a fan-out cost it half of its speed.
    """

    _rows: list[Any]
    _moments: dict[str, datetime]

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self)

    def __iter__(self) -> Iterator[AnalyticsRow]:
        return _filled(self._rows, self._moments)

    def inside(self, start: datetime, end: datetime) -> PlainRows:
        """Those of ``[start, end)``."""
        moments = self._moments
        # The texts sort like the times.
        if not moments or (start <= moments[min(moments)] and moments[max(moments)] < end):
            return self
        within = {text for text, moment in moments.items() if start <= moment < end}
        return PlainRows([row for row in self._rows if row.timestamp in within], self._moments)


_decode_plain = msgspec.json.Decoder(_PlainPage).decode


def plain_page(body: bytes) -> tuple[PlainRows, int | None] | None:
    """The rows and the total of a page that is as the document prints it; None if it is not."""
    try:
        page = _decode_plain(body)
        if page.keys != KEYS:
            return None
        # Many rows share one frame's time: each text is read once.
        times = {row.timestamp for row in page.data}
        moments = dict(zip(times, map(datetime.fromisoformat, times), strict=True))
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return (PlainRows(page.data, moments), page.total_num_pages) if _are_canonical(times) else None


def _are_canonical(times: Collection[str]) -> bool:
    """Whether `timestamp` would write these times, which `datetime` can read, just like this: ``YYYY-MM-DDTHH:MM:SS.mmmZ``.

    Of what `datetime` reads, only such texts, and those with a week or an hour 24 in them, are 24 long and have a T, a point and a Z
    where these have them. All texts are looked at together, which takes a tenth of the time.
    """
    count, line = len(times), ",".join([*times, ""])
    return (
        line[24::25] == "," * count == "," * line.count(",")
        and line[23::25] == "Z" * count
        and line[19::25] == "." * count
        and line[10::25] == "T" * count
        and "W" not in line
        and "T24" not in line
    )


def read_page(reply: Reply) -> tuple[list[AnalyticsRow], int | None]:
    """The rows of a page and how many pages it says there are (None: it does not say).

    Raises:
        DecodeError: not a page, or a row that has not as many values as there are keys.
    """
    plain = plain_page(reply.body)
    return _read_any(reply) if plain is None else (list(plain[0]), plain[1])


def read_inside(reply: Reply, start: datetime, end: datetime) -> tuple[Collection[AnalyticsRow], int, int | None]:
    """The rows of a page that lie in ``[start, end)``, how many do not, and the total.

    A row whose time cannot be read stays with the range it came for: nothing is lost.

    Raises:
        DecodeError: as `read_page`.
    """
    if (plain := plain_page(reply.body)) is not None:
        inside = plain[0].inside(start, end)
        return inside, len(plain[0]) - len(inside), plain[1]
    rows, total = _read_any(reply)
    times = ((row, getattr(row, "timestamp", None)) for row in rows)
    kept = [row for row, time in times if not isinstance(time, datetime) or start <= time < end]
    return kept, len(rows) - len(kept), total


def _read_any(reply: Reply) -> tuple[list[AnalyticsRow], int | None]:
    """The slow way: a page however it is written."""
    rows, total = read_wire(reply)
    return [from_dict(AnalyticsRow, row) for row in rows], total


def read_wire(reply: Reply) -> tuple[list[Mapping[str, Any]], int | None]:
    """The rows of a page of either form as wire JSON objects, and the total.

    Raises:
        DecodeError: as `read_page`.
    """
    try:
        page = envelope(reply.json())
        return page.objects(), page.total_pages
    except UnreadableError as error:
        why = str(error)
    raise reply.unreadable(why)
