"""The tenant and its settings (sections "Configuration" and "Initialize")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, to_dict
from ..operation import Operation
from ..resource import Resource


@frozen(kw_only=True, eq=False)
class TenantConfiguration(Model):
    """A tenant's settings: an open map of dotted names to texts, read like a mapping.

    ::

        settings = await blaize.configuration.get()
        await blaize.configuration.save({**settings, "cdn.origin": "https://origin.example.com"})

    The document names ``db.tables.*``, ``oauth.{google,linkedin,facebook}.{clientId,clientSecret,callbackUri,apis.host}``,
    ``cdn.origin``, ``redis.host``, ``redis.port``, ``elasticsearch.url``, ``aws.region``, ``email.from`` and
    ``authentication.password.requireEmailVerfication`` (so spelled). A repr shows nothing of it.
    """

    @property
    def values(self) -> Mapping[str, Any]:
        """The settings, by name."""
        return self.extra

    def __getitem__(self, name: str) -> Any:
        return self.extra[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.extra)

    def __len__(self) -> int:
        return len(self.extra)

    def keys(self) -> Any:
        """The names."""
        return self.extra.keys()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TenantConfiguration):
            return NotImplemented
        return bool(to_dict(self) == to_dict(other))

    __hash__ = None  # type: ignore[assignment]  # as a mapping


SAVE = Operation("blaize.configuration.save", "POST", "/v3/configuration", "none", "unsent", body=Mapping[str, Any])
GET = Operation("blaize.configuration.get", "GET", "/v3/configuration", "object")
INITIALIZE = Operation("blaize.tenants.initialize", "POST", "/v3/initialize", "none", "unsent")


class Configuration(Resource):
    """The tenant's settings."""

    async def save(self, configuration: TenantConfiguration | Mapping[str, Any]) -> Receipt:
        """Create or change settings.

        ``POST /v3/configuration``, section "Save Configuration".

        Args:
            configuration: names to values.

        Raises:
            TypeError: not a mapping; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, body=configuration)

    async def get(self) -> TenantConfiguration:
        """Get the settings, secrets included.

        ``GET /v3/configuration``, section "Get Configuration".
        """
        return await self._get(GET, of=TenantConfiguration)


class Tenants(Resource):
    """The tenant itself."""

    async def initialize(self) -> Receipt:
        """Install the tenant.

        ``POST /v3/initialize``, section "Install tenant". Without a body. Never sent twice by itself.

        Raises:
            BadRequestError: the service refuses it.
        """
        return await self._do(INITIALIZE)
