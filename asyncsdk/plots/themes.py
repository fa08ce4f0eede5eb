"""How pictures look, on a light page and on a dark one: colours that are told apart by all, and little ink that is no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

_DPI = 130
_MARGIN = 0.15  # inches


@frozen
class Theme:
    """The colours of a page.

    Attributes:
        page: the background.
        text: of all that is written.
        faint: of what matters less.
        line: of grids.
        classes: one after the other.
        others: of what is not told apart.
        scale: of a heat map, from nothing to the most.
    """

    page: str
    text: str
    faint: str
    line: str
    classes: Sequence[str]
    others: str
    scale: Sequence[str]

    def figure(self, width: float, height: float) -> tuple[Figure, Axes]:
        """An empty figure of this many inches.

        Raises:
            ConfigurationError: matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure
            from matplotlib.layout_engine import ConstrainedLayoutEngine
        except ModuleNotFoundError:
            raise ConfigurationError('pictures need matplotlib: pip install "asyncsdk[plot]"') from None
        layout = ConstrainedLayoutEngine(w_pad=_MARGIN, h_pad=_MARGIN)
        figure = Figure(figsize=(width, height), dpi=_DPI, facecolor=self.page, layout=layout)
        axes = figure.subplots()
        axes.set_facecolor(self.page)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(colors=self.text, length=0, labelsize=9)
        axes.xaxis.label.set_color(self.faint)
        axes.yaxis.label.set_color(self.faint)
        return figure, axes

    def title(self, axes: Axes, title: str, below: str) -> None:
        """A title, and in smaller letters what it is of."""
        for text, above, colour, size, weight in (
            (title, 28, self.text, 14, "bold"),
            (below, 11, self.faint, 10, "normal"),
        ):
            axes.annotate(
                text,
                (0, 1),
                xytext=(0, above),
                xycoords="axes fraction",
                textcoords="offset points",
                color=colour,
                fontsize=size,
                fontweight=weight,
                parse_math=False,
            )

    def heat(self) -> Colormap:
        """The scale of a heat map."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("asyncsdk", list(self.scale))


# Okabe and Ito's colours, in shades that keep their distance on each page
_LIGHT = Theme(
    page="#ffffff",
    text="#1f2933",
    faint="#52606d",
    line="#e4e7eb",
    classes=(
        "#0072b2",
        "#e69f00",
        "#009e73",
        "#cc79a7",
        "#56b4e9",
        "#d55e00",
        "#7b61ff",
        "#8a9a5b",
        "#a0522d",
    ),
    others="#9aa5b1",
    scale=("#f0f4f8", "#b6d4ee", "#5ba3d9", "#1f6fb2", "#0b3c6f"),
)
_DARK = Theme(
    page="#12181f",
    text="#e4e9ee",
    faint="#9fb0c0",
    line="#27323d",
    classes=(
        "#4aa8e8",
        "#f5b942",
        "#35c79a",
        "#e29bc3",
        "#8fd3ff",
        "#ff8a4c",
        "#a99bff",
        "#b8c77e",
        "#d08a63",
    ),
    others="#7b8794",
    scale=("#1b242e", "#1f4e79", "#2f83bf", "#6fc3ea", "#e3f6ff"),
)


def theme(*, dark: bool) -> Theme:
    """The colours for a light page or a dark one."""
    return _DARK if dark else _LIGHT
