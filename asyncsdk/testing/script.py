"""An engine that answers from a script: for tests of what a program does when a service fails in a certain way."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import isawaitable
from typing import Any

import anyio.lowlevel
import httpx

from ..http.whole import whole_body

Answer = int | httpx.Response | Exception | Callable[[httpx.Request], Any]
"""A status; an answer; an exception to raise, such as ``httpx.ReadError("lost")``; or a function (or coroutine function) that
is given the request and gives one of these."""


class Script(httpx.AsyncBaseTransport):
    """An `httpx` transport that plays answers one after the other, the last one for ever. Give it to a client as ``transport=``.

    ::

        script = Script(503, httpx.ConnectError("refused"), httpx.Response(200, json=["a"]))
        analytics = UnleashAnalytics("test-key", transport=script, clock=FakeClock())

    Args:
        answers: what to answer.
        streamed: whether bodies come piece by piece, each after a turn of the event loop, as from a network.

    Attributes:
        requests: every request, as it came.
        bodies: their bodies.
        open: how many requests and bodies are under way.
    """

    def __init__(self, *answers: Answer, streamed: bool = False) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[bytes] = []
        self.open = 0
        self.closed = False
        self._answers = answers
        self._streamed = streamed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Play the next answer."""
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        body = await request.aread()
        # a copy: the same request may be signed anew and sent again
        request = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            stream=httpx.ByteStream(body),
            extensions=request.extensions,
        )
        request.read()
        self.requests.append(request)
        self.bodies.append(body)
        self.open += 1
        try:
            await anyio.lowlevel.checkpoint()
            response = await _played(answer, request)
        finally:
            self.open -= 1
        if self._streamed:
            self.open += 1
            response.stream = _Pieces(self, whole_body(response))
        return response

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.closed = True


async def _played(answer: Answer | Awaitable[Answer], request: httpx.Request) -> httpx.Response:
    while not isinstance(answer, httpx.Response):
        if isinstance(answer, Exception):
            raise copy.copy(answer)  # the same one may be raised again, and holds what it went through
        if isinstance(answer, int):
            answer = httpx.Response(answer)
        elif isawaitable(answer):
            answer = await answer
        else:
            assert callable(answer)
            answer = answer(request)
    # a copy, since the same answer may be played again
    return httpx.Response(
        answer.status_code,
        headers=answer.headers.raw,
        stream=httpx.ByteStream(whole_body(answer)),
        extensions=answer.extensions,
    )


class _Pieces(httpx.AsyncByteStream):
    """A body in two pieces."""

    def __init__(self, script: Script, body: bytes) -> None:
        half = len(body) // 2
        self._script = script
        self._pieces = [body[:half], body[half:]]
        self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await anyio.lowlevel.checkpoint()
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop(0)

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._script.open -= 1
