"""What each system's client inherits: one way for a call to go, from frozen bytes to a decoded value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import anyio
import httpx
from attrs import evolve

from .errors import APIError, DecodeError, SDKError
from .http.attempts import Attempt, heard, name_of, tell
from .http.failure import bare, masked, transport_failure
from .http.frozen import FrozenCall
from .http.lazy_engine import LazyEngine, chosen_engine
from .http.problem import api_error, is_spent_quota
from .http.reply import Reply, decompressed, read_whole, readable
from .http.retry import Attempted, DeadlineError, Outcome, RetryBudget, retrying
from .http.signing import Signer, SigningTransport
from .http.streamed import Streamed
from .http.throttle import Throttle, ThrottleTransport
from .http.url import BaseURL, Query, encode_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from .operation import Operation
    from .options import Options

T = TypeVar("T")
Decoder = Callable[[Reply], T]
"""From a whole 2xx answer to a value; raises `DecodeError` where it is not what the operation promises."""

_Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
_Read = Callable[[httpx.Response], Attempted[T | SDKError]]


class _Shared:
    """What a client shares with its copies: connections, throttle and retry budget."""

    def __init__(self, engine: LazyEngine, throttle: Throttle, budget: RetryBudget) -> None:
        self.engine = engine
        self.throttle = throttle
        self.budget = budget


class Client:
    """The base of the systems' clients; not to be built itself."""

    system: ClassVar[str]
    """The name of the system, as operation ids and shards begin with it."""

    _FIXED: ClassVar[frozenset[str]] = frozenset({"transport", "http_client", "max_connections"})

    def __init__(
        self,
        *,
        base_url: str,
        signer: Signer,
        options: Options,
        arguments: Mapping[str, Any],
        transport: httpx.AsyncBaseTransport | None = None,
        http_client: Any = None,
    ) -> None:
        """Set up without a running loop.

        Args:
            base_url: where the service is.
            signer: what signs requests to it.
            options: what every client takes.
            arguments: the subclass's own arguments, for `with_options`; credentials as found, not as left to the environment.
            transport: an innermost transport instead of our engine, closed with the client.
            http_client: a caller's client instead of our engine, never closed by us.
        """
        self._base = BaseURL(base_url)
        self._signer = signer
        self._options = options
        self._arguments = dict(arguments)
        self._owner = True
        self._http: httpx.AsyncClient | None = None
        self._join(
            _Shared(
                LazyEngine(chosen_engine(options.max_connections, transport, http_client)),
                Throttle(options.max_connections, options.clock),
                RetryBudget(),
            )
        )

    def _join(self, shared: _Shared) -> None:
        self._shared = shared
        signing = SigningTransport(shared.engine, self._signer, (self._base.origin,))
        self._chain = ThrottleTransport(signing, shared.throttle, self._signer)
        self._headers = httpx.Headers(
            [
                (b"Host", self._base.host),
                (b"Accept", b"application/json, */*;q=0.1"),
                (b"Accept-Encoding", b"gzip"),
                (b"User-Agent", self._options.user_agent.encode()),
            ]
        )
        self._extensions = {"timeout": self._options.timeout.extension(), "whole": True}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base.text!r})"

    async def aclose(self) -> None:
        """Close the connections; may be called again. On a copy made by `with_options` it does nothing.

        Requests under way are lost, and not tried again.
        """
        if self._owner:
            if self._http is not None:
                await self._http.aclose()
            await self._shared.engine.aclose()

    def with_options(self, **changes: Any) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: any argument of the class but ``transport``, ``http_client`` and ``max_connections``.

        Raises:
            TypeError: an argument that the class does not have, or one of those three.
        """
        if fixed := sorted(self._FIXED & changes.keys()):
            raise TypeError(
                f"with_options cannot change {', '.join(fixed)}: a copy shares its connections; make a new client"
            )
        if unknown := sorted(changes.keys() - self._arguments.keys()):
            raise TypeError(f"{type(self).__name__} takes no {', '.join(unknown)}")
        copy = type(self)(**{**self._arguments, **changes})
        copy._owner = False  # noqa: SLF001  # of this very class
        copy._join(self._shared)  # noqa: SLF001
        return copy

    @property
    def http(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` for requests this SDK has no method for: ``await client.http.get("/path")``.

        It goes through the same signing, throttling and retrying, takes paths below the base URL, and raises httpx's own
        exceptions. Redirects are not followed and cookies not kept. It is closed with the client.
        """
        if self._http is None:
            from .http.own_requests import OwnRequests, RetryTransport

            shared = self._shared
            chain = RetryTransport(self._chain, shared.throttle, shared.budget, self._options)
            self._http = OwnRequests(chain, self._base.text, self._options)
        return self._http

    async def call(
        self,
        operation: Operation,
        *path: object,
        into: Decoder[T],
        query: Query | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> T:
        """Make one call: freeze its bytes, then attempt it until it succeeds or must not be tried again.

        Args:
            operation: what to call.
            path: the values of its path parameters, in path order.
            into: turns the answer into what the call gives.
            query: wire names to values.
            body: the bytes to send.
            content_type: of the body.

        Raises:
            ValueError, TypeError: a path value or query value that cannot be sent; nothing was.
            SDKError: whatever became of the last attempt.
        """
        frozen = self._frozen(operation, path, query, body, content_type)
        return await self._attempts(frozen, self._chain.handle_async_request, partial(self._read, frozen, into))

    @asynccontextmanager
    async def stream(
        self,
        operation: Operation,
        *path: object,
        query: Query | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> AsyncIterator[Streamed]:
        """Make one call whose answer is read while it arrives.

        It is attempted until the head of a 2xx has come, within the deadline of all attempts; what breaks after that is not
        tried again. ``Timeout.total`` covers the whole body. The place in the throttle is held until the block is left.

        Args:
            operation: what to call.
            path: the values of its path parameters, in path order.
            query: wire names to values.
            body: the bytes to send.
            content_type: of the body.

        Raises:
            ValueError, TypeError: a path value or query value that cannot be sent; nothing was.
            SDKError: whatever became of the last attempt.
        """
        frozen = self._frozen(operation, path, query, body, content_type, whole=False)
        response = await self._attempts(frozen, self._head, partial(self._read_head, frozen))
        streamed = Streamed(frozen, response, partial(self._secrets, frozen))
        try:
            yield streamed
        finally:
            await streamed.aclose()

    async def _attempts(self, frozen: FrozenCall, send: _Send, read: _Read[T]) -> T:
        """Attempt a call until it succeeds or must not be tried again."""

        async def attempt(number: int, left: float | None) -> Attempted[T | SDKError]:
            return await self._attempt(frozen, send, read, number, left)

        operation = frozen.operation
        result = await retrying(
            attempt,
            policy=self._options.retry,
            retry=operation.retry,
            budget=self._shared.budget,
            clock=self._options.clock,
            name=operation.id,
            pause=self._shared.throttle.pause,
        )
        if isinstance(result, SDKError):
            try:
                raise result
            finally:
                del result  # or the error would hold this frame, which would hold the error
        return result

    def _frozen(
        self,
        operation: Operation,
        path: tuple[object, ...],
        query: Query | None,
        body: bytes | None,
        content_type: str,
        *,
        whole: bool = True,
    ) -> FrozenCall:
        """The bytes of a call, checked and encoded."""
        url = self._base.join(operation.url_path(*path), encode_query(query))
        headers = self._headers
        if body is not None:
            framing = [(b"Content-Type", content_type.encode()), (b"Content-Length", b"%d" % len(body))]
            headers = httpx.Headers([*headers.raw, *framing])
        elif operation.method in ("POST", "PUT", "PATCH"):
            headers = httpx.Headers([*headers.raw, (b"Content-Length", b"0")])
        extensions = self._extensions
        if not operation.signed:
            extensions = {**extensions, "unsigned": True}
        if not whole:
            extensions = {**extensions, "whole": False}
        return FrozenCall(operation, path=path, url=url, headers=headers, body=body or b"", extensions=extensions)

    async def _attempt(
        self, frozen: FrozenCall, send: _Send, read: _Read[T], number: int, left: float | None
    ) -> Attempted[T | SDKError]:
        """One attempt: throttle, sign, send, read, decode. Its errors are values, so that none drags a frame along."""
        began = self._options.clock.monotonic()
        request = frozen.request()
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
            result = read(response)
        except httpx.HTTPError as error:
            result = transport_failure(frozen.operation.id, request, error, self._secrets(frozen))
            if self._shared.engine.closed and result.outcome is not None:
                result.outcome = evolve(result.outcome, final=True)
        except BaseException as error:  # cancelled, or misused: not ours to change
            self._tell(frozen, response, number, began, error=name_of(error))
            raise
        if isinstance(result.value, SDKError):
            result.value.attempts = number
        failed = None if result.outcome is None else type(result.value).__name__
        self._tell(frozen, response, number, began, error=failed)
        return result

    async def _head(self, request: httpx.Request) -> httpx.Response:
        """Send, and read the body of an error alone."""
        response = await self._chain.handle_async_request(request)
        if not 200 <= response.status_code < 300:
            response.stream = httpx.ByteStream(await read_whole(response))
        return response

    def _read_head(self, frozen: FrozenCall, response: httpx.Response) -> Attempted[httpx.Response | SDKError]:
        """From the head of an answer to the answer, or to the error it is."""
        if 200 <= response.status_code < 300:
            return Attempted(response)
        return self._read(frozen, lambda _: response, response)

    def _read(self, frozen: FrozenCall, into: Decoder[T], response: httpx.Response) -> Attempted[T | SDKError]:
        """From a whole answer to a value, or to the error it is."""
        status = response.status_code
        secrets = partial(self._secrets, frozen)
        if 200 <= status < 300:
            body = decompressed(_raw(response), response)
            try:
                return Attempted(into(Reply(frozen.operation, status, response.headers, body, secrets)))
            except DecodeError as error:
                # A body that cannot be read counts as one that was lost on the way.
                return Attempted(masked(bare(error), secrets()), Outcome())
            except APIError as error:  # a 200 that says that it is an error
                return Attempted(masked(bare(error), secrets()), Outcome(status=error.status_code, final=True))
        body = readable(response)
        now = self._options.clock.time()
        failure = api_error(
            operation=frozen.operation.id,
            status=status,
            headers=response.headers,
            body=body,
            secrets=secrets(),
            now=now,
        )
        outcome = Outcome(status=status, retry_after=failure.retry_after, quota=is_spent_quota(status, body))
        return Attempted(failure, outcome)

    def _secrets(self, frozen: FrozenCall) -> set[str]:
        """What must not be shown, though the service or an exception may echo it."""
        return {*self._signer.secrets(), *frozen.secrets()}

    def _tell(
        self, frozen: FrozenCall, response: httpx.Response | None, number: int, began: float, *, error: str | None
    ) -> None:
        hook = self._options.on_attempt
        if heard(hook):
            tell(
                Attempt(
                    operation=frozen.operation.id,
                    method=frozen.operation.method,
                    host=self._base.url.host,
                    route=frozen.operation.path,
                    number=number,
                    status=None if response is None else response.status_code,
                    error=error,
                    seconds=self._options.clock.monotonic() - began,
                    received=0 if response is None or not _is_whole(response) else len(_raw(response)),
                ),
                hook,
            )


def _is_whole(response: httpx.Response) -> bool:
    return isinstance(response.stream, httpx.ByteStream)


def _raw(response: httpx.Response) -> bytes:
    """The body of an answer that was read whole, as it came over the wire."""
    assert isinstance(response.stream, httpx.ByteStream)
    return b"".join(response.stream)
