"""AWS Signature Version 4, by botocore. The only file that imports botocore, and not before it is needed."""

from __future__ import annotations

import calendar
import hmac
import inspect
import logging
import re
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import anyio.to_thread
from attrs import define, field

from ..chain.signing import Signer
from ..engines.quiet import inside
from ..errors import ConfigurationError
from ..http.clock import SYSTEM, Clock
from ..http.redact import redact
from ..http.service_clock import ServiceClock
from .cognito import CognitoIdentity
from .credentials import AWSCredentials, CredentialCache, given, provided

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    import httpx

    from ..chain.signing import Header, Network
    from .credentials import AnyCredentials, Fetch

_ALGORITHM = "AWS4-HMAC-SHA256"
_DATE = "%Y%m%dT%H%M%SZ"

# API Gateway's EXPIRED_TOKEN (AWS, "Gateway response types for API Gateway"); then what AWS says to a date that is too old,
# and to one in the future
_TOKEN_EXPIRED = re.compile(r"expired.?token|\btoken\b.{0,40}\bexpired", re.IGNORECASE)
_DATE_IS_OFF = re.compile(
    r"signature expired|signature not yet current|too.?skewed|request.?expired|request time .{0,40}too large",
    re.IGNORECASE,
)
_SIGNED_WITH = re.compile(r"Credential=([^/]+)/")
# No escape but of what must be escaped, in capitals, and nothing that must be and is not. Atomic groups, and not possessive
# quantifiers, after which Python 3.11.0 to 3.11.4 lose their place (gh-100061).
_CANONICAL = rb"(?>(?:[\w.~-]|%(?!2D|2E|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])[\dA-F]{2})*)"
_CANONICAL_QUERY = re.compile(rb"%b=%b(?>(?:&%b=%b)*)" % ((_CANONICAL,) * 4), re.ASCII)
_EXECUTE_API = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")

# Those that print requests or answers, which hold keys and tokens.
_CHATTY = ("auth", "endpoint", "parsers", "httpsession", "utils", "retryhandler")


class SigV4Signer(Signer):
    """Signs requests to Amazon API Gateway: host, every ``x-amz-`` header, path, query and body.

    Other headers stay unsigned, so that a proxy in between may add to them.

    Args:
        credentials: see `credential_cache`.
        region: where the service is. Default: what an `aws_requests_auth` object says.
        service: its name in signatures. Default: likewise, else ``"execute-api"``.
        clock: for the date.

    Raises:
        ConfigurationError: no region, credentials of an unknown kind, or botocore is not installed.
    """

    hashes_body = True

    def __init__(
        self,
        credentials: AnyCredentials | CredentialCache | None,
        region: str | None = None,
        service: str | None = None,
        *,
        clock: Clock | ServiceClock = SYSTEM,
    ) -> None:
        if find_spec("botocore") is None:
            raise ConfigurationError("signing for AWS needs botocore: pip install 'asyncsdk[aws]'")
        self.credentials = credential_cache(credentials)
        found = region or self.credentials.region
        if found is None:
            raise ConfigurationError("no region: give region=..., such as 'ap-southeast-2'")
        self.region = found
        self.service = service or self.credentials.service or "execute-api"
        self._clock = clock if isinstance(clock, ServiceClock) else ServiceClock(clock)
        self._auth: Any = None
        self._key: tuple[str, str, bytes] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(region={self.region!r}, service={self.service!r})"

    def loading(self) -> Callable[[], object] | None:
        """What loads botocore."""
        return self._load if self._auth is None else None

    async def ready(self, network: Network) -> None:
        """Have botocore loaded, and credentials that will last for a while.

        Raises:
            SDKError: there are none to be had.
        """
        if self._auth is None:
            self._auth = await anyio.to_thread.run_sync(self._load)
        await self.credentials.ready(network, self._clock.time())

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:
        """``Authorization``, ``X-Amz-Date`` and, for temporary credentials, ``X-Amz-Security-Token``."""
        credentials = self.credentials.current
        if credentials is None:
            raise ConfigurationError("the signer has no credentials yet: await its ready() first")
        auth = self._auth = self._auth or self._load()
        timestamp = time.strftime(_DATE, time.gmtime(self._clock.time()))
        ours = {"x-amz-date": timestamp}
        if credentials.session_token is not None:
            ours["x-amz-security-token"] = credentials.session_token
        signed = {**_to_sign(request), **ours}
        unsigned = _Unsigned(request.method, _canonical_url(request.url), signed, body, {"timestamp": timestamp})
        text = auth.string_to_sign(unsigned, auth.canonical_request(unsigned))
        signature = hmac.digest(self._signing_key(credentials, timestamp[:8]), text.encode(), "sha256").hex()
        value = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{auth.credential_scope(unsigned)}, "
            f"SignedHeaders={auth.signed_headers(signed)}, Signature={signature}"
        )
        return ((b"authorization", value.encode()), *((name.encode(), each.encode()) for name, each in ours.items()))

    async def recover(self, request: httpx.Request, response: httpx.Response, body: bytes, network: Network) -> bool:
        """Fetch new credentials where these have expired; set a wrong clock right, by the ``Date`` of the refusal.

        Raises:
            SDKError: the credentials have expired, and no new ones were to be had.
        """
        said = response.headers.get("x-amzn-errortype", "") + " " + body[:4096].decode("utf-8", "replace")
        if _DATE_IS_OFF.search(said):
            signed_at = calendar.timegm(time.strptime(request.headers["x-amz-date"], _DATE))
            return self._clock.learn(response.headers, signed_at)
        if not _TOKEN_EXPIRED.search(said):
            return False
        current = self.credentials.current
        if current is None or not _is_signed_with(request, current):
            return True  # they have been replaced since
        return await self.credentials.replace(current, network)

    def recovered(self, *, accepted: bool) -> None:
        """Keep a clock that was set right, or take that back."""
        self._clock.recovered(accepted=accepted)

    def secrets(self) -> Iterable[str]:
        """Keys and tokens: those in use, and those before them."""
        for each in (self.credentials.current, self.credentials.previous):
            if each is not None:
                yield from each.secrets()

    def _load(self) -> Any:
        from botocore.auth import SigV4Auth

        # without credentials: the signing key, which is all they are for, is derived once a day and not once a request
        return SigV4Auth(None, self.service, self.region)

    def _signing_key(self, credentials: AWSCredentials, day: str) -> bytes:
        secret = credentials.secret_key
        if self._key is None or self._key[:2] != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (secret, day, key)
        return self._key[2]


@define
class _Unsigned:
    """What botocore's `SigV4Auth` reads of a request; a whole `AWSRequest` costs as much as all the rest of a signature.

    The timestamp stands in the context, as `add_auth` would put it there. That method itself is not called: it takes its
    time from the system, and logs what it signs, tokens too.
    """

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    context: dict[str, str]
    params: None = None


def _to_sign(request: httpx.Request) -> dict[str, str]:
    """The headers that a signature must cover: the host, and what AWS gives a meaning to."""
    found: dict[str, str] = {}
    for raw, value in request.headers.raw:
        name = raw.lower()
        if name == b"host" or name.startswith(b"x-amz-"):
            key, text = name.decode("ascii"), value.decode("latin-1")
            found[key] = f"{found[key]},{text}" if key in found else text
    return found


def _canonical_url(url: httpx.URL) -> str:
    """A URL for botocore: its path as on the wire (botocore encodes it a second time), its query in canonical form.

    AWS decodes a query and encodes it anew; botocore takes it as it comes, since its own are in that form already.
    """
    path, mark, query = url.raw_path.partition(b"?")
    return f"https://host{path.decode('ascii')}{mark.decode()}{canonical_query(query)}"


def canonical_query(query: bytes) -> str:
    """A query with every name and value percent-encoded as AWS wants it, in the order it came; botocore sorts it.

    Args:
        query: as on the wire, without its question mark.
    """
    if _CANONICAL_QUERY.fullmatch(query):  # as are all that we build
        return query.decode("ascii")
    return "&".join(
        "=".join(quote_from_bytes(unquote_to_bytes(part), safe="-_.~") for part in (name, value))
        for name, _, value in (pair.partition(b"=") for pair in query.split(b"&") if pair)
    )


def _is_signed_with(request: httpx.Request, credentials: AWSCredentials) -> bool:
    found = _SIGNED_WITH.search(request.headers["authorization"])
    return (
        found is not None
        and found[1] == credentials.access_key
        and request.headers.get("x-amz-security-token") == credentials.session_token
    )


def region_of_host(host: str) -> str | None:
    """The region in the name of an API Gateway's host; None for any other host."""
    found = _EXECUTE_API.search(host)
    return found and found[1]


def credential_cache(credentials: AnyCredentials | CredentialCache | None) -> CredentialCache:
    """What fetches and keeps the credentials for a client; a cache is given back as it is, so that copies share it.

    Args:
        credentials: `AWSCredentials`; a `CognitoIdentity`; botocore's credentials, static or refreshed by themselves;
            an `AWSRequestsAuth` or `BotoAWSRequestsAuth` of `aws_requests_auth`, whose region and service count too; a
            `CredentialProvider` or an async function that gives `AWSCredentials`; None for botocore's own chain
            (environment, files, SSO, container, instance).

    Raises:
        ConfigurationError: anything else.
    """
    if isinstance(credentials, CredentialCache):
        return credentials
    if credentials is None:
        return CredentialCache(_in_thread(_chain))
    if isinstance(credentials, AWSCredentials):
        return CredentialCache(given(credentials))
    if isinstance(credentials, CognitoIdentity):
        return CredentialCache(credentials.credentials)
    untyped: Any = credentials
    if hasattr(untyped, "aws_host") and hasattr(untyped, "aws_secret_access_key"):
        return _of_requests_auth(untyped)
    if hasattr(untyped, "get_frozen_credentials"):
        return CredentialCache(_of_botocore(untyped))
    provide: Callable[[], Awaitable[AWSCredentials]] = getattr(untyped, "credentials", untyped)
    if not callable(provide):
        raise ConfigurationError(
            "credentials takes AWSCredentials, a CognitoIdentity, botocore's credentials, an aws_requests_auth object, or "
            f"an async function that gives AWSCredentials, not a {type(credentials).__name__}"
        )
    return CredentialCache(provided(provide))


def _of_requests_auth(auth: Any) -> CredentialCache:
    # a BotoAWSRequestsAuth has no keys of its own: it asks the botocore credentials that it found when it was made
    if hasattr(auth, "_refreshable_credentials"):
        fetch = _of_botocore(auth._refreshable_credentials)  # noqa: SLF001  # it has no other name
    else:
        fetch = given(AWSCredentials(auth.aws_access_key, auth.aws_secret_access_key, auth.aws_token))
    return CredentialCache(fetch, region=auth.aws_region, service=auth.service)


def _of_botocore(found: Any) -> Fetch:
    if not inspect.iscoroutinefunction(getattr(found, "get_frozen_credentials", None)):
        return _in_thread(lambda: found)

    async def fetch(_network: Network) -> AWSCredentials:
        return _ours(found, await found.get_frozen_credentials())  # aiobotocore

    return fetch


def _in_thread(find: Callable[[], Any]) -> Fetch:
    """Fetch through botocore, in a worker thread: it may read files, run programs and ask the network."""

    async def fetch(_network: Network) -> AWSCredentials:
        return await anyio.to_thread.run_sync(_frozen, find, abandon_on_cancel=True)

    return fetch


def _chain() -> Any:
    # a new session each time: it reads files and environment anew, which others may have renewed
    from botocore.session import Session

    return Session().get_credentials()


def _frozen(find: Callable[[], Any]) -> AWSCredentials:
    """What botocore has to give at this moment, refreshed if it thinks that it is time."""
    for name in _CHATTY:
        logging.getLogger(f"botocore.{name}").addFilter(_hush)
    inside.set(True)
    try:
        found = find()
        frozen = found and found.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001  # botocore's, and those of whatever refreshes for it
        raise ConfigurationError(
            f"botocore cannot get credentials: {type(error).__name__}: {redact(str(error), most=200)}"
        ) from None
    return _ours(found, frozen)


def _ours(found: Any, frozen: Any) -> AWSCredentials:
    if frozen is None or not frozen.access_key or not frozen.secret_key:
        raise ConfigurationError(
            "no credentials: give credentials=..., or set the environment variables AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or whatever else botocore looks for"
        )
    return AWSCredentials(
        frozen.access_key,
        frozen.secret_key,
        frozen.token,
        # botocore shows this nowhere else; without it, a refusal is what makes us ask again
        expires_at=getattr(found, "_expiry_time", None),
    )


def _hush(record: logging.LogRecord) -> bool:
    """Whether a line of botocore's may be logged: not at DEBUG while it refreshes for us."""
    return record.levelno > logging.DEBUG or not inside.get()
