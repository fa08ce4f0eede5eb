"""What can be pulled of the Platform: devices, and the media files, sessions and solutions of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from ...codec import from_dict, to_dict
from ...datasets.dataset import Dataset
from ...datasets.pull import DataSets
from ...errors import PaginationError
from ...paging import Page, Pager
from .devices import Devices
from .library import Library, LibrarySession, Media, SessionSolution
from .model import Device

if TYPE_CHECKING:
    from ...client import Client
    from ...paging.pager import Fetch


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


def _solutions(client: Client, device: str, _start: int, _end: int) -> Pager[SessionSolution]:
    """The solutions of a device: its sessions first, and then a page for each, whose cursor is the session's id."""
    library = Library(client)

    def begin() -> Fetch[SessionSolution]:
        following: dict[str, str | None] | None = None

        async def page(cursor: str | None) -> Page[SessionSolution]:
            nonlocal following
            if following is None:
                ids = list(
                    dict.fromkeys([each.session_id async for each in library.sessions(device) if each.session_id])
                )
                following = dict(zip(ids, [*ids[1:], None], strict=False))
            session = next(iter(following), None) if cursor is None else cursor
            if session is None:
                return Page([])
            if session not in following:
                raise PaginationError(f"the device has no session {session!r} any more")
            found = await library.solutions(device, session).to_list()
            rows = [from_dict(SessionSolution, {**to_dict(each), "sessionId": session}) for each in found]
            return Page(rows, cursor=following[session])

        return page

    return Pager.of_walks(begin, of=SessionSolution)


DEVICES = Dataset("unleash_platform.devices", Device, _devices)
MEDIA = Dataset("unleash_platform.media", Media, _media, key="device_id", keys=_device_ids)
SESSIONS = Dataset("unleash_platform.sessions", LibrarySession, _sessions, key="device_id", keys=_device_ids)
SOLUTIONS = Dataset("unleash_platform.solutions", SessionSolution, _solutions, key="device_id", keys=_device_ids)


class PlatformDataSets(DataSets):
    """What can be pulled of the Platform.

    Attributes:
        devices: all devices.
        media: the media files, by device.
        sessions: the sessions, by device.
        solutions: what modelling has made, by device; each row with its session.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.devices = self._bound(DEVICES)
        self.media = self._bound(MEDIA)
        self.sessions = self._bound(SESSIONS)
        self.solutions = self._bound(SOLUTIONS)
