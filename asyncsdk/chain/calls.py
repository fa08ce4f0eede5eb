"""The one attempt that all requests make, whoever makes them, and the calls of operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
import httpx
from attrs import evolve

from ..errors import APIError, DecodeError, SDKError
from ..http.answers import note
from ..http.body import HeldBody
from ..http.coding import decompressed
from ..http.problem import api_error, is_spent_quota, is_throttling
from ..http.redact import sent_secrets
from ..http.reply import Reply, readable
from ..http.whole import body_of, whole_body
from ..timeout import Timeout
from .attempts import Attempt, count, heard, name_of, observer, tell
from .call import Call, Sending
from .failure import bare, masked, transport_failure
from .retry import Attempted, DeadlineError, Outcome, RetryPolicy, may_repeat, retrying
from .signing import in_full
from .telemetry.watched import Watched, is_watched
from .turns import turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..operation import Operation
    from .host import Hosts
    from .options import Options
    from .way import Way

T = TypeVar("T")
Decoder = Callable[[Reply], T]
"""From a whole 2xx answer to a value; raises `DecodeError` where it is not what the operation promises."""

_WORTH_A_TURN = 1 << 15
"""Bytes of a body. What a smaller one holds takes little memory and time, and is decoded when it comes."""

_ONCE = "; its body came from a source that can be read only once, so that it was not sent again"

_SIGNERS_TIMEOUT = Timeout(connect=10, read=20, write=20)
_SIGNERS_POLICY = RetryPolicy(max_attempts=3)
_SIGNERS_MOST = 1 << 20


class Reading(Protocol[T]):
    """What becomes of an answer, or of there being none. A failure is a value, so that none drags a frame along."""

    async def answered(
        self, sending: Sending, response: httpx.Response, ends: float | None
    ) -> Attempted[T | Exception]:
        """From an answer to what the call gives, or to the error it is.

        Args:
            sending: what was answered.
            response: the answer, read whole if the call says so.
            ends: when the deadline for all attempts passes, by the event loop's clock.
        """
        ...

    def failed(self, sending: Sending, error: httpx.HTTPError, secrets: Iterable[str]) -> Attempted[T | Exception]:
        """From an engine's exception to the error that its caller is to have."""
        ...


class Calls:
    """The calls of one client.

    Args:
        way: how everything goes out.
        hosts: whose secrets are never shown.
        options: the client's.
    """

    def __init__(self, way: Way, hosts: Hosts, options: Options) -> None:
        self._way = way
        self._hosts = hosts
        self._options = options
        self._is_watched = is_watched(options)

    async def run(self, call: Call, reading: Reading[T], policy: RetryPolicy | None = None) -> T:
        """Attempt a call until it succeeds, or must not be tried again.

        Args:
            call: what to send.
            reading: what becomes of the answer.
            policy: how often and how fast to try again; the client's otherwise.

        Raises:
            Exception: what the last attempt came to, as the reading has it.
        """
        state = call.host.state
        if self._is_watched:
            call.watched = Watched(call.operation, call.url, call.host, self._options)
        attempts = retrying(
            partial(self._attempt, call, reading),
            policy=policy or self._options.retry,
            retry=call.operation.retry,
            budget=state.budget,
            clock=self._options.clock,
            name=call.operation.id,
            pause=state.throttle.pause,
            discard=_close,
        )
        result = await (attempts if call.watched is None else call.watched.over(attempts, _close))
        answered, call.answered = call.answered, None  # or an error's frames would keep the answer
        if answered is not None:
            note(*answered, call.operation.id, partial(self.secrets, call))
            del answered
        if isinstance(result, Exception):
            try:
                raise result
            finally:
                del result  # or the error would hold this frame, which would hold the error
        return result

    def decoded(self, call: Call, into: Decoder[T], policy: RetryPolicy | None = None) -> Awaitable[T]:
        """Attempt a call until its whole answer is read and decoded, or it must not be tried again.

        Raises:
            SDKError: whatever became of the last attempt.
        """
        return self.run(call, _Decoded(self, into), policy)

    def opened(self, call: Call) -> Awaitable[httpx.Response]:
        """Attempt a call until the head of a 2xx has come, or it must not be tried again.

        Raises:
            SDKError: whatever became of the last attempt.
        """
        return self.run(call, _Opened(self))

    async def ask(
        self,
        operation: Operation,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        into: Decoder[T],
        secrets: Iterable[str] = (),
    ) -> T:
        """See `Network`."""
        to = httpx.URL(url)
        call = Call(
            operation,
            self._hosts.stranger(to),
            url=to,
            headers=httpx.Headers({"Host": to.netloc.decode("ascii"), **headers, "Content-Length": str(len(body))}),
            body=HeldBody(body),
            timeout=_SIGNERS_TIMEOUT,
            most=_SIGNERS_MOST,
            secrets=secrets,
        )
        return await self.decoded(call, into, _SIGNERS_POLICY)

    def secrets(self, call: Call, request: httpx.Request | None = None) -> set[str]:
        """What must not be shown, though the service or an exception may echo it."""
        found = call.secrets()
        for host in self._hosts.named.values():
            if host.signer is not None:
                found.update(host.signer.secrets())
        if request is not None:
            found |= sent_secrets(request.headers.raw)
        return found

    async def _attempt(
        self, call: Call, reading: Reading[T], number: int, left: float | None
    ) -> Attempted[T | Exception]:
        """One attempt."""
        began = self._options.clock.monotonic()
        sending = Sending(call)
        response: httpx.Response | None = None
        result: Attempted[T | Exception] | None = None
        if call.watched is not None:
            call.watched.attempt_starts(number, sending.request.headers)
        try:
            if left is None:
                response = await self._way.send(sending, self)
                result = await reading.answered(sending, response, None)
            else:
                ends = anyio.current_time() + left
                with anyio.move_on_after(left):
                    response = await self._way.send(sending, self)
                    result = await reading.answered(sending, response, ends)
                if result is None:
                    raise DeadlineError(sending.request, sent=sending.admitted)  # noqa: TRY301
        except httpx.HTTPError as error:
            result = reading.failed(sending, error, self.secrets(call, sending.request))
        except BaseException as error:  # cancelled, or misused: not ours to change
            self._tell(sending, response, number, began, error=name_of(error))
            raise
        if response is not None:
            call.answered = response, number
        self._settle(call, result)
        value = result.value
        if isinstance(value, SDKError):
            value.attempts = number
        try:
            error_name = type(value).__name__ if isinstance(value, Exception) else None
            self._tell(sending, response, number, began, error=error_name)
        except BaseException:  # the hook's own
            await _close(response)
            raise
        return result

    def _settle(self, call: Call, result: Attempted[T | Exception]) -> None:
        """Whether another attempt can help at all."""
        outcome = result.outcome
        if outcome is None or outcome.final:
            return
        if self._way.connections.closed:
            result.outcome = evolve(outcome, final=True)
        elif call.body.spent and may_repeat(outcome, call.operation.retry):
            result.outcome = evolve(outcome, final=True)
            if isinstance(result.value, Exception):
                result.value.args = (f"{result.value}{_ONCE}", *result.value.args[1:])

    def error(self, sending: Sending, response: httpx.Response) -> Attempted[SDKError]:
        """The error that an answer is, with what it means for another attempt."""
        body = readable(response)
        error = api_error(
            operation=sending.call.operation.id,
            status=response.status_code,
            headers=response.headers,
            body=body,
            secrets=self.secrets(sending.call, sending.request),
            now=self._options.clock.time(),
        )
        status = 429 if is_throttling(error.code) else error.status_code
        quota = is_spent_quota(status, body)
        return Attempted(error, Outcome(status=status, retry_after=error.retry_after, quota=quota))

    def _tell(
        self,
        sending: Sending,
        response: httpx.Response | None,
        number: int,
        began: float,
        *,
        error: str | None,
    ) -> None:
        hook = self._options.on_attempt
        told, watched = heard(hook), sending.call.watched
        if not told and watched is None and observer.get() is None:
            return
        body = None if response is None else body_of(response.stream)
        received = 0 if body is None else len(body)
        count(number, received)
        if not told and watched is None:
            return
        request, operation = sending.request, sending.call.operation
        attempt = Attempt(
            operation=operation.id,
            method=request.method,
            host=request.url.raw_host.decode("ascii"),
            route=operation.path,
            number=number,
            status=None if response is None else response.status_code,
            error=error,
            seconds=self._options.clock.monotonic() - began,
            received=received,
        )
        try:
            if told:
                tell(attempt, hook)
        finally:
            if watched is not None:
                watched.attempt_ends(attempt)


class _Decoded(Reading[T]):
    """A whole answer, decoded."""

    __slots__ = ("_calls", "_into")

    def __init__(self, calls: Calls, into: Decoder[T]) -> None:
        self._calls = calls
        self._into = into

    async def answered(
        self,
        sending: Sending,
        response: httpx.Response,
        ends: float | None,  # noqa: ARG002
    ) -> Attempted[T | Exception]:
        if not 200 <= response.status_code < 300:
            failure: Attempted[T | Exception] = Attempted(*_parts(self._calls.error(sending, response)))
            return failure
        call = sending.call
        assert call.most is not None
        reply = Reply(
            call.operation,
            response.status_code,
            response.headers,
            decompressed(whole_body(response), response, call.most),
            partial(self._calls.secrets, call, sending.request),
        )
        queue = turns.get() if len(reply.body) >= _WORTH_A_TURN else None
        if queue is None:
            return _decoded(reply, self._into)
        await queue.come()
        try:
            return _decoded(reply, self._into)
        finally:
            queue.pass_on()

    def failed(self, sending: Sending, error: httpx.HTTPError, secrets: Iterable[str]) -> Attempted[T | Exception]:
        return transport_failure(sending.call.operation.id, sending.request, error, secrets)


class _Opened(Reading[httpx.Response]):
    """The head of a 2xx answer; the body of any other."""

    __slots__ = ("_calls",)

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def answered(
        self,
        sending: Sending,
        response: httpx.Response,
        ends: float | None,  # noqa: ARG002
    ) -> Attempted[httpx.Response | Exception]:
        if 200 <= response.status_code < 300:
            return Attempted(response)
        return Attempted(*_parts(self._calls.error(sending, await in_full(response))))

    def failed(
        self, sending: Sending, error: httpx.HTTPError, secrets: Iterable[str]
    ) -> Attempted[httpx.Response | Exception]:
        return transport_failure(sending.call.operation.id, sending.request, error, secrets)


def _parts(failure: Attempted[SDKError]) -> tuple[SDKError, Outcome | None]:
    return failure.value, failure.outcome


def _decoded(reply: Reply, into: Decoder[T]) -> Attempted[T | Exception]:
    try:
        return Attempted(into(reply))
    except DecodeError as error:
        # A body that cannot be read counts as one that was lost on the way; a whole page is what the next attempt would get, too.
        return Attempted(masked(bare(error), reply.secrets()), Outcome(final=reply.is_page))
    except APIError as error:  # a 200 that says that it is an error
        return Attempted(masked(bare(error), reply.secrets()), Outcome(status=error.status_code, final=True))


async def _close(result: object) -> None:
    if isinstance(result, httpx.Response):
        assert isinstance(result.stream, httpx.AsyncByteStream)
        await result.stream.aclose()
