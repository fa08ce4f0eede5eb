"""Caching (sections "Cache Configurations" and "Cache Management"): what the CDN keeps, and how to make it forget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..body import body_bytes
from ..codec import Created, Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class CacheConditions(Model):
    """Which answers a cache configuration is about.

    Attributes:
        url_pattern: a regular expression for the path.
        header_patterns: header names to regular expressions.
    """

    url_pattern: str | None = None
    header_patterns: Mapping[str, str] | None = None


@frozen(kw_only=True)
class CacheSwitches(Model):
    """What is kept.

    Attributes:
        origin: the origin's answers.
        decision_points: what was decided at decision points.
    """

    origin: bool | None = None
    decision_points: bool | None = None


@frozen(kw_only=True)
class CacheConfiguration(Model):
    """A cache configuration.

    Attributes:
        label: for people.
        conditions: which answers it is about.
        cache: what of them is kept.
    """

    label: str | None = None
    conditions: CacheConditions | None = None
    cache: CacheSwitches | None = None


LIST = Operation("blaize.cache_configurations.list", "GET", "/v3/cache-configurations", "results")
CREATE = Operation(
    "blaize.cache_configurations.create",
    "POST",
    "/v3/cache-configurations",
    "none",
    "unsent",
    body=CacheConfiguration,
)
GET = Operation("blaize.cache_configurations.get", "GET", "/v3/cache-configurations/{id}", "object")
DELETE = Operation("blaize.cache_configurations.delete", "DELETE", "/v3/cache-configurations/{id}", "none")
UPDATE = Operation(
    "blaize.cache_configurations.update", "PUT", "/v3/cache-configurations/{id}", "none", body=CacheConfiguration
)
EVICT_ORIGIN = Operation(
    "blaize.cache_management.evict_origin",
    "POST",
    "/v3/cache-management/evict-origin",
    "none",
    "unsent",
    body=str,
    content_type="text/plain",
)


class CacheConfigurations(BlaizeResource):
    """What the CDN keeps."""

    def list(self) -> Pager[CacheConfiguration]:
        """List the cache configurations.

        ``GET /v3/cache-configurations``, section "Cache Configurations List".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=CacheConfiguration)

    async def create(self, configuration: CacheConfiguration | Mapping[str, Any]) -> Created:
        """Create a cache configuration.

        ``POST /v3/cache-configurations``, section "Cache Configurations List". Never sent twice by itself.

        Args:
            configuration: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=configuration)

    async def get(self, id: str) -> CacheConfiguration:
        """Get one cache configuration.

        ``GET /v3/cache-configurations/{id}``, section "Cache Configuration".

        Args:
            id: the configuration.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=CacheConfiguration)

    async def delete(self, id: str) -> Receipt:
        """Delete a cache configuration.

        ``DELETE /v3/cache-configurations/{id}``, section "Cache Configuration".

        Args:
            id: the configuration.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def update(self, id: str, configuration: CacheConfiguration | Mapping[str, Any]) -> Receipt:
        """Replace a cache configuration.

        ``PUT /v3/cache-configurations/{id}``, section "Cache Configuration".

        Args:
            id: the configuration.
            configuration: what it is to be, whole.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(UPDATE, id, body=configuration)


class CacheManagement(BlaizeResource):
    """How to make the CDN forget."""

    async def evict_origin(self, pattern: str | bytes) -> Receipt:
        """Forget all answers of the origin whose path matches a pattern.

        ``POST /v3/cache-management/evict-origin``, section "Evict Origin". The body is the pattern itself, as text.

        Args:
            pattern: a regular expression as Java has them, in one line, e.g. ``/news/.*``.

        Raises:
            TypeError: the pattern is no text; nothing was sent.
            ValueError: it is empty, or more than one line; nothing was sent.
            BadRequestError: it is no regular expression.
        """
        body = body_bytes(EVICT_ORIGIN, pattern)
        if len(body.splitlines()) != 1:
            raise ValueError("pattern must be one line, and not empty")
        return await self._do(EVICT_ORIGIN, body=body)
