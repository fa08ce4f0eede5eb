"""AWS credentials: what they are, who gives them, and when they are fetched anew."""

from __future__ import annotations

import copy
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import anyio
from attrs import Attribute, field, frozen

from ..chain.attempts import logger
from ..errors import ConfigurationError, SDKError
from ..http.redact import redact

if TYPE_CHECKING:
    from ..chain.signing import Network

Fetch = Callable[["Network"], Awaitable["AWSCredentials"]]
"""Gets credentials, over the client's network where it needs one."""

_EARLY = 300.0
_LATE = 60.0
# so long is a refresh that failed while the old credentials still serve not tried again
_PAUSE = 30.0


def _moment(value: datetime | float | None) -> datetime | None:
    if value is None:
        return None
    try:
        if not isinstance(value, datetime):
            return datetime.fromtimestamp(value, UTC)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    raise ConfigurationError("expires_at must be an aware datetime, or seconds since the epoch")


def _sendable(_: object, attribute: Attribute[str], value: object) -> None:
    # an access key and a token stand in headers; a secret key with a line's end in it is one that was read carelessly
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(f"{attribute.name} must be printable ASCII text without spaces")


def _sendable_or_none(instance: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None:
        _sendable(instance, attribute, value)  # type: ignore[arg-type]  # the same attribute, its value checked


@frozen
class AWSCredentials:
    """A key pair, with a session token where it is a temporary one.

    Args:
        access_key: the key's id.
        secret_key: the secret.
        session_token: goes with temporary credentials.
        expires_at: when they end: an aware datetime, or seconds since the epoch; None if they do not, or not that is known.

    Raises:
        ConfigurationError: a value that cannot work.
    """

    access_key: str = field(repr=False, validator=_sendable)
    secret_key: str = field(repr=False, validator=_sendable)
    session_token: str | None = field(default=None, repr=False, validator=_sendable_or_none)
    expires_at: datetime | None = field(default=None, converter=_moment)

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        return tuple(each for each in (self.secret_key, self.session_token, self.access_key) if each)


class CredentialProvider(Protocol):
    """Where credentials come from: an object with this method, or an async function that does what it does.

    It is asked early and by one caller at a time: five minutes before the credentials it gave last expire, while other
    calls go on with those, and again a minute before, when all wait for it.
    """

    async def credentials(self) -> AWSCredentials:
        """Credentials that are good from now on."""
        ...


class BotocoreCredentials(Protocol):
    """A credentials object of botocore's, boto3's or aiobotocore's, static or one that refreshes itself."""

    def get_frozen_credentials(self) -> object:
        """Key, secret and token of this moment; aiobotocore's is a coroutine."""
        ...


class RequestsAuth(Protocol):
    """An ``AWSRequestsAuth`` or ``BotoAWSRequestsAuth`` of `aws_requests_auth`."""

    aws_access_key: str
    aws_secret_access_key: str
    aws_token: str | None
    aws_host: str
    aws_region: str
    service: str


AnyCredentials = (
    AWSCredentials | CredentialProvider | Callable[[], Awaitable[AWSCredentials]] | BotocoreCredentials | RequestsAuth
)
"""What ``credentials=`` takes. A `CognitoIdentity` is a `CredentialProvider`."""


class CredentialCache:
    """The credentials of a client and its copies, fetched by one caller at a time.

    Args:
        fetch: gets new ones.
        region: where requests are signed for, if the source of the credentials says that too.
        service: likewise.

    Attributes:
        current: what to sign with; None before the first fetch.
        previous: what was signed with before that.
    """

    def __init__(self, fetch: Fetch, *, region: str | None = None, service: str | None = None) -> None:
        self.current: AWSCredentials | None = None
        self.previous: AWSCredentials | None = None
        self.region = region
        self.service = service
        self._fetch = fetch
        self._turn = anyio.Lock()
        self._fetched = 0
        self._failure: SDKError | None = None
        self._early_at = -math.inf
        self._late_at = -math.inf

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    async def ready(self, network: Network, now: float) -> None:
        """Have credentials that will last for a while.

        Args:
            network: for a source that asks the network.
            now: seconds since the epoch.

        Raises:
            SDKError: there are none, or none that last, and no new ones were to be had.
        """
        if now < self._early_at:
            return
        if now >= self._late_at:
            await self._renewed(network)
            return
        try:
            self._turn.acquire_nowait()
        except anyio.WouldBlock:
            return  # another caller is at it, and these serve until it is done
        try:
            await self._renew(network)
        except SDKError as error:
            self._early_at = min(now + _PAUSE, self._late_at)
            logger.warning("credentials cannot be renewed (%s); those at hand serve on", type(error).__name__)
        finally:
            self._turn.release()

    async def replace(self, refused: AWSCredentials, network: Network) -> bool:
        """Fetch anew because a service says that these have expired.

        Args:
            refused: what the request was signed with.
            network: for a source that asks the network.

        Returns:
            Whether there are others now.

        Raises:
            SDKError: no new ones were to be had.
        """
        if self.current == refused:
            await self._renewed(network)
        return self.current != refused

    async def _renewed(self, network: Network) -> None:
        """Fetch; or wait for the caller who is at it, and share what becomes of that.

        A caller that is cancelled while it fetches leaves nothing behind, and the next one takes over.
        """
        fetched, failure = self._fetched, self._failure
        async with self._turn:
            if self._fetched != fetched:
                return
            if self._failure is not None and self._failure is not failure:
                raise copy.copy(self._failure)
            try:
                await self._renew(network)
            except SDKError as error:
                self._failure = copy.copy(error)
                raise

    async def _renew(self, network: Network) -> None:
        try:
            credentials = await self._fetch(network)
        except SDKError:
            raise
        except Exception as error:
            raise ConfigurationError(
                f"the source of the credentials failed: {type(error).__name__}: {redact(str(error), most=200)}"
            ) from error
        if not isinstance(credentials, AWSCredentials):
            raise ConfigurationError(
                f"the source of the credentials must give AWSCredentials, not {type(credentials).__name__}"
            )
        if self.current is not None and credentials != self.current:
            self.previous = self.current
        self.current = credentials
        self._fetched += 1
        ends = math.inf if credentials.expires_at is None else credentials.expires_at.timestamp()
        self._early_at = ends - _EARLY
        self._late_at = ends - _LATE


def given(credentials: AWSCredentials) -> Fetch:
    """A source that has nothing else to give."""

    async def fetch(_network: Network) -> AWSCredentials:
        return credentials

    return fetch


def provided(provide: Callable[[], Awaitable[AWSCredentials]]) -> Fetch:
    """A caller's own source, which needs no network of ours."""

    async def fetch(_network: Network) -> AWSCredentials:
        return await provide()

    return fetch
