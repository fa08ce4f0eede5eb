"""What can be pulled of the Platform: devices, and the media files and sessions of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from ...datasets.dataset import Dataset
from ...datasets.pull import DataSets
from .devices import Devices
from .library import Library, LibrarySession, Media
from .model import Device

if TYPE_CHECKING:
    from ...client import Client
    from ...paging import Pager


async def _device_ids(client: Client) -> AsyncIterator[str]:
    async for device in Devices(client).list():
        if (found := getattr(device, "id", None)) is not None:  # without one it cannot be asked for
            yield found


def _devices(client: Client, _key: str, _start: int, _end: int) -> Pager[Device]:
    return Devices(client).list()


def _media(client: Client, device: str, _start: int, _end: int) -> Pager[Media]:
    return Library(client).device_media(device)


def _sessions(client: Client, device: str, _start: int, _end: int) -> Pager[LibrarySession]:
    return Library(client).sessions(device)


DEVICES = Dataset("unleash_platform.devices", Device, _devices)
MEDIA = Dataset("unleash_platform.media", Media, _media, key="device_id", keys=_device_ids)
SESSIONS = Dataset("unleash_platform.sessions", LibrarySession, _sessions, key="device_id", keys=_device_ids)


class PlatformDataSets(DataSets):
    """What can be pulled of the Platform.

    Attributes:
        devices: all devices.
        media: the media files, by device.
        sessions: the sessions, by device.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.devices = self._bound(DEVICES)
        self.media = self._bound(MEDIA)
        self.sessions = self._bound(SESSIONS)
