"""The Blaize (Zephr) Admin API's two ways to say who is asking: a signed hash, or an administrator's session.

The hash is plain SHA-256, no HMAC whatever its name says, over secret, body, path, query, method, timestamp and nonce with
nothing between them (the vendor's "HMAC request signing and key pair"; docs/services/blaize.md).
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from ..chain.signing import Signer
from ..errors import ConfigurationError
from ..http.clock import SYSTEM, Clock
from ..http.service_clock import ServiceClock
from .keys import HeaderSigner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

    from ..chain.signing import Header, Network

Scheme = Literal["zephr", "blaize"]
"""``blaize`` is the legacy scheme, which leaves the query unsigned; the vendor discourages it."""

_NAMES: dict[str, str] = {"zephr": "ZEPHR-HMAC-SHA256", "blaize": "BLAIZE-HMAC-SHA256"}

# What the service says to a wrong timestamp is not published; these words would mean one.
_SPEAKS_OF_TIME = re.compile(rb"time|clock|skew|expired|too old|future", re.IGNORECASE)


def new_nonce() -> str:
    """32 random hexadecimal digits: unique without a memory of those before."""
    return secrets.token_hex(16)


class ZephrSigner(Signer):
    """Signs with a key pair; each attempt has its own timestamp and nonce.

    Args:
        access_key: the public half, which goes into the header.
        secret_key: the secret half, which goes into the hash alone.
        scheme: ``"zephr"``, or ``"blaize"`` for the legacy one.
        clock: for the timestamp. The service refuses one that is far off; how far is not published.
        nonce: gives a new string each time, without a colon: the service refuses one it has seen.

    Raises:
        ConfigurationError: an unknown scheme, or an access key with a colon in it.
    """

    hashes_body = True

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        scheme: Scheme = "zephr",
        *,
        clock: Clock | ServiceClock = SYSTEM,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        if scheme not in _NAMES:
            raise ConfigurationError(f"scheme must be 'zephr' or 'blaize', not {scheme!r}")
        if ":" in access_key:
            raise ConfigurationError("access_key must not hold a colon: give access_key and secret_key apart")
        self._access_key = access_key
        self._secret_key = secret_key
        self._scheme = scheme
        self._nonce = nonce
        self._clock = clock if isinstance(clock, ServiceClock) else ServiceClock(clock)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scheme={self._scheme!r})"

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:
        """The ``Authorization`` header for this attempt."""
        path, _, query = request.url.raw_path.partition(b"?")
        timestamp = str(round(self._clock.time() * 1000))
        nonce = self._nonce()
        hashed = zephr_hash(
            self._secret_key,
            body=body,
            path=path,
            query=query if self._scheme == "zephr" else b"",
            method=request.method,
            timestamp=timestamp,
            nonce=nonce,
        )
        value = f"{_NAMES[self._scheme]} {self._access_key}:{timestamp}:{nonce}:{hashed}"
        return ((b"authorization", value.encode()),)

    async def recover(
        self,
        request: httpx.Request,
        response: httpx.Response,
        body: bytes,
        network: Network,  # noqa: ARG002
    ) -> bool:
        """Set a wrong clock right, by the ``Date`` of the refusal.

        A 401 is what an unknown signature gets; a 403 is about permission, unless its text speaks of time.
        """
        if response.status_code == 403 and not _SPEAKS_OF_TIME.search(body):
            return False
        return self._clock.learn(response.headers, _signed_at(request))

    def recovered(self, *, accepted: bool) -> None:
        """Keep a clock that was set right, or take that back."""
        self._clock.recovered(accepted=accepted)

    def secrets(self) -> Iterable[str]:
        """Both keys."""
        return (self._secret_key, self._access_key)


def zephr_hash(
    secret_key: str, *, body: bytes, path: bytes, query: bytes, method: str, timestamp: str, nonce: str
) -> str:
    """The hash over one request, as lower-case hexadecimal digits.

    Args:
        secret_key: of the key pair.
        body: the exact bytes; empty without one.
        path: as on the wire, from its first slash on.
        query: as on the wire, without its question mark; empty for the legacy scheme.
        method: in upper case.
        timestamp: milliseconds since the epoch.
        nonce: never used before.
    """
    hashed = sha256(secret_key.encode())
    for part in (body, path, query, f"{method}{timestamp}{nonce}".encode()):
        hashed.update(part)
    return hashed.hexdigest()


def admin_session(value: str) -> HeaderSigner:
    """The header ``blaize-admin-session``, for an administrator who has logged in.

    Args:
        value: the session's id, or the whole ``cookie`` that the login gives (``blaize_admin_session=...``).

    Raises:
        ConfigurationError: it holds no id.
    """
    # The login answers with a cookie, but the header takes the id that is in it (sections "Login", "Logout", "Session User").
    session = value.removeprefix("blaize_admin_session=").partition(";")[0].strip()
    if not session:
        raise ConfigurationError("admin_session holds no session: log in again")
    return HeaderSigner("blaize-admin-session", session, session)


def _signed_at(request: httpx.Request) -> float:
    """The time in a request's own signature."""
    return int(request.headers["authorization"].split(":")[1]) / 1000
