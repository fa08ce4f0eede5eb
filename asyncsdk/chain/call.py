"""A call: bytes that are made once and the same in every attempt, the host they go to, and the limits they go under.

An operation and its values, or the URL of somebody else, become one; every attempt sends what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ..http.body import EMPTY, HeldBody
from ..http.redact import is_sensitive, secrets_of
from ..http.url import encode_query
from .signing import refuse_unhashable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..http.body import Body
    from ..http.url import Query
    from ..operation import Operation
    from ..timeout import Timeout
    from .host import Host, Hosts
    from .options import Options
    from .telemetry.watched import Watched


class Call:
    """What every attempt of one call sends.

    Args:
        operation: what is called, and whether it may be repeated.
        host: where it goes.
        url: with path and query.
        headers: unsigned.
        body: opened anew for each attempt.
        timeout: the limits of one attempt.
        most: the answer is wanted whole, and may hold so many bytes; None for an answer that is read while it arrives.
        path: the values of the operation's path parameters.
        secrets: what else must not be shown.
        extensions: of the requests, beside their limits of time; for a caller's own transport.

    Attributes:
        answered: the last answer, and the number of the attempt that it came to.
        watched: who is told of its attempts.
    """

    __slots__ = (
        "_extensions",
        "_path",
        "_secrets",
        "answered",
        "body",
        "headers",
        "host",
        "most",
        "operation",
        "timeout",
        "url",
        "watched",
    )

    def __init__(
        self,
        operation: Operation,
        host: Host,
        *,
        url: httpx.URL,
        headers: httpx.Headers,
        body: Body,
        timeout: Timeout,
        most: int | None,
        path: tuple[object, ...] = (),
        secrets: Iterable[str] = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        self.operation = operation
        self.host = host
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.most = most
        self.answered: tuple[httpx.Response, int] | None = None
        self._path = path
        self._secrets = secrets
        self._extensions = {"timeout": timeout.extension()} if extensions is None else extensions
        self.watched: Watched | None = None

    def request(self) -> httpx.Request:
        """A request for one attempt."""
        return httpx.Request(
            self.operation.method,
            self.url,
            headers=self.headers,
            stream=self.body.stream(),
            extensions=self._extensions,
        )

    def secrets(self) -> set[str]:
        """What of it must not be shown, should the service echo it."""
        named = zip(self.operation.path_params, self._path, strict=True)
        return {
            *secrets_of(self.url, self.body.held or b""),
            *(str(value) for name, value in named if is_sensitive(name)),
            *self._secrets,
        }


class Sending:
    """One attempt of a call under way.

    Attributes:
        call: whose.
        request: what goes out; nobody else's, so that it may carry the signature.
        admitted: whether it has had its place: until then nothing was sent.
    """

    __slots__ = ("admitted", "call", "request")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.request = call.request()
        self.admitted = False


class Framer:
    """Checks, encodes and frames what the calls of one client send.

    Args:
        hosts: where they go.
        options: the client's.
    """

    def __init__(self, hosts: Hosts, options: Options) -> None:
        self._hosts = hosts
        self._options = options
        self._headers: dict[str, httpx.Headers] = {}
        self._limits = {"timeout": options.timeout.extension()}  # of most calls, so made once

    def of_copy(self, hosts: Hosts, options: Options) -> Framer:
        """That of a copy of the client: what both send alike is made once."""
        copy = Framer(hosts, options)
        if hosts is self._hosts and options.sends_like(self._options):
            copy._headers = self._headers
        return copy

    def call(
        self,
        operation: Operation,
        path: tuple[object, ...],
        *,
        query: Query | None,
        body: bytes | Body | None,
        content_type: str,
        timeout: Timeout | None,
        most: int | None,
        secrets: Iterable[str] = (),
    ) -> Call:
        """The call of an operation.

        Raises:
            ValueError, TypeError: a path value or query value that cannot be sent.
            ConfigurationError: the host's signature covers the body, and this one would have to be streamed.
        """
        host = self._hosts.named[operation.host]
        url = host.base.join(operation.url_path(*path), encode_query(query))
        headers = self._headers.get(operation.host)
        if headers is None:
            headers = self._headers_of(operation.host, host)
        sent: Body = EMPTY
        if body is not None:
            sent = HeldBody(body) if isinstance(body, bytes) else body
            headers = httpx.Headers([*headers.raw, (b"Content-Type", content_type.encode()), _framing(sent)])
        elif operation.method in ("POST", "PUT", "PATCH"):
            headers = httpx.Headers([*headers.raw, (b"Content-Length", b"0")])
        if not operation.signed:
            host = host.unsigned()
        refuse_unhashable(host.signer, sent, operation.id)
        own = timeout or operation.timeout
        return Call(
            operation,
            host,
            url=url,
            headers=headers,
            body=sent,
            timeout=own or self._options.timeout,
            most=most,
            path=path,
            secrets=secrets,
            extensions=None if own else self._limits,
        )

    def _headers_of(self, name: str, host: Host) -> httpx.Headers:
        """What every request to a host carries, made once."""
        headers = self._headers[name] = httpx.Headers(
            [
                (b"Host", host.base.host),
                (b"Accept", b"application/json, */*;q=0.1"),
                (b"Accept-Encoding", b"gzip"),
                (b"User-Agent", self._options.user_agent.encode()),
                *host.headers,
                *self._options.extra,
            ]
        )
        return headers

    def call_url(
        self,
        operation: Operation,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        body: bytes | Body | None,
        timeout: Timeout | None,
        most: int | None,
    ) -> Call:
        """The call of a URL that is somebody else's.

        Raises:
            ValueError: no absolute http or https URL, or a header that cannot be sent.
        """
        try:
            to = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError):
            to = httpx.URL("")
        if to.scheme not in ("http", "https") or not to.raw_host:
            raise ValueError(f"{operation.id}: the URL is not an absolute http:// or https:// one")
        sent: Body = EMPTY
        framing: list[tuple[bytes, bytes]] = []
        if body is not None:
            sent = HeldBody(body) if isinstance(body, bytes) else body
            framing = [_framing(sent)]
        try:
            given = [(name.encode("ascii"), value.encode("ascii")) for name, value in (headers or {}).items()]
        except UnicodeEncodeError:
            raise ValueError(f"{operation.id}: a header holds a character that cannot be sent") from None
        return Call(
            operation,
            self._hosts.stranger(to),
            url=to,
            headers=httpx.Headers([(b"Host", to.netloc), *given, *framing]),
            body=sent,
            timeout=timeout or operation.timeout or self._options.timeout,
            most=most,
            path=(None,) * len(operation.path_params),
        )


def _framing(body: Body) -> tuple[bytes, bytes]:
    """The header by which its end is found."""
    return (b"Transfer-Encoding", b"chunked") if body.length is None else (b"Content-Length", b"%d" % body.length)
