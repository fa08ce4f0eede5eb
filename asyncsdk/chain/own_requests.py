"""``client.http``: an `httpx.AsyncClient` over a client's own chain, for requests this SDK has no method for."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from attrs import evolve

from ..engines.quiet import inside
from ..engines.time_limit import limited
from ..http.problem import is_spent_quota, retry_after
from ..http.redact import secrets_of
from ..http.reply import read_whole, readable
from ..http.whole import Whole, body_of
from .attempts import Attempt, count, heard, name_of, tell
from .failure import plain
from .retry import Attempted, DeadlineError, Outcome, retrying, transport_outcome
from .signing import frozen_body

if TYPE_CHECKING:
    from .calls import Shared
    from .options import Options
    from .signing import Signer
    from .throttle import ThrottleTransport

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class OwnRequests(httpx.AsyncClient):
    """An `httpx.AsyncClient` that keeps no cookie and follows no redirect, over the chain of one of our clients.

    Args:
        chain: what signs, throttles and retries.
        base_url: what relative paths are below.
        options: the client's.
    """

    def __init__(self, chain: RetryTransport, base_url: str, options: Options) -> None:
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


class RetryTransport(httpx.AsyncBaseTransport):
    """The retry loop under ``client.http``, where no operation says what is safe: there the method does.

    Args:
        inner: the throttle and what is below it.
        shared: with all copies of the client.
        signer: whose secrets are never shown.
        options: the client's.
    """

    def __init__(self, inner: ThrottleTransport, shared: Shared, signer: Signer, options: Options) -> None:
        self._inner = inner
        self._shared = shared
        self._signer = signer
        self._options = options

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send until it succeeds or must not be sent again; then give or raise what the last attempt came to.

        Raises:
            httpx.TransportError: what became of the last attempt.
            ConfigurationError: the client is closed, or belongs to another event loop.
        """
        await frozen_body(request)
        limits = {**request.extensions.get("timeout", {}), "total": self._options.timeout.total}
        request.extensions = {**request.extensions, "timeout": limits}

        async def attempt(number: int, left: float | None) -> Attempted[httpx.Response | httpx.HTTPError]:
            return await self._attempt(request, number, left)

        result = await retrying(
            attempt,
            policy=self._options.retry,
            retry="safe" if request.method in _SAFE_METHODS else "unsent",
            budget=self._shared.budget,
            clock=self._options.clock,
            name="http",
            pause=self._shared.throttle.pause,
            discard=_close,
        )
        if isinstance(result, httpx.HTTPError):
            try:
                raise result
            finally:
                del result  # or it would hold this frame, which holds it
        return result

    async def _attempt(
        self, request: httpx.Request, number: int, left: float | None
    ) -> Attempted[httpx.Response | httpx.HTTPError]:
        began = self._options.clock.monotonic()
        request.extensions.pop("admitted", None)
        result: Attempted[httpx.Response | httpx.HTTPError]
        try:
            if left is None:
                result = await self._sent(request)
            else:
                result = await self._sent_within(request, left)
        except httpx.HTTPError as error:
            outcome = transport_outcome(error)
            if self._shared.engine.closed:
                outcome = evolve(outcome, final=True)
            result = Attempted(plain(error, self._secrets(request)), outcome)
        except BaseException as error:
            self._tell(request, number, began, None, name_of(error))
            raise
        response = result.value if isinstance(result.value, httpx.Response) else None
        try:
            if response is not None:
                self._tell(request, number, began, response.status_code, None)
            else:
                self._tell(request, number, began, None, type(result.value).__name__)
        except BaseException:  # the hook's own
            await _close(result.value)
            raise
        return result

    async def _sent(self, request: httpx.Request) -> Attempted[httpx.Response | httpx.HTTPError]:
        response = await self._inner.handle_async_request(request)
        status = response.status_code
        if status < 400:
            return Attempted(response)
        quota = False
        if status == 429:
            # what kind of 429 it is stands in its body
            response = httpx.Response(
                status,
                headers=response.headers,
                stream=Whole(await read_whole(response)),
                extensions=response.extensions,
            )
            quota = is_spent_quota(status, readable(response))
        after = retry_after(response.headers.get("retry-after"), self._options.clock.time())
        return Attempted(response, Outcome(status=status, retry_after=after, quota=quota))

    async def _sent_within(self, request: httpx.Request, left: float) -> Attempted[httpx.Response | httpx.HTTPError]:
        ends = anyio.current_time() + left
        with anyio.move_on_after(left):
            result = await self._sent(request)
            if isinstance(result.value, httpx.Response):
                limited(result.value, ends, request)
            return result
        raise DeadlineError(request, sent="admitted" in request.extensions)

    def _secrets(self, request: httpx.Request) -> set[str]:
        body = body_of(request.stream)
        assert body is not None  # it was frozen
        return {*self._signer.secrets(), *secrets_of(request.url, body)}

    def _tell(self, request: httpx.Request, number: int, began: float, status: int | None, error: str | None) -> None:
        count(number, 0)
        if heard(self._options.on_attempt):
            tell(
                Attempt(
                    operation="http",
                    method=request.method,
                    host=request.url.host,
                    route="",
                    number=number,
                    status=status,
                    error=error,
                    seconds=self._options.clock.monotonic() - began,
                    received=0,
                ),
                self._options.on_attempt,
            )


async def _close(result: httpx.Response | httpx.HTTPError) -> None:
    if isinstance(result, httpx.Response):
        await result.aclose()
