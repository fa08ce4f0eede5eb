"""A dashboard of a fleet of cameras in a browser: a chart, live rows, a pull with a progress bar, the users of a tenant.

    python dashboard.py

and open http://127.0.0.1:8700. It talks to the sandbox, which it starts itself; give `app` the real clients instead.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import anyio
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from asyncsdk import Blaize, NDJSONSink, Progress, SDKError, UnleashAnalytics
from asyncsdk.blaize import User
from asyncsdk.integrations.fastapi import add_exception_handlers, client, health, lifespan, ndjson, sse
from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from asyncsdk import Report

Analytics = Annotated[UnleashAnalytics, Depends(client(UnleashAnalytics))]
Tenant = Annotated[Blaize, Depends(client(Blaize))]

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=12)
PAGE = Path(__file__).with_name("dashboard.html")
COLOURS = ("#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#64748b")


class Pull:
    """A backfill that goes on in the background; its counters, and what became of it."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.report: Report | None = None
        self.failed: str | None = None

    async def run(self, analytics: UnleashAnalytics, target: Path) -> None:
        try:
            devices = (
                await analytics.devices().to_list()
            )  # with "all" nobody would know beforehand how much there is to do
            plan = analytics.plan(devices, START, END, window=timedelta(minutes=15))
            self.report = await analytics.backfill(plan, NDJSONSink(target), on_progress=self._now)
        except SDKError as error:
            self.failed = type(error).__name__

    def _now(self, progress: Progress) -> None:
        self.progress = progress


router = APIRouter()


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    return FileResponse(PAGE, media_type="text/html")


@router.get("/devices")
async def devices(analytics: Analytics) -> list[str]:
    return await analytics.devices().to_list()


@router.get("/users")
async def users(blaize: Tenant) -> list[User]:
    return await blaize.users.list().to_list(max_items=6)


@router.get("/chart.svg")
async def chart(analytics: Analytics) -> Response:
    seen: Counter[tuple[int, str]] = Counter()
    async with analytics.fan_out("all", START, END) as stream:
        async for row in stream:
            if row.timestamp is not None and row.class_name is not None and not row.class_name.endswith("_count"):
                hour = int((row.timestamp - START) / timedelta(hours=1))
                seen[hour, row.class_name.replace("_", " ")] += row.count or 0
    return Response(drawn(seen), media_type="image/svg+xml")


@router.get("/live")
async def live(device: str, analytics: Analytics) -> StreamingResponse:
    return await sse(analytics.fan_out(device, START, END, window=timedelta(minutes=5), concurrency=1, ordered=True))


@router.get("/rows.ndjson")
async def rows(device: str, start: datetime, end: datetime, analytics: Analytics) -> StreamingResponse:
    try:
        stream = analytics.fan_out(device, start, end)
    except ValueError as error:  # a mistake of whoever asks: the 200 has not gone out yet
        raise HTTPException(422, str(error)) from None
    return await ndjson(stream)


@router.post("/pulls", status_code=202)
async def begin(request: Request, analytics: Analytics) -> dict[str, int]:
    state, pull = request.app.state, Pull()
    state.pulls.append(pull)
    state.tasks.start_soon(pull.run, analytics, state.folder / str(len(state.pulls)))
    return {"id": len(state.pulls)}


@router.get("/pulls/{number}")
async def pulled(request: Request, number: int) -> dict[str, object]:
    pulls = request.app.state.pulls
    if not 1 <= number <= len(pulls):
        raise HTTPException(404, "There is no such pull.")
    pull = pulls[number - 1]
    done, total, count = pull.progress.shards, pull.progress.total_shards, pull.progress.rows
    return {"shards": done, "total": total, "rows": count, "done": pull.report is not None, "failed": pull.failed}


def app(*clients: Callable[[], UnleashAnalytics | Blaize]) -> FastAPI:
    """The dashboard.

    Args:
        clients: what makes its two clients.
    """

    @asynccontextmanager
    async def opened(made: FastAPI) -> AsyncIterator[Mapping[str, object]]:
        with tempfile.TemporaryDirectory() as folder:
            async with lifespan(*clients)(made) as state, anyio.create_task_group() as tasks:
                made.state.tasks, made.state.folder, made.state.pulls = tasks, Path(folder), []
                yield state
                tasks.cancel_scope.cancel()

    made = FastAPI(title="Fleet", lifespan=opened)
    add_exception_handlers(made)
    made.include_router(router)
    made.include_router(health())
    return made


def drawn(seen: Mapping[tuple[int, str], int], width: int = 560, height: int = 440) -> str:
    """Counts by hour and class as a picture of stacked bars.

    Args:
        seen: by hour from the start, and class.
        width: of the picture, in pixels.
        height: likewise.
    """
    totals: Counter[str] = Counter()
    for (_, name), count in seen.items():
        totals[name] += count
    names = [name for name, _ in totals.most_common(len(COLOURS))]
    hours = int((END - START) / timedelta(hours=1))
    stacks = [list(accumulate((seen.get((hour, name), 0) for name in names), initial=0)) for hour in range(hours)]
    most = max(1, *(stack[-1] for stack in stacks))
    floor, step = height - 24, width / hours
    parts = []
    for hour, stack in enumerate(stacks):
        for colour, low, high in zip(COLOURS, stack, stack[1:], strict=False):
            top, tall = floor - high / most * (floor - 30), (high - low) / most * (floor - 30)
            parts.append(
                f'<rect x="{hour * step + 3:.1f}" y="{top:.1f}" width="{step - 6:.1f}" height="{tall:.1f}" '
                f'fill="{colour}"><title>{high - low}</title></rect>'
            )
        label = f"{START + timedelta(hours=hour):%H:%M}"
        parts.append(f'<text x="{(hour + 0.5) * step:.1f}" y="{height - 6}" text-anchor="middle">{label}</text>')
    at = 0.0
    for colour, name in zip(COLOURS, names, strict=False):
        parts.append(f'<rect x="{at:.0f}" y="2" width="10" height="10" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{at + 15:.0f}" y="11">{name}</text>')
        at += 28 + 6.5 * len(name)
    style = "<style>text{font:12px system-ui,sans-serif;fill:#8a93a3}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{style}{"".join(parts)}</svg>'


def sandboxed(url: str) -> FastAPI:
    """The dashboard over a sandbox that is served at this address."""
    return app(
        partial(UnleashAnalytics, "test-key", base_url=f"{url}/v1"),
        partial(Blaize, base_url=url, access_key="test-access", secret_key="test-secret"),  # noqa: S106  # the sandbox's
    )


def main(port: int = 8700) -> None:
    sandbox = Sandbox(
        AnalyticsService(devices=6, rows_per_hour=240, page_size=50), BlaizeService(users=40), latency=0.05
    )
    with serve(sandbox) as url:
        uvicorn.run(sandboxed(url), host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
