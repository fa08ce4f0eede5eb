"""Clients in a FastAPI (or Starlette) app: opened and closed with it, given out, their errors answered; it takes the extra ``fastapi``.

::

    app = FastAPI(lifespan=lifespan(Blaize, UnleashAnalytics))
    add_exception_handlers(app)
    app.include_router(health())

    @app.get("/users/{user_id}", responses={404: {}})
    async def user(user_id: str, blaize: Annotated[Blaize, Depends(client(Blaize))]) -> User:
        return await blaize.users.get(user_id)
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from fastapi import APIRouter, Response
from fastapi.requests import HTTPConnection, Request
from fastapi.responses import JSONResponse, StreamingResponse

from ..chain.retry import RetryPolicy
from ..client import Client
from ..datasets.text import FAILED
from ..errors import (
    APIError,
    ConfigurationError,
    NotFoundError,
    RateLimitError,
    SDKError,
    ServiceUnavailableError,
    TimeoutError,  # noqa: A004
    WebhookError,
)
from .health import CHECKS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from ..datasets.stream import RowStream

C = TypeVar("C", bound=Client)

logger = logging.getLogger("asyncsdk")

_STATE = "asyncsdk"
_CLOSE_WITHIN = 5.0
_DETAILS = {
    400: "This is no event.",
    401: "This is not from the service that it claims to be from.",
    404: "There is no such thing.",
    502: "The service behind this one failed.",
    503: "The service behind this one is asked too much: try again later.",
    504: "The service behind this one did not answer in time.",
}


def lifespan(
    *clients: Callable[[], Client], columns: bool = True, **named: Callable[[], Client]
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    """What opens clients when an app starts and closes them when it ends: ``FastAPI(lifespan=lifespan(Blaize))``.

    All that their first requests need is loaded before the app serves anybody. A lifespan of your own enters it and adds to what it
    gives: ``async with lifespan(Blaize)(app) as state: yield {**state, ...}``.

    Args:
        clients: classes, or functions that make a client, called when the app starts: credentials from the environment are read then.
        columns: load pyarrow too, where it is installed.
        named: likewise, for several clients of one class; see `client`.
    """

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            made: dict[str | int, Client] = {}
            makes: list[tuple[str | int, Callable[[], Client]]] = [*enumerate(clients), *named.items()]
            for name, make in makes:
                made[name] = await stack.enter_async_context(make())
                await made[name].warm_up(columns=columns)
            yield {_STATE: made}

    return opened


def client(of: type[C], name: str | None = None) -> Callable[[HTTPConnection], C]:
    """A dependency that gives a client of the app's `lifespan`: ``Annotated[Blaize, Depends(client(Blaize))]``.

    Args:
        of: its class.
        name: the one it has in the lifespan, where there are several of the class.
    """

    def given(connection: HTTPConnection) -> C:
        for key, each in _clients(connection).items():
            if isinstance(each, of) and name in (None, key):
                return each
        which = "" if name is None else f" named {name!r}"
        raise ConfigurationError(f"this app has no {of.__name__}{which}: FastAPI(lifespan=lifespan({of.__name__}))")

    return given


def _clients(connection: HTTPConnection) -> Mapping[str | int, Client]:
    found: Mapping[str | int, Client] = getattr(connection.state, _STATE, {})
    return found


def status_of(error: SDKError, *, not_found: bool = False) -> int:
    """The status that an endpoint answers with where a call of it raised this.

    Args:
        error: what was raised.
        not_found: whether what the service did not find is what our own caller asked for.
    """
    if isinstance(error, WebhookError):
        return 400 if error.unreadable else 401
    if isinstance(error, RateLimitError | ServiceUnavailableError):
        return 503
    if isinstance(error, TimeoutError):
        return 504
    return 404 if not_found and isinstance(error, NotFoundError) else 502


def add_exception_handlers(app: FastAPI) -> None:
    """Answer what calls raise in endpoints, without a word of the service's own; the error is logged as a warning of ``asyncsdk``.

    ===========================================  ==============================================================
    a 429 or 503 of the service                  503, with ``Retry-After``
    a limit of time that passed                  504
    a 404 of the service                         404 where the route declares one (``responses={404: ...}``)
    a webhook that is not genuine                401
    a webhook that is no event                   400
    everything else                              502
    ===========================================  ==============================================================

    A `ConfigurationError` is a mistake of the app's own, and raised on.
    """

    async def answer(request: Request, error: Exception) -> Response:
        if not isinstance(error, SDKError) or isinstance(error, ConfigurationError):
            raise error
        declared: Mapping[int | str, Any] = getattr(request.scope.get("route"), "responses", None) or {}
        status = status_of(error, not_found=404 in declared or "404" in declared)
        logger.log(logging.INFO if status == 404 else logging.WARNING, "answered with %d: %s", status, error)
        headers = {}
        if status == 503:
            asked = error.retry_after if isinstance(error, APIError) else None
            headers["Retry-After"] = str(max(1, ceil(asked or 0)))
        return JSONResponse({"detail": _DETAILS[status]}, status, headers)

    app.add_exception_handler(SDKError, answer)


def health(path: str = "/health", *, within: float = 5.0) -> APIRouter:
    """A router that tells of each of the app's clients whether its service answers and takes its credentials: one cheap call each.

    The answer is ``{"blaize": {"ok": true, "seconds": 0.03}}``, with 200 where all are well and 503 where one is not, with the class of
    its ``error``. Ask it from a monitor, not from a balancer: a service that is down is no reason to take this one away.

    Args:
        path: of the endpoint.
        within: seconds that each call may take.
    """
    router = APIRouter()

    @router.get(path, tags=["health"])
    async def check(request: Request, response: Response) -> dict[str, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = {}
        async with anyio.create_task_group() as group:
            for key, each in _clients(request).items():
                group.start_soon(_check, each, each.system if isinstance(key, int) else key, told, within)
        response.status_code = 200 if all(each["ok"] for each in told.values()) else 503
        return dict(sorted(told.items()))

    return router


async def _check(asked: Any, name: str, told: dict[str, dict[str, Any]], within: float) -> None:
    began = anyio.current_time()
    error: str | None = "TimeoutError"
    with anyio.move_on_after(within):
        try:
            await CHECKS[asked.system](asked.with_options(retry=RetryPolicy(max_attempts=1)))
            error = None
        except SDKError as failure:
            error = type(failure).__name__
    told[name] = {"ok": error is None, "seconds": round(anyio.current_time() - began, 3)}
    if error is not None:
        told[name]["error"] = error


async def ndjson(stream: RowStream[Any]) -> StreamingResponse:
    """An answer of rows as lines of JSON, which begins once the first of them are there: what is wrong before is an error's answer.

    Where whoever asked hangs up, the stream ends, and with it what it asks of the service.

    Args:
        stream: a fan-out, which has not been entered.

    Raises:
        SDKError: as iterating it, before the first page.
    """
    return await _begun(stream.ndjson(), "application/x-ndjson")


async def sse(stream: RowStream[Any], *, heartbeat: float | None = 15.0) -> StreamingResponse:
    """An answer of rows as server-sent events, as `ndjson`; see `RowStream.sse`."""
    return await _begun(stream.sse(heartbeat=heartbeat), "text/event-stream")


async def _begun(pieces: AsyncGenerator[bytes, None], media_type: str) -> StreamingResponse:
    first = await anext(pieces, b"")
    if first.startswith(FAILED):
        await anext(pieces)  # raises what it tells of
    return _Closing(_with_first(first, pieces), pieces, media_type)


async def _with_first(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for piece in pieces:
        yield piece


class _Closing(StreamingResponse):
    """A streamed answer that closes what it is made of, whatever ends it."""

    def __init__(
        self, content: AsyncGenerator[bytes, None], source: AsyncGenerator[bytes, None], media_type: str
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nobody in between is to hold rows back
        super().__init__(content, headers=headers, media_type=media_type)
        self._to_close = (content, source)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                for each in self._to_close:
                    await each.aclose()
