"""What polars' conditions on key and time leave of a plan. An expression is taken apart, and known by being put together again."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Literal

from ..datasets.dataset import declared
from .narrow import Comparison, Narrow, time_column

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

_COMPARISONS: dict[Comparison, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
_MIRRORED: dict[Comparison, Comparison] = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}
_CLOSED: dict[Literal["both", "left", "right", "none"], tuple[Comparison, Comparison]] = {
    "both": (">=", "<="),
    "left": (">=", "<"),
    "right": (">", "<="),
    "none": (">", "<"),
}


def narrowed(predicate: pl.Expr, dataset: str) -> Narrow:
    """What a condition leaves of a plan; each part of it that is not understood leaves all."""
    parts = predicate.meta.pop()[::-1]
    if len(parts) == 2 and predicate.meta.eq(parts[0] & parts[1]):
        return Narrow.every(narrowed(part, dataset) for part in parts)
    values = [part for part in parts if not part.meta.root_names()]
    names = predicate.meta.root_names()
    if names == [declared(dataset).key]:
        return _of_key(predicate, names[0], values)
    return _of_time(predicate, names[0], values) if names == [time_column(dataset)] else Narrow()


def _of_key(predicate: pl.Expr, name: str, values: list[pl.Expr]) -> Narrow:
    import polars as pl

    column = pl.col(name)
    for value in values:
        if predicate.meta.eq(column == value) or predicate.meta.eq(value == column):
            return Narrow.among([_given(value)])
        if predicate.meta.eq(column.is_in(value)):
            return Narrow.among(_given(value))
    return Narrow()


def _of_time(predicate: pl.Expr, name: str, values: list[pl.Expr]) -> Narrow:
    import polars as pl

    column = pl.col(name)
    if len(values) == 2:
        first, last = values
        for closed, (after, before) in _CLOSED.items():
            if predicate.meta.eq(column.is_between(first, last, closed=closed)):
                return Narrow.every([Narrow.compared(after, _given(first)), Narrow.compared(before, _given(last))])
    for value in values:
        for comparison, compare in _COMPARISONS.items():
            if predicate.meta.eq(compare(column, value)):
                return Narrow.compared(comparison, _given(value))
            if predicate.meta.eq(compare(value, column)):
                return Narrow.compared(_MIRRORED[comparison], _given(value))
    return Narrow()


def _given(value: pl.Expr) -> Any:
    import polars as pl

    return pl.select(value).to_series()[0]
