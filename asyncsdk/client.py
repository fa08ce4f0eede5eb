"""What each system's client inherits: one way for a call to go, from frozen bytes to a decoded value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import anyio
import httpx

from . import errors
from .errors import ConfigurationError, SDKError
from .http.attempts import Attempt, tell
from .http.failure import transport_failure
from .http.problem import api_error, is_spent_quota, retry_after
from .http.redact import secrets_of
from .http.reply import Reply, decompressed, read_whole
from .http.retry import Attempted, DeadlineError, Outcome, RetryBudget, RetryTransport, retrying
from .http.signing import Signer, SigningTransport
from .http.throttle import Throttle, ThrottleTransport
from .http.url import BaseURL, Query, encode_query

if TYPE_CHECKING:
    from types import TracebackType

    from .operation import Operation
    from .options import Options

T = TypeVar("T")
Decoder = Callable[[Reply], T]
"""From a whole 2xx answer to a value; raises `DecodeError` where it is not what the operation promises."""

_CLOSE_WITHIN = 5.0


class _Engine(httpx.AsyncBaseTransport):
    """The engine of a client and its copies, opened by the first request."""

    def __init__(self, max_connections: int, given: httpx.AsyncBaseTransport | None, http_client: Any) -> None:
        if given is not None and http_client is not None:
            raise ConfigurationError("give transport=... or http_client=..., not both")
        self._max_connections = max_connections
        self._inner = given
        self._http_client = http_client
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.closed:
            raise ConfigurationError("this client is closed; make a new one")
        if self._inner is None:
            self._inner = self._opened()
        total = request.extensions.get("timeout", {}).get("total")
        if total is None:
            return await self._inner.handle_async_request(request)
        with anyio.move_on_after(total):
            return await self._inner.handle_async_request(request)
        raise httpx.ReadTimeout(f"the attempt took longer than {total:g} s", request=request)

    def _opened(self) -> httpx.AsyncBaseTransport:
        if self._http_client is not None:
            from .http.borrowed import BorrowedEngine

            return BorrowedEngine(self._http_client)
        from .http.engine import default_engine

        return default_engine(self._max_connections)

    async def aclose(self) -> None:
        if not self.closed:
            self.closed = True
            if self._inner is not None:
                with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                    await self._inner.aclose()


class _Shared:
    """What a client shares with its copies: connections, throttle and retry budget."""

    def __init__(self, engine: _Engine, throttle: Throttle, budget: RetryBudget) -> None:
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
            arguments: the subclass's own arguments, for `with_options`.
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
                _Engine(options.max_connections, transport, http_client),
                Throttle(options.max_connections, options.clock),
                RetryBudget(),
            )
        )

    def _join(self, shared: _Shared) -> None:
        self._shared = shared
        signing = SigningTransport(shared.engine, self._signer, (self._base.origin,))
        self._chain = ThrottleTransport(signing, shared.throttle, self._signer)
        self._headers = [
            (b"Host", self._base.host),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"User-Agent", self._options.user_agent.encode()),
        ]
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
        """Close the connections; may be called again. On a copy made by `with_options` it does nothing."""
        if self._owner:
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
        copy._owner = False
        copy._join(self._shared)
        return copy

    @property
    def http(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` for requests this SDK has no method for: ``await client.http.get("/path")``.

        It goes through the same signing, throttling and retrying, takes paths below the base URL, and raises httpx's own
        exceptions. Redirects are not followed and cookies not kept. It is closed with the client.
        """
        if self._http is None:
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            timeout = self._options.timeout
            self._http = httpx.AsyncClient(
                transport=RetryTransport(
                    self._chain,
                    policy=self._options.retry,
                    budget=self._shared.budget,
                    clock=self._options.clock,
                    pause=self._shared.throttle.pause,
                    total=timeout.total,
                    hook=self._options.on_attempt,
                ),
                base_url=self._base.text,
                headers=[(b"User-Agent", self._options.user_agent.encode()), (b"Accept-Encoding", b"gzip, deflate")],
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=httpx.Timeout(connect=timeout.connect, read=timeout.read, write=timeout.write, pool=None),
                trust_env=False,
            )
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
        url = self._base.join(operation.url_path(*path), encode_query(query))
        headers = self._headers
        if body is not None:
            headers = [*headers, (b"Content-Type", content_type.encode()), (b"Content-Length", b"%d" % len(body))]
        elif operation.method in ("POST", "PUT", "PATCH"):
            headers = [*headers, (b"Content-Length", b"0")]
        extensions = self._extensions if operation.signed else {**self._extensions, "unsigned": True}
        frozen = httpx.ByteStream(body or b"")

        async def attempt(number: int, left: float | None) -> Attempted[T | SDKError]:
            request = httpx.Request(operation.method, url, headers=headers, stream=frozen, extensions=extensions)
            return await self._attempt(operation, request, into, number, left)

        async def discard(error: T | SDKError, delay: float) -> None:
            if isinstance(error, errors.RateLimitError):
                self._shared.throttle.pause(delay)

        options = self._options
        result = await retrying(
            attempt,
            policy=options.retry,
            retry=operation.retry,
            budget=self._shared.budget,
            clock=options.clock,
            discard=discard,
        )
        if isinstance(result, SDKError):
            raise result
        return result

    async def _attempt(
        self, operation: Operation, request: httpx.Request, into: Decoder[T], number: int, left: float | None
    ) -> Attempted[T | SDKError]:
        """One attempt: throttle, sign, send, read, decode. Its errors are values, so that none drags a frame along."""
        clock = self._options.clock
        began = clock.monotonic()
        status: int | None = None
        received = 0
        result: Attempted[T | SDKError]
        try:
            if left is None:
                response = await self._chain.handle_async_request(request)
                raw = await read_whole(response)
            else:
                with anyio.move_on_after(left) as scope:
                    response = await self._chain.handle_async_request(request)
                    raw = await read_whole(response)
                if scope.cancelled_caught:
                    raise DeadlineError("the deadline for all attempts passed", request=request)
            status, received = response.status_code, len(raw)
            result = self._read(operation, request, into, response, raw)
        except httpx.HTTPError as error:
            result = transport_failure(operation.id, request, error)
        if isinstance(result.value, SDKError):
            result.value.attempts = number
        tell(
            Attempt(
                operation=operation.id,
                method=operation.method,
                host=request.url.host,
                route=operation.path,
                number=number,
                status=status,
                error=type(result.value).__name__ if result.outcome is not None else None,
                seconds=clock.monotonic() - began,
                received=received,
            ),
            self._options.on_attempt,
        )
        return result

    def _read(
        self, operation: Operation, request: httpx.Request, into: Decoder[T], response: httpx.Response, raw: bytes
    ) -> Attempted[T | SDKError]:
        """From a whole answer to a value, or to the error it is."""
        status = response.status_code
        body = decompressed(raw, response)
        if 200 <= status < 300:
            try:
                return Attempted(into(Reply(operation, status, response.headers, body)))
            except errors.DecodeError as error:
                # A body that cannot be read counts as one that was lost on the way.
                return Attempted(_bare(error), Outcome())
            except errors.APIError as error:  # a 200 that says that it is an error
                return Attempted(_bare(error), Outcome(status=error.status_code, final=True))
        now = self._options.clock.time()
        failure = api_error(
            operation=operation.id,
            status=status,
            headers=response.headers,
            body=body,
            secrets={*self._signer.secrets(), *secrets_of(request, b"".join(request.stream))},  # type: ignore[arg-type]
            now=now,
        )
        outcome = Outcome(
            status=status,
            retry_after=retry_after(response.headers.get("retry-after"), now),
            quota=is_spent_quota(status, body),
        )
        return Attempted(failure, outcome)


def _bare(error: SDKError) -> SDKError:
    """The error without the frames and exceptions it came from: they hold the answer."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error
