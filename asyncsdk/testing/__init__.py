"""What users test with: the sandbox of the documented services, a server for it, ways for it to misbehave, and cassettes.

The sandbox needs the extra ``sandbox`` (starlette and uvicorn), which is why each name is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .blaize import BlaizeService as BlaizeService
    from .cassettes import Cassette as Cassette, NotRecordedError as NotRecordedError
    from .clock import FakeClock as FakeClock
    from .cognitive3d import CognitiveService as CognitiveService
    from .livepeer import LivepeerService as LivepeerService
    from .rawserver import RawServer as RawServer, RecordedRequest as RecordedRequest, Reply as Reply
    from .sandbox import Sandbox as Sandbox, Service as Service
    from .script import Script as Script
    from .server import run as run, serve as serve
    from .unleash_analytics import AnalyticsService as AnalyticsService
    from .unleash_analytics.generator import Camera as Camera, Fleet as Fleet
    from .unleash_platform import UnleashPlatformService as UnleashPlatformService

_HOME = {
    "AnalyticsService": "unleash_analytics",
    "BlaizeService": "blaize",
    "Camera": "unleash_analytics.generator",
    "Cassette": "cassettes",
    "CognitiveService": "cognitive3d",
    "FakeClock": "clock",
    "Fleet": "unleash_analytics.generator",
    "LivepeerService": "livepeer",
    "NotRecordedError": "cassettes",
    "RawServer": "rawserver",
    "RecordedRequest": "rawserver",
    "Reply": "rawserver",
    "Sandbox": "sandbox",
    "Script": "script",
    "Service": "sandbox",
    "UnleashPlatformService": "unleash_platform",
    "run": "server",
    "serve": "server",
}

__all__ = [
    "AnalyticsService",
    "BlaizeService",
    "Camera",
    "Cassette",
    "CognitiveService",
    "FakeClock",
    "Fleet",
    "LivepeerService",
    "NotRecordedError",
    "RawServer",
    "RecordedRequest",
    "Reply",
    "Sandbox",
    "Script",
    "Service",
    "UnleashPlatformService",
    "run",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn"):
            raise
        raise ConfigurationError(
            f"the sandbox needs {missing}: install the extra, e.g. pip install 'asyncsdk[sandbox]'"
        ) from error
