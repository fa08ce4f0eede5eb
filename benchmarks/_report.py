"""What a benchmark found: printed as it comes, and, if wanted, written into its part of the documentation's page."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from _goals import GOALS
from rich.console import Console
from rich.table import Table

DOCS = Path(__file__).resolve().parent.parent / "docs"


def options(doc):
    """The arguments that every benchmark takes, as a parser."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and forms")
    parser.add_argument("--rounds", type=int, default=None, help="5 and more tell something; 7, or 3 if quick")
    parser.add_argument("--docs", action="store_true", help="write what was found into docs/performance.md")
    return parser


class Report:
    """Tables, notes and goals.

    Args:
        name: of the benchmark, as it marks its part of the page.
        write: whether to write there.
    """

    def __init__(self, name, *, write):
        self._name = name
        self._write = write
        self._lines = []
        self._console = Console(width=None if sys.stdout.isatty() else 140, soft_wrap=True)

    def doing(self, text):
        """What is being done now, for whoever watches."""
        if self._console.is_terminal:
            self._console.print(f"[dim]{text:<78}[/dim]", end="\r")

    def note(self, text):
        self._console.print(text, highlight=False)
        self._lines += [text, ""]

    def table(self, title, headings, rows):
        """A table: texts in the first column, figures in the others."""
        made = Table(title=title, title_justify="left")
        for number, heading in enumerate(headings):
            made.add_column(heading, justify="right" if number else "left")
        for row in rows:
            made.add_row(*row)
        self._console.print(made)
        lines = [headings, [":--" if not number else "--:" for number in range(len(headings))], *rows]
        self._lines += [f"**{title}**", "", *("| " + " | ".join(line) + " |" for line in lines), ""]

    def goals(self, reached):
        """Every goal with what was reached, by name."""
        rows = []
        for name, value in reached.items():
            goal = GOALS[name]
            self._console.print(goal.told(value), highlight=False)
            rows.append((goal.text, goal.bound(goal.first), goal.bound(goal.then), f"{value:.2f}{goal.unit}"))
        headings = ("goal", "first", "then", "reached")
        lines = [headings, (":--", "--:", "--:", "--:"), *rows]
        self._lines += ["| " + " | ".join(line) + " |" for line in lines]

    def close(self):
        """Write the part of the page, between its marks."""
        if not self._write:
            return
        page = DOCS / "performance.md"
        begin, end = f"<!-- begin {self._name} -->", f"<!-- end {self._name} -->"
        block = "\n".join([begin, "", *self._lines, "", end])
        text, count = re.subn(f"{begin}.*?{end}", lambda _: block, page.read_text(encoding="utf-8"), flags=re.DOTALL)
        if not count:
            raise SystemExit(f"{page} has no part for {self._name}")
        page.write_text(text, encoding="utf-8")
