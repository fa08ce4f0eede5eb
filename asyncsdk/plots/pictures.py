"""The pictures that matplotlib draws, as figures of its own: no window, no global state, fit for servers and notebooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import cycle
from typing import TYPE_CHECKING, Any

from .tally import OTHER, counts, heat
from .themes import Theme, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .tally import Counts, Heat

_WIDTH = 11.0
_LONGEST_NAME = 28
_TICKS = 9


def counts_over_time(
    rows: Any, *, every: timedelta | None = None, top: int = 6, zone: tzinfo = UTC, dark: bool = False
) -> Figure:
    """Draw how many of each class were counted, one step after the other, on top of each other.

    Args:
        rows: see `asyncsdk.plots`.
        every: the length of a step; by default one that gives no more than 60 of them.
        top: how many classes are told apart; the last of them is all others together, where there are more.
        zone: what days and hours are those of.
        dark: for a dark page.

    Returns:
        A figure: ``figure.savefig("counts.png")``.

    Raises:
        ValueError: rows that cannot be drawn.
        ConfigurationError: matplotlib is not installed.
    """
    return drawn_counts(counts(rows, every=every, top=top, zone=zone), theme(dark=dark))


def heat_map(rows: Any, *, top: int = 30, zone: tzinfo = UTC, dark: bool = False) -> Figure:
    """Draw how many were counted by each device in each hour.

    Args:
        rows: see `asyncsdk.plots`.
        top: how many devices are shown, the busiest first.
        zone: what hours are those of.
        dark: for a dark page.

    Returns:
        A figure. Where the rows span more than two days, its hours are those of the day, and its counts the mean of a day.

    Raises:
        ValueError: rows that cannot be drawn.
        ConfigurationError: matplotlib is not installed.
    """
    return drawn_heat(heat(rows, top=top, zone=zone), theme(dark=dark))


def drawn_counts(found: Counts, look: Theme) -> Figure:
    """A picture of counts."""
    figure, axes = look.figure(_WIDTH, 4.8)
    from matplotlib.ticker import MaxNLocator

    places = range(len(found.times))
    below = [0] * len(found.times)
    for (name, each), colour in zip(found.classes, cycle(look.classes), strict=False):
        shade = look.others if name == OTHER else colour
        axes.bar(places, each, bottom=below, width=0.86, color=shade, label=shortened(name), linewidth=0)
        below = [low + high for low, high in zip(below, each, strict=True)]
    axes.set_xlim(-0.6, len(found.times) - 0.4)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=look.line, linewidth=0.8)
    _time_ticks(axes, found.times, found.step)
    axes.set_xlabel(f"time ({found.times[0].tzname()}), steps of {length(found.step)}")
    axes.set_ylabel("counted")
    look.title(axes, "Counts by class", _span(found.times[0], found.times[-1] + found.step))
    legend = axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, reverse=True)
    for text in legend.get_texts():
        text.set_color(look.text)
    return figure


def drawn_heat(found: Heat, look: Theme) -> Figure:
    """A picture of devices and hours."""
    figure, axes = look.figure(_WIDTH, 1.9 + 0.24 * max(4, len(found.devices)))
    image = axes.imshow([each for _, each in found.devices], aspect="auto", cmap=look.heat(), vmin=0)
    every = 1 + (len(found.hours) - 1) // 24
    axes.set_xticks(range(0, len(found.hours), every), found.hours[::every])
    axes.set_yticks(range(len(found.devices)), [shortened(name) for name, _ in found.devices])
    axes.set_xticks([at - 0.5 for at in range(1, len(found.hours))], minor=True)
    axes.set_yticks([at - 0.5 for at in range(1, len(found.devices))], minor=True)
    axes.grid(which="minor", color=look.page, linewidth=1.0)
    axes.tick_params(which="both", length=0)
    zone = found.first.tzname()
    axes.set_xlabel(f"hour of the day ({zone})" if found.daily else f"hour ({zone})")
    more = f"; {found.left_out:,} more devices are not shown" if found.left_out else ""
    look.title(axes, "Counts by device and hour", _span(found.first, found.last + timedelta(hours=1)) + more)
    bar = figure.colorbar(image, ax=axes, pad=0.015, fraction=0.035, format=lambda value, _: f"{value:,.0f}")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, colors=look.text)
    bar.set_label("counted in the hour, mean of a day" if found.daily else "counted in the hour", color=look.text)
    return figure


def _time_ticks(axes: Axes, times: Sequence[datetime], step: timedelta) -> None:
    """A few labels that say no more than they must: the hour, and the day where a new one begins."""
    every = 1 + (len(times) - 1) // _TICKS
    places = list(range(0, len(times), every))
    labels, day = [], None
    for at in places:
        each = times[at]
        label = f"{each:%H:%M}" if step < timedelta(days=1) else ""
        if each.date() != day:
            label = "\n".join(filter(None, (label, f"{each.day} {each:%b}")))
        day = each.date()
        labels.append(label)
    axes.set_xticks(places, labels)


def _span(first: datetime, last: datetime) -> str:
    """A range for people: one day, or from when to when."""
    end = last - timedelta(milliseconds=1)
    if first.date() == end.date():
        return f"{first.day} {first:%B %Y}"
    return f"{first.day} {first:%b %Y} to {end.day} {end:%b %Y}"


def length(step: timedelta) -> str:
    """``1 hour``, ``15 minutes``, ``1 day``."""
    for unit, one in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if step >= one and not step % one:
            number = step // one
            return f"{number} {unit}{'s' * (number > 1)}"
    return f"{step.total_seconds():g} seconds"


def shortened(name: str) -> str:
    """A name that leaves room for the picture."""
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return name.replace("$", r"\$")  # matplotlib would take it for mathematics
