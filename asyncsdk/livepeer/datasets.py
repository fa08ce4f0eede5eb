"""What can be pulled of this service: streams, sessions, users, and what they have used. All users' for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codec import as_json, from_dict
from ..datasets.dataset import Dataset
from ..datasets.pull import DataSets
from ..paging import Pager, at_once
from .sessions import Session, Sessions
from .stream import Stream
from .streams import Streams
from .user import UsagePeriod, User
from .users import USAGE, Users

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ..client import Client


def _streams(client: Client, _: str, __: int, ___: int) -> Pager[Stream]:
    return Streams(client).list()


def _sessions(client: Client, _: str, __: int, ___: int) -> Pager[Session]:
    return Sessions(client).list()


def _users(client: Client, _: str, __: int, ___: int) -> Pager[User]:
    return Users(client).list()


def _stream_sessions(client: Client, stream: str, _: int, __: int) -> Pager[Stream]:
    return Streams(client).sessions(stream)


def _usage(client: Client, user: str, start: int, end: int) -> Pager[UsagePeriod]:
    async def fetch() -> Sequence[UsagePeriod]:
        # not documented: an administrator may name the user
        query = {"fromTime": start, "toTime": end, "userId": user}
        found = await client.call(USAGE, into=as_json, query=query)
        return [from_dict(UsagePeriod, {**found, "userId": user, "fromTime": start, "toTime": end})]

    return at_once(fetch)


async def _stream_ids(client: Client) -> AsyncIterator[str]:
    async for stream in Streams(client).list(streams_only=True):
        if (found := getattr(stream, "id", None)) is not None:  # without one it cannot be asked for
            yield found


async def _user_ids(client: Client) -> AsyncIterator[str]:
    async for user in Users(client).list():
        if (found := getattr(user, "id", None)) is not None:  # without one it cannot be asked for
            yield found


STREAMS = Dataset("livepeer.streams", Stream, _streams)
SESSIONS = Dataset("livepeer.sessions", Session, _sessions)
USERS = Dataset("livepeer.users", User, _users)
STREAM_SESSIONS = Dataset("livepeer.stream_sessions", Stream, _stream_sessions, key="stream_id", keys=_stream_ids)
USAGE_OF_USERS = Dataset("livepeer.usage", UsagePeriod, _usage, key="user_id", keys=_user_ids, time="from_time")


class LivepeerDataSets(DataSets):
    """What can be pulled of this service.

    Attributes:
        streams: streams and sessions among them, as they are now.
        sessions: the sessions of all streams.
        users: all users, for administrators.
        stream_sessions: the sessions that have had traffic, by stream.
        usage: what was used, by user and time: a row a window, so give it a wide one, such as a day.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.streams = self._bound(STREAMS)
        self.sessions = self._bound(SESSIONS)
        self.users = self._bound(USERS)
        self.stream_sessions = self._bound(STREAM_SESSIONS)
        self.usage = self._bound(USAGE_OF_USERS)
