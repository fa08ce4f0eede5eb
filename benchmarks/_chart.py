"""A bar chart as SVG, written by hand: readable on light and dark pages, and as text."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

_WIDTH, _LABELS, _BAR, _STEP, _TOP = 760, 190, 20, 30, 36
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .note { font-size: 11px; fill: #57606a }
  .ours { fill: #1f7a4d }
  .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #9198a1 }
    .ours { fill: #3fb97f }
    .peer { fill: #6e7681 }
  }
"""


def bars(path, title, notes, values):
    """Write horizontal bars to a file.

    Args:
        path: of the SVG.
        title: above the bars.
        notes: lines below the bars: date, versions, what the origin was.
        values: rows of (name, length, text at its end, whether it is ours).
    """
    foot = _TOP + _STEP * len(values) + 14
    height = foot + 16 * len(notes)
    most = max(value for _, value, _, _ in values)
    room = _WIDTH - _LABELS - 150
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
    ]
    for number, (name, value, text, ours) in enumerate(values):
        top = _TOP + _STEP * number
        length = max(1, round(room * value / most))
        kind = "ours" if ours else "peer"
        lines += [
            f'<text x="{_LABELS - 10}" y="{top + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{_LABELS}" y="{top}" width="{length}" height="{_BAR}" rx="2"/>',
            f'<text x="{_LABELS + length + 8}" y="{top + 15}">{escape(text)}</text>',
        ]
    lines += [
        f'<text class="note" x="8" y="{foot + 16 * number}">{escape(note)}</text>' for number, note in enumerate(notes)
    ]
    Path(path).write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")
