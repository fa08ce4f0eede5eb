"""Sessions: one each time that somebody streams (model "session")."""

from __future__ import annotations

from attrs import frozen

from ..codec import Model, wire
from ..operation import Operation
from ..paging import Pager
from .listing import LivepeerResource, told
from .model import Profile
from .rules.filters import Filters, Order, filters_of, order_of
from .rules.waiting import is_recorded
from .stream import Stream
from .user import User


@frozen(kw_only=True)
class Session(Model):
    """What was streamed without a longer break.

    Attributes:
        id: e.g. ``"de7818e7-610a-4057-8f6f-b785dc1e6f88"``.
        kind: ``"session"``; the document has ``"stream"``.
        name: e.g. ``"test_session"``.
        user_id: whose.
        last_seen: when it was last live, in milliseconds since the epoch, e.g. 1587667174725; 0 for never.
        source_segments: how many segments came in.
        transcoded_segments: how many went out.
        source_segments_duration: of all those that came in, seconds.
        transcoded_segments_duration: of all those that went out, seconds.
        source_bytes: how many came in.
        transcoded_bytes: how many went out.
        ingest_rate: bytes that come in, per second.
        outgoing_rate: bytes that go out, per second.
        deleted: whether it was.
        created_at: when, in milliseconds since the epoch, e.g. 1587667174725.
        parent_id: the stream.
        record: whether it was recorded.
        record_object_store_id: where to, e.g. ``"D8321C3E-B29C-45EB-A1BB-A623D8BE0F65"``.
        recording_status: ``"waiting"`` or ``"ready"``; ready may never come, and other words may.
        recording_url: the recording as HLS; empty until it is ready.
        mp4_url: the recording as one file; empty until it is ready.
        playback_id: makes the playback URL, e.g. ``"eaw4nk06ts2d0mzb"``.
        profiles: the renditions it was transcoded to.
        parent_stream: the stream, where an administrator asks.
        user: who owns it, where an administrator asks.
    """

    id: str = wire("id", always=True)
    kind: str | None = None
    name: str | None = None
    user_id: str | None = wire("userId")
    last_seen: int | None = wire("lastSeen")
    source_segments: int | None = wire("sourceSegments")
    transcoded_segments: int | None = wire("transcodedSegments")
    source_segments_duration: float | None = wire("sourceSegmentsDuration")
    transcoded_segments_duration: float | None = wire("transcodedSegmentsDuration")
    source_bytes: int | None = wire("sourceBytes")
    transcoded_bytes: int | None = wire("transcodedBytes")
    ingest_rate: float | None = wire("ingestRate")
    outgoing_rate: float | None = wire("outgoingRate")
    deleted: bool | None = None
    created_at: int | None = wire("createdAt")
    parent_id: str | None = wire("parentId")
    record: bool | None = None
    record_object_store_id: str | None = wire("recordObjectStoreId")
    recording_status: str | None = wire("recordingStatus")
    recording_url: str | None = wire("recordingUrl")
    mp4_url: str | None = wire("mp4Url")
    playback_id: str | None = wire("playbackId")
    profiles: tuple[Profile, ...] | None = None
    parent_stream: Stream | None = wire("parentStream")
    user: User | None = None


FIELDS = frozenset(
    {
        "id",
        "name",
        "lastSeen",
        "createdAt",
        "userId",
        "user.email",
        "parentId",
        "record",
        "sourceSegments",
        "transcodedSegments",
        "sourceSegmentsDuration",
        "transcodedSegmentsDuration",
        "sourceBytes",
        "transcodedBytes",
        "ingestRate",
        "outgoingRate",
        "recordingStatus",
    }
)

LIST = Operation(
    "livepeer.sessions.list",
    "GET",
    "/session",
    "cursor",
    query={
        "limit": "limit",
        "cursor": "cursor",
        "order": "order",
        "filters": "filters",
        "count": "count",
        "all": "all",
        "active": "active",
        "user_id": "userId",
    },
)
GET = Operation("livepeer.sessions.get", "GET", "/session/{id}", "object")


class Sessions(LivepeerResource):
    """Sessions of all streams."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Order | None = None,
        filters: Filters | None = None,
        count: bool | None = None,
        all: bool | None = None,
        active: bool | None = None,
        user_id: str | None = None,
        page_size: int | None = None,
    ) -> Pager[Session]:
        """List the sessions of all streams.

        ``GET /session``. What is deleted while a walk goes on may make it miss as many others.

        Args:
            limit: sessions a page, not in all.
            cursor: a page to begin with.
            order: by which fields; by id where it does not say.
            filters: which ones; a text is looked for inside the field.
            count: whether to have them counted: `Pager.total`.
            all: whether deleted ones too, for administrators.
            active: only those that are live.
            user_id: only this user's, for administrators.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            ServerError: 501: a server without ingest has no sessions; raised by the iteration.
        """
        query = {
            "order": order_of(order, FIELDS),
            "filters": filters_of(filters, FIELDS),
            "count": told(count),
            "all": all,
            "active": active,
            "userId": user_id,
        }
        return self._pages(LIST, of=Session, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> Session:
        """Get one session.

        ``GET /session/{id}``.

        Args:
            id: the session.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(GET, id, of=Session)

    async def wait_for_recording(self, id: str, *, timeout: float | None = 3600.0) -> Session:  # noqa: ASYNC109  # of all reads
        """Wait for the recording of a session: ask for it again and again, more slowly each time.

        ``GET /session/{id}``. A recording is there once it is called ready and has a URL: the word alone may come early, and neither
        may ever come. So give it a time. Errors of the server and lost connections are waited out.

        Args:
            id: the session.
            timeout: seconds for all of it; None for no limit.

        Returns:
            The session, with its `recording_url` or `mp4_url`.

        Raises:
            TimeoutError: it is not there in time; its ``resume`` is the id to go on with.
            JobFailedError: the session is not recorded.
            NotFoundError: there is none, or it is somebody else's.
        """
        found: Session = await self._client.wait_until(
            lambda: self.get(id),
            lambda session: is_recorded(session, operation=GET.id),
            deadline=timeout,
            what=f"the recording of the session {id}",
            resume=id,
        )
        return found
