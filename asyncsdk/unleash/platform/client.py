"""The client of the Unleash live Platform: requests signed for AWS, to two gateways, and files straight to the storage."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Literal, Self, Unpack

import httpx

from ...auth.credentials import AnyCredentials, CredentialCache
from ...auth.sigv4 import SigV4Signer, credential_cache, region_of_host
from ...chain.host import HostState
from ...client import Client, Where
from ...errors import ConfigurationError
from ...group import Group
from ...options import ClientOptions, CopyOptions
from .addons import Addons
from .companies import Companies
from .datasets import PlatformDataSets
from .devices import Devices
from .library import Library
from .media import MediaTools
from .modelling import Modelling
from .plans import Plans
from .products import Products
from .recognition import Recognition
from .users import Users

Stage = Literal["dev", "test", "prod"]

BASE_URLS: Mapping[str, str] = {
    "dev": "https://8xbk6rnolh.execute-api.ap-southeast-2.amazonaws.com/dev",
    "test": "https://ncwcpjourd.execute-api.ap-southeast-2.amazonaws.com/test",
    "prod": "https://v8ic8csycc.execute-api.ap-southeast-2.amazonaws.com/prod",
}
"""Where each stage is (section "Staging environments")."""

MODELLING_URL = "https://94hx3w6zfh.execute-api.ap-southeast-2.amazonaws.com"
"""Where modelling and recognition are; the document names one host for all stages."""

REGION = "ap-southeast-2"


class PlatformChanges(CopyOptions, total=False):
    """What a copy of `UnleashPlatform` may change."""

    stage: Stage | None
    credentials: AnyCredentials | None
    region: str | None
    modelling_url: str | None


class UnleashPlatform(Client):
    """A client of the Unleash live Platform.

    ::

        identity = CognitoIdentity("ap-southeast-2:...", logins={...})
        async with UnleashPlatform(credentials=identity) as platform:
            done = await platform.library.upload("216.JPG", device_id="W123", session_id="3")

    All its calls raise `SDKError` and what derives from it: `PermissionDeniedError` where the gateway refuses credentials, signature
    or path, `ServerError` and `TransportError` where it or the way to it fails. The methods' own descriptions name what is particular
    to them. A call that must not be repeated and whose answer is lost says that its outcome is unknown.

    Args:
        stage: ``"dev"``, ``"test"`` or ``"prod"``. Default: the environment variable ``UNLEASH_STAGE``, else ``"prod"``.
        credentials: `AWSCredentials`; a `CognitoIdentity`; botocore's or an `aws_requests_auth` object; an async function that gives
            `AWSCredentials`. Default: whatever botocore finds (environment, profile, container, instance).
        region: what requests are signed for. Default: the one in the host's name, else what the credentials say, else
            ``ap-southeast-2``.
        modelling_url: where modelling and recognition are. Default: `base_url` where that was given, so that a test never leaves its
            sandbox; else the document's host.
        options: what every client takes: `ClientOptions`. ``base_url`` may come from ``UNLEASH_PLATFORM_BASE_URL``; its default is
            the stage's.

    Attributes:
        companies: customers, their users and devices.
        users: users, their devices and companies.
        devices: what records.
        library: media files, their sessions, and what was made of them; uploads and downloads.
        plans: what companies pay for a month.
        products: hardware for sale.
        addons: what can be bought to run on streams and files.
        modelling: maps and models of pictures.
        recognition: add-ons run over files.
        media: videos cut and put together.

    Raises:
        ConfigurationError: an unknown stage, credentials of an unknown kind, an argument that cannot work; botocore is not installed.
    """

    system = "unleash_platform"

    companies = Group(Companies)
    users = Group(Users)
    devices = Group(Devices)
    library = Group(Library)
    plans = Group(Plans)
    products = Group(Products)
    addons = Group(Addons)
    modelling = Group(Modelling)
    recognition = Group(Recognition)
    media = Group(MediaTools)

    def __init__(
        self,
        stage: Stage | None = None,
        *,
        credentials: AnyCredentials | None = None,
        region: str | None = None,
        modelling_url: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._set_up(
            {
                "stage": stage,
                "credentials": credential_cache(credentials),
                "region": region,
                "modelling_url": modelling_url,
            },
            options,
        )

    def _where(self) -> Mapping[str, Where]:
        given = self._arguments
        own = given["base_url"] or os.environ.get("UNLEASH_PLATFORM_BASE_URL")
        main = own or BASE_URLS[_stage(given["stage"])]
        modelling = given["modelling_url"] or own or MODELLING_URL
        sign = _signers(given["credentials"], given["region"])
        return {"": (main, sign(main)), "modelling": (modelling, sign(modelling))}

    def with_options(self, **changes: Unpack[PlatformChanges]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: any argument of the class but those of its connections (`CopyOptions`).

        Raises:
            TypeError: an argument that there is not, or that a copy cannot change.
            ConfigurationError: a value that cannot work.
        """
        told = dict(changes)
        if "credentials" in changes:  # fetched once for both hosts, and for the copies of this one
            told["credentials"] = credential_cache(changes["credentials"])
        return self._with(told)

    @cached_property
    def datasets(self) -> PlatformDataSets:
        """What can be pulled as a whole, or by many devices."""
        return PlatformDataSets(self)


def _stage(given: str | None) -> str:
    found = given if given is not None else os.environ.get("UNLEASH_STAGE") or "prod"
    if found not in BASE_URLS:
        raise ConfigurationError(f"stage must be one of {', '.join(BASE_URLS)}, not {found!r}")
    return found


def _signers(credentials: CredentialCache, region: str | None) -> Callable[[str], Callable[[HostState], SigV4Signer]]:
    """From a base URL to what makes its signer; all of them share the credentials."""

    def of(url: str) -> Callable[[HostState], SigV4Signer]:
        where = region or region_of_host(_host(url)) or credentials.region or REGION
        return lambda known: SigV4Signer(credentials, where, clock=known.clock)

    return of


def _host(url: str) -> str:
    try:
        return httpx.URL(url).raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""  # the client itself says what is wrong with it
