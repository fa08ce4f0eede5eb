"""Frames in which properties are columns: ``c3d.metrics.fps_score`` of a session is ``c3d_metrics_fps_score``.

The model's own columns come first, by the names that its fields have in Python; then what was reckoned from them (``duration_s``), then
the properties, then ``extra``. The names that are known beforehand are there also in an empty frame. Which names and types the
properties get follows from all rows together, and not from their order.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from attrs import field, frozen

from ..codec import Model
from ..codec.reading import members
from ..columns import columns_of, extra_name
from ..columns.arrow import required
from ..columns.cells import json_text
from ..columns.frames import arrow_of_pages
from ..errors import PaginationError
from ..fanout.run import Run
from ..later import Later
from ..paging import Page, Pager
from .names import Place
from .results import ExitPollAnswer, ObjectiveOutcome, StepSummary
from .session import Session, SessionEvent, SessionObjective

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = Later("pyarrow")

M = TypeVar("M", bound=Model)

SESSION_PROPERTIES: Mapping[str, str] = {
    "c3d.app.name": "text",
    "c3d.app.version": "text",
    "c3d.device.hmd_type": "text",
    "c3d.device.memory": "real",
    "c3d.device.os": "text",
    "c3d.device.type": "text",
    "c3d.geo.country": "text",
    "c3d.geo.countryIso": "text",
    "c3d.metrics.average_fps": "real",
    "c3d.metrics.fps_score": "real",
    "c3d.session_tag.junk": "truth",
    "c3d.session_tag.test": "truth",
}
"""Properties that most projects have, whose columns every frame of sessions has, with or without a row."""

# Properties of these families are of one type, whatever a page happens to hold.
_FAMILIES = (("c3d.metrics.", "real"), ("c3d.session_tag.", "truth"))

# Pages of one list that are fetched at once; the client's limits may keep it lower.
_AT_ONCE = 8

_INT64 = range(-(2**63), 2**63)
_EXACT = range(-(2**53), 2**53 + 1)  # whole numbers that a column of real ones holds exactly
_OTHER = re.compile(r"[^0-9A-Za-z_]")


@frozen
class _Layout:
    """How the columns of a model become those of a frame.

    Attributes:
        names: other names than those of the fields, by field.
        properties: fields that hold properties, and what their columns' names begin with.
        known: properties that have a column in any case, by field.
        seconds: columns in seconds, by the field in milliseconds that they come from.
        moments: fields that hold milliseconds since the epoch, and become times.
    """

    names: Mapping[str, str] = field(factory=dict)
    properties: Mapping[str, str] = field(factory=dict)
    known: Mapping[str, Mapping[str, str]] = field(factory=dict)
    seconds: Mapping[str, str] = field(factory=dict)
    moments: frozenset[str] = frozenset()


_LAYOUTS: dict[type[Model], _Layout] = {
    Session: _Layout(
        properties={"properties": ""}, known={"properties": SESSION_PROPERTIES}, seconds={"duration": "duration_s"}
    ),
    SessionEvent: _Layout(
        names={
            "date": "session_date",
            "name": "event_name",
            "x": "position_x",
            "y": "position_y",
            "z": "position_z",
            "object": "object_id",
            "object_name": "object",
        },
        properties={"properties": "prop_", "session_properties": ""},
        known={"session_properties": SESSION_PROPERTIES},
        seconds={"duration": "duration_s"},
    ),
    SessionObjective: _Layout(seconds={"step_duration": "step_duration_sec"}, moments=frozenset({"step_date"})),
    ObjectiveOutcome: _Layout(),
    StepSummary: _Layout(
        seconds={
            "average_step_completion_time": "avg_completion_time_s",
            "average_step_duration": "avg_step_duration_s",
        }
    ),
    ExitPollAnswer: _Layout(),
}


class FlatPager(Pager[M]):
    """A pager whose frames have properties as columns, and that fetches many pages at once where all are wanted.

    Attributes:
        places: what ids of scenes stand for, where its frames are to have a scene's name; asked for with the frame.
    """

    places: Callable[[], Awaitable[Mapping[str, Place]]] | None = None

    async def to_list(self, max_items: int | None = None) -> list[M]:
        """All items, or the first `max_items`, in a list.

        All of them are fetched several pages at once, as soon as the first has said how many there are.
        """
        if max_items is not None:
            return await super().to_list(max_items)
        async with aclosing(self._at_once()) as pages:
            return [item async for page in pages for item in page.items]

    async def _at_once(self) -> AsyncGenerator[Page[M]]:
        """All pages, in their order."""
        async with Run([None], lambda _: self, concurrency=_AT_ONCE, order="plan") as run:
            while (delivery := await run.deliveries()) is not None:
                yield delivery.page

    async def to_arrow(self) -> pa.Table:
        """All items as an Arrow table (`asyncsdk.cognitive3d.flatten`), fetched as by `to_list`.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            SDKError: what the walk met.
        """
        assert isinstance(self.of, type)
        async with aclosing(self._at_once()) as pages:
            table = await arrow_of_pages(pages, self.of)
        flat = flatten(table, self.of)
        return flat if self.places is None else _placed(flat, await self.places())


def flatten(
    table: pa.Table | pa.RecordBatch, model: type[Model] = Session, *, properties: Iterable[str] | None = None
) -> pa.Table:
    """A table of a data set, or one that was read back from its target, with the properties as columns.

    A name becomes a column's by ``_`` in place of all that is no letter or digit. Where two would be one (also to readers that
    do not tell capitals from small letters), or one would be the model's own, the second by the alphabet gets a suffix that
    follows from its own name. Values of one type have a column of it (whole numbers, numbers, texts, truth values); where they are
    mixed, lists or objects, it is text, and what is no text in it is JSON. Whole numbers that 64 bits do not hold are text too.

    Args:
        table: with the columns of the data set.
        model: of its rows: `Session`, `SessionEvent`, `SessionObjective`, `ObjectiveOutcome`, `StepSummary`, `ExitPollAnswer`.
        properties: names of properties; exactly these become columns, so that two tables agree. By default all that there are.

    Raises:
        ConfigurationError: the extra ``arrow`` is not installed.
        TypeError: another model.
    """
    pa = required()
    kind: Any = model  # mypy holds that no model's class is hashable
    layout = _LAYOUTS.get(kind)
    if layout is None:
        raise TypeError(f"a table of {getattr(model, '__name__', model)} has no properties to flatten")
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    fields = {each.key: each.name for each in members(kind)}
    made: dict[str, Any] = {}
    for column in columns_of(model):
        name = fields[column.name]
        if name in layout.properties or column.name not in table.column_names:
            continue
        held = table.column(column.name)
        made[layout.names.get(name, name)] = held.cast(pa.timestamp("ms", "UTC")) if name in layout.moments else held
        if name in layout.seconds:
            made[layout.seconds[name]] = _divided(held)
    if model is SessionEvent:
        made["object"] = _first_of(made["object"], made["object_id"])
    rest = extra_name(model)
    taken = {*made, rest, *((*("scene_name",),) if model is Session else ())}
    for key, name in fields.items():
        if name in layout.properties and key in table.column_names:
            known = layout.known.get(name, {})
            made.update(_columns(table.column(key), layout.properties[name], known, properties, taken))
            taken.update(made)
    if rest in table.column_names:
        made[rest] = table.column(rest)
    return pa.table(made)


def _columns(
    texts: pa.ChunkedArray, prefix: str, known: Mapping[str, str], chosen: Iterable[str] | None, taken: set[str]
) -> Mapping[str, pa.Array]:
    """The columns of the properties that stand in a column of JSON texts."""
    rows = [_object(text) for text in texts.to_pylist()]
    if chosen is None:
        there = {name for row in rows for name in row}
        # one that is not there leaves its column's name to another that is
        named = {_title(name, prefix).casefold() for name in there}
        wanted = sorted(there | {name for name in known if _title(name, prefix).casefold() not in named})
    else:
        wanted = [*dict.fromkeys(chosen)]
    titles = _titles(wanted, prefix, taken)
    return {titles[name]: _column([row.get(name) for row in rows], _promised(name, known)) for name in wanted}


def _object(text: str | None) -> Mapping[str, Any]:
    if not text:
        return {}
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:  # half of a character
        found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _titles(names: Sequence[str], prefix: str, taken: set[str]) -> Mapping[str, str]:
    used = {each.casefold() for each in taken}
    titles = {}
    for name in sorted(names):
        title = _title(name, prefix)
        if title.casefold() in used:
            title += f"_{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=3).hexdigest()}"
        used.add(title.casefold())
        titles[name] = title
    return titles


def _title(name: str, prefix: str) -> str:
    return prefix + _OTHER.sub("_", name)


def _promised(name: str, known: Mapping[str, str]) -> str | None:
    return known.get(name) or next((kind for family, kind in _FAMILIES if name.startswith(family)), None)


def _column(values: Sequence[Any], promised: str | None) -> pa.Array:
    import pyarrow as pa

    kinds = {_kind_of(each) for each in values if each is not None}
    kind = _common(kinds | ({promised} if promised else set()))
    if kind == "text":
        return pa.array([each if isinstance(each, str | None) else json_text(each) for each in values], pa.string())
    types = {"truth": pa.bool_(), "whole": pa.int64(), "real": pa.float64()}
    return pa.array([float(each) if kind == "real" and each is not None else each for each in values], types[kind])


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return ("exact" if value in _EXACT else "whole") if value in _INT64 else "text"
    return "real" if isinstance(value, float) else "text"


def _common(kinds: set[str]) -> str:
    """The type of a column that holds values of these kinds exactly."""
    if kinds == {"truth"}:
        return "truth"
    if kinds and kinds <= {"exact", "whole"}:
        return "whole"
    return "real" if kinds and kinds <= {"exact", "real"} else "text"


def _divided(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Milliseconds as seconds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.call_function("divide", [column.cast(pa.float64()), pa.scalar(1000.0)])


def _first_of(column: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.call_function("coalesce", [column, other])


def _placed(table: pa.Table, places: Mapping[str, Place]) -> pa.Table:
    """The names of scenes, where the service does not give them."""
    import pyarrow as pa

    columns = (table.column(name).to_pylist() for name in ("scene_name", "scene_version_id", "scene_id"))
    names = []
    for name, version, scene in zip(*columns, strict=True):
        place = places.get(str(version)) or places.get(str(scene))
        names.append(place.scene_name if name is None and place is not None else name)
    return table.set_column(table.column_names.index("scene_name"), "scene_name", pa.array(names, pa.string()))


def flat_at_once(fetch: Callable[[], Awaitable[Sequence[M]]], of: type[M]) -> FlatPager[M]:
    """A pager over rows that come at once, with such frames.

    Args:
        fetch: gives them.
        of: what they are.
    """

    async def strategy(cursor: str | None) -> Page[M]:
        if cursor is not None:
            raise PaginationError("this list comes in one page")
        return Page(await fetch())

    return FlatPager(strategy, of=of)
