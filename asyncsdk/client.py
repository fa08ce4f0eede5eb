"""What each system's client inherits: one way for a call to go, from frozen bytes to a decoded value."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import httpx

from .chain.calls import Calls, Decoder, Shared
from .chain.carried import Carried
from .chain.retry import RetryBudget
from .chain.signing import Signer, SigningTransport
from .chain.streamed import Streamed
from .chain.throttle import Throttle, ThrottleTransport
from .engines.choice import connections
from .http.frozen import FrozenCall
from .http.url import BaseURL, Query, encode_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

    from .chain.options import Options
    from .operation import Operation

__all__ = ["Client", "Decoder"]

T = TypeVar("T")


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
            Shared(
                Carried(connections(transport, http_client)),
                Throttle(options.max_connections, options.clock),
                RetryBudget(),
            )
        )

    def _join(self, shared: Shared) -> None:
        self._shared = shared
        signing = SigningTransport(shared.engine, self._signer, (self._base.origin,))
        self._chain = ThrottleTransport(signing, shared.throttle, self._signer)
        self._calls = Calls(self._chain, shared, self._signer, self._options)
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
            await self._shared.engine.aclose()
            if self._http is not None:
                await self._http.aclose()

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
            from .chain.own_requests import OwnRequests, RetryTransport

            chain = RetryTransport(self._chain, self._shared, self._signer, self._options)
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
        return await self._calls.decoded(frozen, into)

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
        response = await self._calls.opened(frozen)
        streamed = Streamed(frozen, response, partial(self._calls.secrets, frozen))
        try:
            yield streamed
        finally:
            await streamed.aclose()

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
