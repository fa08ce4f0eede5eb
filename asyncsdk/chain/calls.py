"""The one loop that all operations go through: attempt = throttle, sign, send, read, decode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio
import httpx
from attrs import evolve, frozen

from ..errors import APIError, DecodeError, SDKError
from ..http.problem import api_error, is_spent_quota
from ..http.reply import Reply, decompressed, read_whole, readable
from ..http.whole import Whole, body_of, whole_body
from .attempts import Attempt, count, heard, name_of, observer, tell
from .failure import bare, masked, transport_failure
from .retry import Attempted, DeadlineError, Outcome, RetryBudget, retrying
from .turns import turns

if TYPE_CHECKING:
    from ..http.frozen import FrozenCall
    from .carried import Carried
    from .options import Options
    from .signing import Signer
    from .throttle import Throttle, ThrottleTransport

T = TypeVar("T")
Decoder = Callable[[Reply], T]
"""From a whole 2xx answer to a value; raises `DecodeError` where it is not what the operation promises."""

_WORTH_A_TURN = 1 << 15
"""Bytes of a body. What a smaller one holds takes little memory and time, and is decoded when it comes."""

_Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
_Read = Callable[[httpx.Response], Awaitable[Attempted[T | SDKError]]]


@frozen
class Shared:
    """What a client shares with its copies: connections, throttle and retry budget."""

    engine: Carried
    throttle: Throttle
    budget: RetryBudget


class Calls:
    """The calls of one client.

    Args:
        chain: the throttle and what is below it.
        shared: with all copies of the client.
        signer: whose secrets are never shown.
        options: the client's.
    """

    def __init__(self, chain: ThrottleTransport, shared: Shared, signer: Signer, options: Options) -> None:
        self._chain = chain
        self._shared = shared
        self._signer = signer
        self._options = options

    def decoded(self, call: FrozenCall, into: Decoder[T]) -> Awaitable[T]:
        """Attempt a call until its whole answer is read and decoded, or it must not be tried again.

        Raises:
            SDKError: whatever became of the last attempt.
        """
        return self._attempts(call, self._chain.handle_async_request, partial(self._read, call, into))

    def opened(self, call: FrozenCall) -> Awaitable[httpx.Response]:
        """Attempt a call until the head of a 2xx has come, or it must not be tried again.

        Raises:
            SDKError: whatever became of the last attempt.
        """
        return self._attempts(call, self._head, partial(self._read_head, call))

    def secrets(self, call: FrozenCall) -> set[str]:
        """What must not be shown, though the service or an exception may echo it."""
        return {*self._signer.secrets(), *call.secrets()}

    async def _attempts(self, call: FrozenCall, send: _Send, read: _Read[T]) -> T:
        result = await retrying(
            partial(self._attempt, call, send, read),
            policy=self._options.retry,
            retry=call.operation.retry,
            budget=self._shared.budget,
            clock=self._options.clock,
            name=call.operation.id,
            pause=self._shared.throttle.pause,
        )
        if isinstance(result, SDKError):
            try:
                raise result
            finally:
                del result  # or the error would hold this frame, which would hold the error
        return result

    async def _attempt(
        self, call: FrozenCall, send: _Send, read: _Read[T], number: int, left: float | None
    ) -> Attempted[T | SDKError]:
        """One attempt. Its errors are values, so that none drags a frame along."""
        began = self._options.clock.monotonic()
        request = call.request()
        response: httpx.Response | None = None
        result: Attempted[T | SDKError]
        try:
            if left is None:
                response = await send(request)
            else:
                with anyio.move_on_after(left):
                    response = await send(request)
                if response is None:
                    raise DeadlineError(request, sent="admitted" in request.extensions)  # noqa: TRY301
            result = await read(response)
        except httpx.HTTPError as error:
            result = transport_failure(call.operation.id, request, error, self.secrets(call))
            if self._shared.engine.closed and result.outcome is not None:
                result.outcome = evolve(result.outcome, final=True)
        except BaseException as error:  # cancelled, or misused: not ours to change
            self._tell(call, request, response, number, began, error=name_of(error))
            raise
        if isinstance(result.value, SDKError):
            result.value.attempts = number
        failed = None if result.outcome is None else type(result.value).__name__
        try:
            self._tell(call, request, response, number, began, error=failed)
        except BaseException:  # the hook's own
            if response is not None:
                await response.stream.aclose()  # type: ignore[union-attr]  # an async engine's stream
            raise
        return result

    async def _head(self, request: httpx.Request) -> httpx.Response:
        """Send, and read the body of an error alone."""
        response = await self._chain.handle_async_request(request)
        if not 200 <= response.status_code < 300:
            response.stream = Whole(await read_whole(response))
        return response

    async def _read_head(self, call: FrozenCall, response: httpx.Response) -> Attempted[httpx.Response | SDKError]:
        """From the head of an answer to the answer, or to the error it is."""
        if 200 <= response.status_code < 300:
            return Attempted(response)
        return Attempted(*self._error(call, response))

    async def _read(self, call: FrozenCall, into: Decoder[T], response: httpx.Response) -> Attempted[T | SDKError]:
        """From a whole answer to a value, or to the error it is."""
        if not 200 <= response.status_code < 300:
            return Attempted(*self._error(call, response))
        reply = Reply(
            call.operation,
            response.status_code,
            response.headers,
            decompressed(whole_body(response), response),
            partial(self.secrets, call),
        )
        queue = turns.get() if len(reply.body) >= _WORTH_A_TURN else None
        if queue is None:
            return _decoded(reply, into)
        await queue.come()
        try:
            return _decoded(reply, into)
        finally:
            queue.pass_on()

    def _error(self, call: FrozenCall, response: httpx.Response) -> tuple[SDKError, Outcome]:
        """The error that an answer is, with what it means for another attempt."""
        body = readable(response)
        error = api_error(
            operation=call.operation.id,
            status=response.status_code,
            headers=response.headers,
            body=body,
            secrets=self.secrets(call),
            now=self._options.clock.time(),
        )
        quota = is_spent_quota(error.status_code, body)
        return error, Outcome(status=error.status_code, retry_after=error.retry_after, quota=quota)

    def _tell(
        self,
        call: FrozenCall,
        request: httpx.Request,
        response: httpx.Response | None,
        number: int,
        began: float,
        *,
        error: str | None,
    ) -> None:
        hook = self._options.on_attempt
        told = heard(hook)
        if not told and observer.get() is None:
            return
        body = None if response is None else body_of(response.stream)
        received = 0 if body is None else len(body)
        count(number, received)
        if told:
            tell(
                Attempt(
                    operation=call.operation.id,
                    method=request.method,
                    host=request.url.host,
                    route=call.operation.path,
                    number=number,
                    status=None if response is None else response.status_code,
                    error=error,
                    seconds=self._options.clock.monotonic() - began,
                    received=received,
                ),
                hook,
            )


def _decoded(reply: Reply, into: Decoder[T]) -> Attempted[T | SDKError]:
    try:
        return Attempted(into(reply))
    except DecodeError as error:
        # A body that cannot be read counts as one that was lost on the way.
        return Attempted(masked(bare(error), reply.secrets()), Outcome())
    except APIError as error:  # a 200 that says that it is an error
        return Attempted(masked(bare(error), reply.secrets()), Outcome(status=error.status_code, final=True))
