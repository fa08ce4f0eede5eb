"""``client.http``: an `httpx.AsyncClient` over a client's own chain, for requests this SDK has no method for."""

from __future__ import annotations

from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from ..engines.quiet import inside
from ..engines.time_limit import limited
from ..http.body import body_of_request
from ..http.problem import is_spent_quota, retry_after
from ..http.reply import readable
from ..operation import Operation
from .call import Call
from .calls import Reading
from .failure import plain
from .retry import Attempted, Outcome, transport_outcome
from .signing import in_full, refuse_unhashable, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .call import Sending
    from .calls import Calls
    from .host import Host, Hosts
    from .options import Options
    from .signing import Header

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})

# What our own chain was once told by; a caller's request that still says so is sent like any other.
_NOT_PASSED_ON = frozenset({"admitted", "total", "unsigned", "whole"})


@cache
def _operation(method: str) -> Operation:
    return Operation("http", method, "", "any", "safe" if method in _SAFE_METHODS else "unsent")


class OwnRequests(httpx.AsyncClient):
    """An `httpx.AsyncClient` that keeps no cookie and follows no redirect, over the chain of one of our clients.

    Args:
        chain: what signs, throttles and retries.
        base_url: what relative paths are below.
        options: the client's.
    """

    def __init__(self, chain: OwnTransport, base_url: str, options: Options) -> None:
        timeout = options.timeout
        super().__init__(
            transport=chain,
            base_url=base_url,
            headers=[(b"User-Agent", options.user_agent.encode()), (b"Accept-Encoding", b"gzip")],
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(connect=timeout.connect, read=timeout.read, write=timeout.write, pool=None),
            trust_env=False,
        )

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send a request; httpx's own log line, which would show its whole URL, is left out."""
        token = inside.set(True)
        try:
            return await super().send(request, **how)
        finally:
            inside.reset(token)


class OwnTransport(httpx.AsyncBaseTransport):
    """What is under ``client.http``: a caller's request as a call. Where no operation says what is safe, the method does.

    Args:
        calls: the client's.
        hosts: the client's, and those of strangers.
        options: the client's.
    """

    def __init__(self, calls: Calls, hosts: Hosts, options: Options) -> None:
        self._calls = calls
        self._hosts = hosts
        self._options = options

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send until it succeeds or must not be sent again; then give or raise what the last attempt came to.

        Raises:
            httpx.TransportError: what became of the last attempt.
            ConfigurationError: the client is closed, or belongs to another event loop; or the host's signature covers the
                body, and this one would have to be streamed.
        """
        return await self._calls.run(self._call(request), _AsHttpx(self._options))

    def _call(self, request: httpx.Request) -> Call:
        if request.url.scheme not in ("http", "https") or not request.url.raw_host:
            raise httpx.UnsupportedProtocol("the URL is not an absolute http:// or https:// one", request=request)
        host = self._hosts.of(request.url)
        body = body_of_request(request)
        refuse_unhashable(host.signer, body, "http")
        passed_on = {name: value for name, value in request.extensions.items() if name not in _NOT_PASSED_ON}
        return Call(
            _operation(request.method),
            host,
            url=spelled(request.url) if host.own else request.url,
            headers=httpx.Headers([*request.headers.raw, *self._added(host, request)]),
            body=body,
            timeout=self._options.timeout,
            most=None,
            extensions=passed_on,
        )

    def _added(self, host: Host, request: httpx.Request) -> list[Header]:
        """What every request to one of the client's own hosts carries, unless the caller has said otherwise."""
        if not host.own:
            return []
        return [
            each for each in (*host.headers, *self._options.extra) if each[0].decode("ascii") not in request.headers
        ]


class _AsHttpx(Reading[httpx.Response]):
    """Answers and exceptions as httpx has them."""

    def __init__(self, options: Options) -> None:
        self._options = options

    async def answered(
        self, sending: Sending, response: httpx.Response, ends: float | None
    ) -> Attempted[httpx.Response | Exception]:
        status = response.status_code
        if ends is not None:
            limited(response, ends, sending.request)
        if status < 400:
            return Attempted(response)
        quota = False
        if status == 429:  # what kind of 429 it is stands in its body
            response = await in_full(response)
            quota = is_spent_quota(status, readable(response))
        after = retry_after(response.headers.get("retry-after"), self._options.clock.time())
        return Attempted(response, Outcome(status=status, retry_after=after, quota=quota))

    def failed(
        self,
        sending: Sending,  # noqa: ARG002
        error: httpx.HTTPError,
        secrets: Iterable[str],
    ) -> Attempted[httpx.Response | Exception]:
        return Attempted(plain(error, secrets), transport_outcome(error))
