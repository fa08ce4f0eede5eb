"""HTML for notebooks: tables whose texts are escaped, and that stay within two screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

MOST_ROWS = 24
MOST_COLUMNS = 12
_MOST_TEXT = 80


def table(rows: Iterable[Sequence[object]], heads: Sequence[str] = (), *, caption: str = "", count: int = 0) -> str:
    """A table.

    Args:
        rows: their cells; of more than `MOST_ROWS` the first ones are shown, of each at most `MOST_COLUMNS` cells.
        heads: of the columns; none where the first cell of each row is its head.
        caption: above it.
        count: how many rows there are, to say how many are not shown.
    """
    shown = list(islice(rows, MOST_ROWS))
    parts = ["<table>"]
    if caption:
        parts.append(f'<caption style="text-align:left">{escape(caption)}</caption>')
    if heads:
        cells = "".join(f"<th>{_cell(each)}</th>" for each in heads[:MOST_COLUMNS])
        parts.append(f"<thead><tr>{cells}{_more(len(heads))}</tr></thead>")
    parts.append("<tbody>")
    for row in shown:
        first, *rest = row[:MOST_COLUMNS]
        lead = f"<td>{_cell(first)}</td>" if heads else f'<th style="text-align:left">{_cell(first)}</th>'
        cells = "".join(f"<td>{_cell(each)}</td>" for each in rest)
        parts.append(f"<tr>{lead}{cells}{_more(len(row))}</tr>")
    if count > len(shown):
        parts.append(f'<tr><td colspan="{MOST_COLUMNS + 1}">… {count - len(shown):,} more</td></tr>')
    return "".join([*parts, "</tbody></table>"])


def bar(done: int, total: int | None) -> str:
    """A bar of progress; one that says only that something is going on where the total is not known."""
    if total is None:
        return '<progress style="width:20em"></progress>'
    return f'<progress style="width:20em" value="{done}" max="{max(total, 1)}"></progress>'


def lined(rows: Iterable[tuple[str, object]]) -> str:
    """A table of two columns as text."""
    told = [(name, text(value)) for name, value in rows]
    width = max((len(name) for name, _ in told), default=0)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in told)


def text(value: object) -> str:
    """A value in one cell: a number with its thousands, a long text cut."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    shown = str(value)
    return shown if len(shown) <= _MOST_TEXT else f"{shown[: _MOST_TEXT - 1]}…"


def _cell(value: object) -> str:
    return escape(text(value))


def _more(columns: int) -> str:
    return "<td>…</td>" if columns > MOST_COLUMNS else ""
