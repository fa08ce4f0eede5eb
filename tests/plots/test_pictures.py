"""What pictures say; how they look was looked at."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from asyncsdk.plots import counts_over_time, counts_over_time_text, heat_map, heat_map_text

DAY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(params=[10, 24, 24 * 9])
def rows(request):
    """A range of hours, with names that a drawing library would stumble over."""
    names = ["car", "$\\bad_{name", "_hidden", "number_of_persons_in_a_group"]
    times = [DAY + timedelta(hours=at) for at in range(request.param)]
    return pa.table(
        {
            "timestamp": pa.array(times * 4, pa.timestamp("ms", "UTC")),
            "device_id": [f"W{at % 40:016x}" for at in range(len(times) * 4)],
            "class_name": [name for name in names for _ in times],
            "count": list(range(len(times) * 4)),
        }
    )


@pytest.mark.parametrize("draw", [counts_over_time, heat_map])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_of_a_picture_lies_over_or_beyond_something_else(rows, draw, dark):
    figure = draw(rows, dark=dark)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    page = figure.bbox
    for axes in figure.axes:
        assert page.count_contains(axes.get_tightbbox(renderer).corners()) == 4
        for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
            boxes = [each.get_window_extent(renderer) for each in ticks if each.get_text()]
            assert not [1 for one, other in pairwise(boxes) if one.overlaps(other)]
    main = figure.axes[0]
    assert main.get_xlabel()
    assert {each.get_text() for each in main.texts} & {"Counts by class", "Counts by device and hour"}


def test_a_picture_can_be_svg(rows):
    file = io.BytesIO()
    counts_over_time(rows).savefig(file, format="svg")
    assert b"<svg" in file.getvalue()


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("width", [60, 100, 160])
def test_in_characters_they_are_no_wider_than_the_terminal(rows, width, colour):
    for text in (
        counts_over_time_text(rows, width=width, colour=colour),
        heat_map_text(rows, width=width, colour=colour),
    ):
        assert ("\x1b" in text) == colour
        plain = re.sub(r"\x1b\[[\d;]*m", "", text)
        assert max(map(len, plain.splitlines())) <= width
        assert "Counts by" in plain


def test_a_name_cannot_steer_the_terminal():
    rows = pa.table(
        {
            "timestamp": pa.array([DAY], pa.timestamp("ms", "UTC")),
            "device_id": ["W\x1b[2J"],
            "class_name": ["car\x1b[2J"],
            "count": [1],
        }
    )
    assert "\x1b" not in counts_over_time_text(rows, colour=False) + heat_map_text(rows, colour=False)


@pytest.mark.parametrize(
    ("missing", "call"), [("matplotlib", "counts_over_time"), ("plotext", "counts_over_time_text")]
)
def test_without_the_extra_it_says_what_to_install(missing, call):
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}; sys.modules[{missing!r}] = None\n"
        f"import pyarrow as pa, asyncsdk.plots, asyncsdk\n"
        "rows = pa.table({'timestamp': pa.array([1], pa.timestamp('ms', 'UTC')), 'device_id': ['a'],"
        " 'class_name': ['a'], 'count': [1]})\n"
        f"try: asyncsdk.plots.{call}(rows)\n"
        "except asyncsdk.ConfigurationError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f'{missing}: pip install "asyncsdk[plot]"' in done.stdout
