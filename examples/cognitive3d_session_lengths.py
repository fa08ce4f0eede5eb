"""Plot how long the sessions of a project were, day by day, into an SVG file.

C3D_API_KEY=... python cognitive3d_session_lengths.py PROJECT_ID 30 lengths.svg
"""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import anyio

from asyncsdk import Cognitive3D


async def minutes_by_day(c3d: Cognitive3D, project_id: int, end: datetime, days: int) -> dict[date, float]:
    """The median length of a day's sessions, in minutes; window by window, many at once."""
    lengths: dict[date, list[float]] = defaultdict(list)
    start = end - timedelta(days=days)
    async with c3d.datasets.sessions.fan_out([project_id], start, end, window=timedelta(days=1)) as stream:
        async for session in stream:
            if session.duration is not None:
                lengths[session.date.date()].append(session.duration / 60_000)
    return {day: median(found) for day, found in sorted(lengths.items())}


def plot(minutes: dict[date, float]) -> str:
    """A bar a day."""
    most = max(minutes.values(), default=1)
    bars = [
        f'<rect x="{20 * at}" y="{100 - 100 * height / most:.1f}" width="16" height="{100 * height / most:.1f}">'
        f"<title>{day}: {height:.1f} min</title></rect>"
        for at, (day, height) in enumerate(minutes.items())
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {20 * len(bars)} 100">{"".join(bars)}</svg>'


async def main(c3d: Cognitive3D, project_id: int, end: datetime, days: int, target: str) -> None:
    async with c3d:
        minutes = await minutes_by_day(c3d, project_id, end, days)
    await anyio.Path(target).write_text(plot(minutes))
    print(f"{len(minutes)} days in {Path(target).name}")


if __name__ == "__main__":
    anyio.run(main, Cognitive3D(), int(sys.argv[1]), datetime.now(UTC), int(sys.argv[2]), sys.argv[3])
