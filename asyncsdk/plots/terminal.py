"""The same pictures in characters, for a terminal."""

from __future__ import annotations

from datetime import UTC, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .pictures import length
from .tally import counts, heat

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICKS = 8
_SHADES = " ░▒▓█"
# From nothing to the most, on a terminal that has 256 colours: readable before black and before white.
_SCALE = (238, 24, 31, 38, 80, 159)


def counts_over_time_text(
    rows: Any,
    *,
    width: int = 100,
    height: int = 24,
    colour: bool = True,
    every: timedelta | None = None,
    top: int = 6,
    zone: tzinfo = UTC,
) -> str:
    """How many of each class were counted, one step after the other, on top of each other, as lines of text.

    Args:
        rows: see `asyncsdk.plots`.
        width: in characters.
        height: in lines.
        colour: whether escape codes may be in it. Without them classes are told apart by their signs.
        every: the length of a step; by default one that gives no more than 60 of them.
        top: how many classes are told apart.
        zone: what days and hours are those of.

    Raises:
        ValueError: rows that cannot be drawn.
        ConfigurationError: plotext is not installed.
    """
    try:
        import plotext
    except ModuleNotFoundError:
        raise ConfigurationError('pictures in a terminal need plotext: pip install "asyncsdk[plot]"') from None
    found = counts(rows, every=every, top=top, zone=zone)
    plotext.clear_figure()
    plotext.limit_size(False, False)  # to that of the terminal it finds, if any
    plotext.theme("clear" if not colour else "pro")
    plotext.plotsize(max(40, width), max(10, height))
    signs = ["sd"] * len(found.classes) if colour else list("#*+=o.x%@~")
    colours = ["blue+", "orange+", "green+", "magenta+", "cyan+", "red+", "white", "gray+", "yellow", "gray"]
    places = list(range(len(found.times)))
    plotext.stacked_bar(
        places,
        [list(each) for _, each in found.classes],
        labels=[_printable(name) for name, _ in found.classes],
        marker=signs[: len(found.classes)],
        color=colours[: len(found.classes)],
        width=0.8,
    )
    every_tick = 1 + (len(places) - 1) // _TICKS
    shown = places[::every_tick]
    form = "%H:%M" if found.step < timedelta(days=1) else "%d %b"
    plotext.xticks(shown, [found.times[at].strftime(form) for at in shown])
    ticks = _ticks(max(map(sum, zip(*(each for _, each in found.classes), strict=True))))
    plotext.ylim(0, ticks[-1])
    plotext.yticks(ticks, [f"{each:,}" for each in ticks])
    plotext.title(
        f"Counts by class, {found.times[0]:%d %b %Y}, steps of {length(found.step)}, {found.times[0].tzname()}"
    )
    text = str(plotext.build())
    plotext.clear_figure()
    return text if colour else str(plotext.uncolorize(text))


def heat_map_text(rows: Any, *, width: int = 100, colour: bool = True, top: int = 20, zone: tzinfo = UTC) -> str:
    """How many were counted by each device in each hour, as lines of text: the brighter, the more.

    Args:
        rows: see `asyncsdk.plots`.
        width: in characters.
        colour: whether escape codes may be in it. Without them there are five shades.
        top: how many devices are shown, the busiest first.
        zone: what hours are those of.

    Raises:
        ValueError: rows that cannot be drawn.
    """
    found = heat(rows, top=top, zone=zone)
    names = [_printable(name) for name, _ in found.devices]
    margin = min(24, max(map(len, names)))
    total = max(len(f"{sum(each):,.0f}") for _, each in found.devices)
    cell = max(1, min(3, (width - margin - total - 3) // len(found.hours)))
    most = max((max(each) for _, each in found.devices), default=0) or 1
    kind = "mean of a day" if found.daily else "counted"
    lines = [f"Counts by device and hour, {found.first:%d %b %Y}, {found.first.tzname()} ({kind})", ""]
    for name, (_, each) in zip(names, found.devices, strict=True):
        shown = "".join(_cell(value / most, cell, colour=colour) for value in each)
        short = name if len(name) <= margin else f"{name[: margin - 1]}…"
        lines.append(f"{short:<{margin}} {shown} {sum(each):>{total},.0f}")
    lines.append(" " * (margin + 1) + _hours(found.hours, cell))
    scale = "".join(_cell(at / 5, 3, colour=colour) for at in range(6))
    lines += ["", f"{'':<{margin}} 0 {scale} {most:,.0f} in an hour"]
    if found.left_out:
        lines.append(f"{'':<{margin}} {found.left_out:,} more devices are not shown")
    return "\n".join(each.rstrip() for each in lines) + "\n"


def _ticks(most: int) -> list[int]:
    """Some round numbers from 0 to beyond the most."""
    power = 10 ** max(0, len(str(most)) - 1)
    step = next(size for size in (power // 5, power // 2, power, 2 * power) if size and most <= 6 * size)
    return [at * step for at in range(-(-max(1, most) // step) + 1)]


def _cell(part: float, width: int, *, colour: bool) -> str:
    if not colour:
        return _SHADES[min(len(_SHADES) - 1, int(part * (len(_SHADES) - 1) + 0.999))] * width
    shade = _SCALE[min(len(_SCALE) - 1, int(part * (len(_SCALE) - 1) + 0.999))]
    return f"\x1b[48;5;{shade}m{' ' * width}\x1b[0m"


def _hours(hours: Sequence[str], cell: int) -> str:
    """The names of the hours, as many as there is room for."""
    every = -(-3 // cell)
    while every > 1 and 24 % every:
        every += 1
    return "".join(f"{hour:<{cell * every}}" for hour in hours[::every])


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)
