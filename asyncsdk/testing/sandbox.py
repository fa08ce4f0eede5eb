"""The sandbox: one ASGI app that serves the documented systems, each below the path of its base URL."""

from __future__ import annotations

from email.utils import formatdate
from inspect import isawaitable
from typing import Protocol

import anyio
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from .faults import OnRequest


class Service(Protocol):
    """One system of the sandbox."""

    @property
    def prefix(self) -> str:
        """The path of its base URL, such as ``/v1``; empty for one that has none."""
        ...

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request.

        Args:
            request: the whole request.
            path: its raw path below the prefix.
        """
        ...


def _every() -> tuple[Service, ...]:
    """Each system that there is, as it is by default."""
    from .blaize import BlaizeService
    from .cognitive3d import CognitiveService
    from .livepeer import LivepeerService
    from .unleash_analytics import AnalyticsService
    from .unleash_platform import UnleashPlatformService

    return AnalyticsService(), UnleashPlatformService(), BlaizeService(), CognitiveService(), LivepeerService()


class Sandbox:
    """An ASGI app for tests and demonstrations, in process (`httpx.ASGITransport`) or on a socket (`serve`).

    A client's base URL is the address it is served at and the system's prefix: ``f"{url}/v1"`` for the Analytics API,
    ``f"{url}/prod"`` for the Platform, ``f"{url}/api"`` for Livepeer, ``url`` itself for Blaize. Where prefixes fit one into the
    other, the longest that fits wins. A path that belongs to no system, and the root of several, is answered by a 404 that says
    which there are.

    Args:
        services: the systems to serve; by default each system that there is.
        gzip: whether to compress answers for clients that accept it.
        latency: seconds that each answer takes longer.
        on_request: sees each request first, and may answer it (`asyncsdk.testing.faults`).
    """

    def __init__(
        self,
        *services: Service,
        gzip: bool = True,
        latency: float = 0.0,
        on_request: OnRequest | None = None,
    ) -> None:
        self.services: tuple[Service, ...] = services or _every()
        self.latency = latency
        self.on_request = on_request
        self._by_prefix = sorted(self.services, key=lambda service: len(service.prefix), reverse=True)
        app: ASGIApp = self._http
        if gzip:
            # The lowest level: the rows repeat themselves so much that more would cost time and win little.
            app = GZipMiddleware(app, compresslevel=1)
        # The router has no routes, but speaks the lifespan protocol for servers that insist on it.
        self._app = Router(default=app, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        if "date" not in response.headers:
            response.headers["date"] = formatdate(usegmt=True)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if self.latency:
            await anyio.sleep(self.latency)
        if self.on_request is not None:
            answer = self.on_request(request)
            if isawaitable(answer):
                answer = await answer
            if answer is not None:
                return answer
        raw_path = request.scope["raw_path"].decode("ascii")
        for service in self._by_prefix:
            if raw_path.startswith(f"{service.prefix}/") and (raw_path != "/" or len(self.services) == 1):
                return await service.respond(request, raw_path.removeprefix(service.prefix))
        served = ", ".join(f"{type(each).__name__} at {each.prefix}/" for each in self.services)
        return JSONResponse({"message": f"the sandbox has nothing at {raw_path}: it serves {served}"}, 404)
