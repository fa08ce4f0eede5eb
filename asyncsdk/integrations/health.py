"""What shows that a service answers and takes our credentials: the cheapest call of each system that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


async def _analytics(client: Any) -> None:
    await client.version()


async def _platform(client: Any) -> None:
    await client.plans.list().first()


async def _blaize(client: Any) -> None:
    await client.users.list(rpp=1).page()


async def _cognitive3d(client: Any) -> None:
    await client.question_sets.list()


async def _livepeer(client: Any) -> None:
    await client.streams.list(limit=1).page()


CHECKS: Mapping[str, Callable[[Any], Awaitable[None]]] = {
    "unleash_analytics": _analytics,
    "unleash_platform": _platform,
    "blaize": _blaize,
    "cognitive3d": _cognitive3d,
    "livepeer": _livepeer,
}
"""By the system's name; each raises an `SDKError` where it is not well."""
