"""Temporary AWS credentials from an Amazon Cognito identity pool, by its two public, unsigned operations."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import httpx
from attrs import Attribute, define, field

from ..chain.middleware import own_network
from ..chain.signing import Network
from ..errors import APIError, ConfigurationError
from ..http.clock import SYSTEM, Clock
from ..http.reply import Reply
from ..operation import Operation
from .credentials import AWSCredentials

T = TypeVar("T")

Logins = Mapping[str, str]
"""The name of an identity provider, such as ``cognito-idp.{region}.amazonaws.com/{user pool}``, to its id token."""

GET_ID = Operation("cognito_identity.get_id", "POST", "/", "object", signed=False)
GET_CREDENTIALS = Operation("cognito_identity.get_credentials_for_identity", "POST", "/", "object", signed=False)

_TARGETS = {GET_ID.id: "GetId", GET_CREDENTIALS.id: "GetCredentialsForIdentity"}
_POOL = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d+):[0-9A-Za-z-]+")


def _pool_id(_: object, __: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not _POOL.fullmatch(value):
        raise ConfigurationError("identity_pool_id must look like 'ap-southeast-2:' and a UUID")


def _region_name(_: object, __: Attribute[str | None], value: object) -> None:
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[a-z0-9-]+", value)):
        raise ConfigurationError(f"region must be a name such as 'ap-southeast-2', not {value!r}")


def _absolute(_: object, __: Attribute[str | None], value: str | None) -> None:
    if value is None:
        return
    try:
        url = httpx.URL(value)
    except (httpx.InvalidURL, ValueError, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.raw_host or url.userinfo:
        raise ConfigurationError("endpoint_url must be an absolute http or https URL without user name")


@define(eq=False)
class CognitoIdentity:
    """An identity of an identity pool, as ``credentials`` for a client.

    ::

        UnleashPlatform(credentials=CognitoIdentity("ap-southeast-2:...", logins=sign_in))

    Its credentials last for an hour, and clients fetch new ones early.

    Args:
        identity_pool_id: the pool's id, its region first.
        region: where the pool is. Default: the region in its id.
        logins: for a signed-in user: the identity provider's name to the user's id token, or an async function that gives
            such a mapping and is asked before every refresh, since id tokens expire too. Without, the identity is a guest.
        endpoint_url: where to ask instead of ``https://cognito-identity.{region}.amazonaws.com``.
        clock: time and sleep, for tests.

    Raises:
        ConfigurationError: an argument that cannot work.

    Source: Amazon Cognito Federated Identities API reference, GetId and GetCredentialsForIdentity.
    """

    identity_pool_id: str = field(validator=_pool_id)
    region: str | None = field(default=None, validator=_region_name)
    logins: Logins | Callable[[], Awaitable[Logins]] | None = field(default=None, repr=False)
    endpoint_url: str | None = field(default=None, validator=_absolute)
    clock: Clock = field(default=SYSTEM, kw_only=True, repr=False)
    _identity_id: str | None = field(default=None, init=False, repr=False)

    @property
    def identity_id(self) -> str | None:
        """Who we are to AWS, which is a user's id on Unleash live; None until credentials were fetched."""
        return self._identity_id

    async def credentials(self, network: Network | None = None) -> AWSCredentials:
        """Fetch credentials. Clients do that by themselves.

        Args:
            network: what to ask with; otherwise a connection is opened and closed again.

        Raises:
            APIError: Cognito refuses; ``code`` is its name for why, such as ``"NotAuthorizedException"``.
            TransportError: Cognito does not answer.
            DecodeError: it answers with something else.
            ConfigurationError: the function for `logins` gave none.
        """
        if network is not None:
            return await self._fetch(network)
        async with own_network(clock=self.clock) as alone:
            return await self._fetch(alone)

    async def _fetch(self, network: Network) -> AWSCredentials:
        logins = dict((await self.logins() if callable(self.logins) else self.logins) or {})
        if callable(self.logins) and not logins:
            raise ConfigurationError("logins gave no login, and a signed-in user must not become a guest")
        if self._identity_id is not None:
            try:
                return await self._credentials_of(self._identity_id, logins, network)
            except APIError as error:
                if not (error.code or "").endswith("ResourceNotFoundException"):
                    raise
                self._identity_id = None  # somebody has deleted the identity: ask for another
        # A guest gets a new identity each time that GetId is asked, so it is asked once.
        body = {"IdentityPoolId": self.identity_pool_id}
        identity_id = await self._ask(network, GET_ID, body, logins, read_identity_id)
        credentials = await self._credentials_of(identity_id, logins, network)
        self._identity_id = identity_id
        return credentials

    async def _credentials_of(self, identity_id: str, logins: Logins, network: Network) -> AWSCredentials:
        return await self._ask(network, GET_CREDENTIALS, {"IdentityId": identity_id}, logins, read_credentials)

    async def _ask(
        self,
        network: Network,
        operation: Operation,
        body: dict[str, Any],
        logins: Logins,
        into: Callable[[Reply], T],
    ) -> T:
        region = self.region or self.identity_pool_id.partition(":")[0]
        return await network.ask(
            operation,
            self.endpoint_url or f"https://cognito-identity.{region}.amazonaws.com/",
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"AWSCognitoIdentityService.{_TARGETS[operation.id]}",
            },
            body=json.dumps({**body, "Logins": logins} if logins else body).encode(),
            into=into,
            secrets=tuple(logins.values()),
        )


def read_identity_id(reply: Reply) -> str:
    """The identity's id from the answer of GetId.

    Raises:
        DecodeError: it holds none.
    """
    value = reply.json()
    if isinstance(value, dict) and isinstance(identity_id := value.get("IdentityId"), str):
        return identity_id
    raise reply.unreadable("an IdentityId was promised")


def read_credentials(reply: Reply) -> AWSCredentials:
    """The credentials from the answer of GetCredentialsForIdentity.

    The secret is called ``SecretKey`` there, and ``Expiration`` is in seconds since the epoch.

    Raises:
        DecodeError: it holds none.
    """
    value = reply.json()
    try:
        given = value["Credentials"]
        ends = given.get("Expiration")
        return AWSCredentials(
            given["AccessKeyId"],
            given["SecretKey"],
            given.get("SessionToken"),
            expires_at=datetime.fromisoformat(ends) if isinstance(ends, str) else ends,
        )
    except (LookupError, TypeError, ValueError, AttributeError, ConfigurationError):
        raise reply.unreadable("credentials were promised") from None
