"""What each system's client inherits: one way for a call to go, from frozen bytes to a decoded value."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

import httpx

from .chain.call import Framer
from .chain.calls import Calls, Decoder
from .chain.host import Host, Hosts, HostState
from .chain.options import Options
from .chain.signing import Signer
from .chain.streamed import Streamed
from .chain.throttle import Throttle
from .chain.waiting import wait_until
from .chain.way import Way
from .codec import converter
from .engines.choice import connections
from .engines.proxies import Proxies
from .errors import ConfigurationError
from .http.body import Body
from .http.clock import Clock
from .http.url import BaseURL, Query
from .operation import Operation
from .options import OF_CONNECTIONS, CopyOptions, as_options
from .timeout import Timeout

__all__ = ["Client", "Decoder", "Where"]

T = TypeVar("T")

Where = tuple[str, Callable[[HostState], "Signer | None"]]
"""The base URL of a host, and what makes its signer from what is known of it."""


class Client:
    """The base of the systems' clients; not to be built itself.

    A subclass gives its own arguments to `_set_up`, and says in `_hosts` where they lead.
    """

    system: ClassVar[str]
    """The name of the system, as operation ids and data sets begin with it."""

    _arguments: dict[str, Any]
    _options: Options
    _hosts: Hosts
    _way: Way
    _owner: bool
    _http: httpx.AsyncClient | None
    _calls: Calls
    _framer: Framer

    def _set_up(self, arguments: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Set up without a running loop.

        Args:
            arguments: the subclass's own; credentials as found, not as left to the environment.
            options: what every client takes (`ClientOptions`).

        Raises:
            TypeError: an option that there is not.
            ConfigurationError: an argument that cannot work.
        """
        known = CopyOptions.__annotations__.keys() | OF_CONNECTIONS
        if unknown := sorted(options.keys() - known):
            raise TypeError(f"{type(self).__name__} takes no {', '.join(unknown)}")
        self._arguments = {**arguments, "base_url": options.get("base_url")}
        self._options = as_options(options)
        self._way = Way(
            connections(
                options.get("transport"),
                options.get("http_client"),
                ssl_context=self._options.ssl_context,
                proxies=None if self._options.proxy is None else Proxies.of(self._options.proxy),
            )
        )
        self._hosts = Hosts(self._named(self._state), self._state)
        self._owner = True
        self._join()

    def _join(self, before: Framer | None = None) -> None:
        """What follows from hosts and options, and from what the client sends that this one is a copy of."""
        self._http = None
        self._calls = Calls(self._way, self._hosts, self._options)
        self._framer = (
            Framer(self._hosts, self._options) if before is None else before.of_copy(self._hosts, self._options)
        )

    def _state(self) -> HostState:
        return HostState(self._options.max_connections, self._options.clock)

    def _named(self, state: Callable[[], HostState], before: Mapping[str, Host] | None = None) -> dict[str, Host]:
        """The hosts that the arguments lead to; what was learnt of an origin stays known.

        Args:
            state: makes the state of a host that nothing is known of.
            before: the hosts of what this is a copy of.
        """

        def host(name: str, base_url: str, sign: Callable[[HostState], Signer | None]) -> Host:
            base = BaseURL(base_url)
            known = (before or {}).get(name)
            same = known is not None and known.base.origin == base.origin
            learnt = known.state if known is not None and same else state()
            return Host(base, sign(learnt), learnt)

        return {name: host(name, *where) for name, where in self._where().items()}

    def _where(self) -> Mapping[str, Where]:
        """Each host's name (``""`` for the main one), base URL, and what makes its signer from what is known of it."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        """Load what the first request will need (`warm_up`)."""
        await self.warm_up()
        return self

    async def warm_up(self, *, columns: bool = False) -> None:
        """Load what the first request will need: libraries and certificates, in a thread, so that no request stalls the event loop.

        ``async with`` does it; call it where a client is kept without one. Again, it does nothing.

        Args:
            columns: load pyarrow too, where it is installed, which the first batch or frame would do otherwise.
        """
        hosts = self._hosts.named.values()
        tls = any(host.base.origin[0] == "https" for host in hosts)
        loads = [
            self._way.connections.loading(tls=tls),
            None if "cattrs" in sys.modules else converter,
            self._load_columns if columns else None,
            *(host.signer.loading() for host in hosts if host.signer is not None),
        ]
        if due := [each for each in loads if each is not None]:
            from anyio import to_thread  # its import takes a while

            await to_thread.run_sync(_all_of, due)

    def _load_columns(self) -> None:
        """Load all that batches take, where it is installed."""
        from .columns.arrow import load

        with suppress(ConfigurationError):
            load()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        hosts: Hosts | None = getattr(self, "_hosts", None)
        where = "not set up" if hosts is None else f"base_url={hosts.main.base.text!r}"
        return f"{type(self).__name__}({where})"

    async def aclose(self) -> None:
        """Close the connections; may be called again. On a copy made by `with_options` it does nothing.

        Requests under way are lost, and not tried again.
        """
        if self._owner:
            await self._way.connections.aclose()
            if self._http is not None:
                await self._http.aclose()

    def _with(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: the subclass's own arguments, and `CopyOptions`.

        Raises:
            TypeError: an argument that the class does not have, or one that belongs to its connections.
            ConfigurationError: a value that cannot work.
        """
        if fixed := sorted(OF_CONNECTIONS & changes.keys()):
            raise TypeError(
                f"with_options cannot change {', '.join(fixed)}: a copy shares its connections; make a new client"
            )
        if unknown := sorted(changes.keys() - CopyOptions.__annotations__.keys() - self._arguments.keys()):
            raise TypeError(f"{type(self).__name__} takes no {', '.join(unknown)}")
        copy = object.__new__(type(self))
        copy._owner = False
        copy._way = self._way
        copy._options = as_options(changes, self._options)
        copy._arguments = self._arguments
        copy._hosts = self._hosts
        if own := self._arguments.keys() & changes.keys():
            copy._arguments = {**self._arguments, **{name: changes[name] for name in own}}
            named = copy._named(self._hosts.fresh, self._hosts.named)
            copy._hosts = Hosts(named, self._hosts.fresh, self._hosts.strangers)
        copy._join(self._framer)
        return copy

    @property
    def throttle(self) -> Throttle:
        """The places at the main host: how many there are now (``limit``), are taken (``active``), and waited for (``waiting``)."""
        return self._hosts.main.state.throttle

    @property
    def clock(self) -> Clock:
        """The time that the client goes by."""
        return self._options.clock

    @property
    def http(self) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` for requests this SDK has no method for: ``await client.http.get("/path")``.

        It goes through the same signing, throttling and retrying, takes paths below the base URL, and raises httpx's own
        exceptions. A URL of another origin is asked too, without credentials and without any influence on the client's own
        hosts. Redirects are not followed and cookies not kept. It is closed with the client.
        """
        if self._http is None:
            from .chain.own_requests import OwnRequests, OwnTransport

            chain = OwnTransport(self._calls, self._hosts, self._options)
            self._http = OwnRequests(chain, self._hosts.main.base.text, self._options)
        return self._http

    async def call(
        self,
        operation: Operation,
        *path: object,
        into: Decoder[T],
        query: Query | None = None,
        body: bytes | Body | None = None,
        content_type: str = "application/json",
        timeout: Timeout | None = None,  # noqa: ASYNC109  # limits of each attempt, which the engine keeps
        secrets: Iterable[str] = (),
    ) -> T:
        """Make one call: freeze its bytes, then attempt it until it succeeds or must not be tried again.

        Args:
            operation: what to call.
            path: the values of its path parameters, in path order.
            into: turns the answer into what the call gives.
            query: wire names to values.
            body: what to send.
            content_type: of the body.
            timeout: limits of one attempt of this call; the operation's or the client's otherwise.
            secrets: what else must not be shown, though the service may echo it; asked for only where something is to be shown.

        Raises:
            ValueError, TypeError: a path value or query value that cannot be sent; nothing was.
            SDKError: whatever became of the last attempt.
        """
        call = self._framer.call(
            operation,
            path,
            query=query,
            body=body,
            content_type=content_type,
            timeout=timeout,
            most=self._options.max_body,
            secrets=secrets,
        )
        return await self._calls.decoded(call, into)

    @asynccontextmanager
    async def stream(
        self,
        operation: Operation,
        *path: object,
        query: Query | None = None,
        body: bytes | Body | None = None,
        content_type: str = "application/json",
        timeout: Timeout | None = None,  # noqa: ASYNC109
    ) -> AsyncIterator[Streamed]:
        """Make one call whose answer is read while it arrives.

        It is attempted until the head of a 2xx has come, within the deadline of all attempts; what breaks after that is not
        tried again. ``Timeout.total`` covers the whole body. The place in the throttle is held until the block is left.

        Args:
            operation: what to call.
            path: the values of its path parameters, in path order.
            query: wire names to values.
            body: what to send.
            content_type: of the body.
            timeout: limits of one attempt of this call; the operation's or the client's otherwise.

        Raises:
            ValueError, TypeError: a path value or query value that cannot be sent; nothing was.
            SDKError: whatever became of the last attempt.
        """
        call = self._framer.call(
            operation, path, query=query, body=body, content_type=content_type, timeout=timeout, most=None
        )
        response = await self._calls.opened(call)
        streamed = Streamed(call, response, partial(self._calls.secrets, call))
        try:
            yield streamed
        finally:
            await streamed.aclose()

    async def call_url(
        self,
        operation: Operation,
        url: str,
        *,
        into: Decoder[T],
        headers: Mapping[str, str] | None = None,
        body: bytes | Body | None = None,
        timeout: Timeout | None = None,  # noqa: ASYNC109
    ) -> T:
        """Make one call to a URL of somebody else's, such as a presigned one: without credentials, and exactly as it was issued.

        Args:
            operation: what it is, and whether it may be repeated; its path is not used.
            url: where to, absolute; its escapes stay as they are.
            into: turns the answer into what the call gives.
            headers: all that it carries, beside what frames the body.
            body: what to send.
            timeout: limits of one attempt; the operation's or the client's otherwise.

        Raises:
            ValueError: no absolute http or https URL, or a header that cannot be sent.
            SDKError: whatever became of the last attempt.
        """
        call = self._framer.call_url(
            operation, url, headers=headers, body=body, timeout=timeout, most=self._options.max_body
        )
        return await self._calls.decoded(call, into)

    @asynccontextmanager
    async def stream_url(
        self,
        operation: Operation,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | None = None,  # noqa: ASYNC109
        raw: bool = False,
    ) -> AsyncIterator[Streamed]:
        """As `call_url`, with an answer that is read while it arrives, as `stream` does; `raw` gives its bytes as they came."""
        call = self._framer.call_url(operation, url, headers=headers, body=None, timeout=timeout, most=None)
        response = await self._calls.opened(call)
        streamed = Streamed(call, response, partial(self._calls.secrets, call), raw=raw)
        try:
            yield streamed
        finally:
            await streamed.aclose()

    async def wait_until(
        self,
        poll: Callable[[], Any],
        done: Callable[[Any], bool],
        *,
        deadline: float | None,
        what: str,
        resume: object = None,
    ) -> Any:
        """See `asyncsdk.chain.waiting.wait_until`; with the client's clock and limits."""
        options = self._options
        return await wait_until(
            poll, done, deadline=deadline, what=what, resume=resume, policy=options.retry, clock=options.clock
        )


def _all_of(loads: Iterable[Callable[[], object]]) -> None:
    for each in loads:
        each()
