"""Streams: what is sent to the service to be transcoded (section "/stream", model "stream")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..body import checked
from ..codec import Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import LivepeerResource, skipped, switched, told
from .rules.filters import Filters, Order, filters_of, order_of
from .rules.waiting import Liveness, is_recorded
from .rules.writes import changed_stream, ids_of, new_stream
from .stream import FIELDS, Stream, StreamInfo, Terminated

CREATE = Operation("livepeer.streams.create", "POST", "/stream", "object", "unsent", body=Stream, required=("name",))
LIST = Operation(
    "livepeer.streams.list",
    "GET",
    "/stream",
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
        "streams_only": "streamsonly",
        "sessions_only": "sessionsonly",
    },
)
GET = Operation("livepeer.streams.get", "GET", "/stream/{id}", "object")
UPDATE = Operation("livepeer.streams.update", "PATCH", "/stream/{id}", "none", "unsent", body=Stream)
DELETE = Operation("livepeer.streams.delete", "DELETE", "/stream/{id}", "none")
DELETE_MANY = Operation("livepeer.streams.delete_many", "DELETE", "/stream", "none", body=Mapping[str, Sequence[str]])
SESSIONS = Operation(
    "livepeer.streams.sessions",
    "GET",
    "/stream/{id}/sessions",
    "cursor",
    query={"limit": "limit", "cursor": "cursor", "force_url": "forceUrl", "record": "record"},
)
SET_RECORD = Operation(
    "livepeer.streams.set_record",
    "PATCH",
    "/stream/{id}/record",
    "none",
    "unsent",
    body=Stream,
    required=("record",),
)
SET_SUSPENDED = Operation(
    "livepeer.streams.set_suspended",
    "PATCH",
    "/stream/{id}/suspended",
    "none",
    "unsent",
    body=Stream,
    required=("suspended",),
)
TERMINATE = Operation("livepeer.streams.terminate", "DELETE", "/stream/{id}/terminate", "object")
INFO = Operation("livepeer.streams.info", "GET", "/stream/{id}/info", "object")


class Streams(LivepeerResource):
    """Streams."""

    async def create(self, stream: Stream | Mapping[str, Any]) -> Stream:
        """Create a stream.

        ``POST /stream``, section "/stream". Never sent twice by itself. Where there are no profiles, an empty list is sent, without
        which some releases fail. Of a stream that was read, what the service gives itself is left out: another one like it is
        made. Reads go to a replica: for half a minute, this client waits a moment for what it has made.

        Args:
            stream: at least a name.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            UnprocessableError: a field that the service does not know or take; the message says which.
            BadRequestError: a profile called "source", or an object store that is not there.
        """
        return await self._make(CREATE, of=Stream, body=new_stream(checked(CREATE, stream)))

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
        streams_only: bool | None = None,
        sessions_only: bool | None = None,
        page_size: int | None = None,
    ) -> Pager[Stream]:
        """List streams, and sessions among them.

        ``GET /stream``, section "/stream". Pages are told by an offset: what is deleted while a walk goes on may make it miss
        as many others. None is given twice.

        Args:
            limit: streams a page, not in all.
            cursor: a page to begin with.
            order: by which fields, ``"name"`` or ``"-createdAt"``; by id where it does not say.
            filters: which ones: ``{"name": "test", "createdAt": {"gte": 1587667174725}}``. A text is looked for inside the field,
                with ``%`` for any characters and ``_`` for one.
            count: whether to have them counted: `Pager.total`.
            all: whether deleted ones too, for administrators.
            active: only those that are live.
            user_id: only this user's, for administrators.
            streams_only: no sessions.
            sessions_only: only sessions.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        query = {
            "order": order_of(order, FIELDS),
            "filters": filters_of(filters, FIELDS),
            "count": told(count),
            "all": all,
            "active": active,
            "userId": user_id,
            "streamsonly": streams_only,
            "sessionsonly": sessions_only,
        }
        return self._pages(LIST, of=Stream, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def get(self, id: str) -> Stream:
        """Get one stream or session.

        ``GET /stream/{id}``.

        Args:
            id: the stream.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(GET, id, of=Stream)

    async def update(self, id: str, stream: Stream | Mapping[str, Any]) -> Receipt:
        """Change what can be changed of a stream: ``record``, ``suspended``, ``pushTargets``.

        ``PATCH /stream/{id}``. A stream that was read, changed with `attrs.evolve`, can be given as it is. Older releases do not
        have this operation, but `set_record` and `set_suspended`.

        Args:
            id: the stream.
            stream: what is to change.

        Raises:
            ValueError, TypeError: a field of the wrong type, or one that can never be changed; nothing was sent.
            NotFoundError: there is none, or it is somebody else's.
            BadRequestError: it is a session.
        """
        return await self._do(UPDATE, id, body=changed_stream(UPDATE, stream, checked(UPDATE, stream)))

    async def delete(self, id: str) -> Receipt:
        """Delete a stream.

        ``DELETE /stream/{id}``. Where an attempt was lost, that the next one finds nothing is taken for done.

        Args:
            id: the stream.

        Raises:
            NotFoundError: there is none, or it was deleted before.
        """
        return await self._delete(DELETE, id)

    async def delete_many(self, ids: Sequence[str] | Mapping[str, Sequence[str]]) -> Receipt:
        """Delete several streams.

        ``DELETE /stream``.

        Args:
            ids: of the streams; or ``{"ids": [...]}``.

        Raises:
            TypeError: no list of texts; nothing was sent.
            UnprocessableError: no ids.
            ServerError: one of them is unknown.
        """
        return await self._delete(DELETE_MANY, body=ids_of(ids))

    def sessions(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        force_url: bool | None = None,
        record: bool | None = None,
        page_size: int | None = None,
    ) -> Pager[Stream]:
        """List the sessions of a stream that have had traffic, the last one first.

        ``GET /stream/{id}/sessions``. The service gives no link to the next page here: there is one as long as pages are full.

        Args:
            id: the stream.
            limit: sessions a page, not in all.
            cursor: a page to begin with.
            force_url: give the URLs of a recording that is not ready too.
            record: only those that were recorded, or that were not.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
            NotFoundError: there is no such stream; raised by the iteration.
        """
        return self._pages(
            SESSIONS,
            id,
            of=Stream,
            query={"forceUrl": told(force_url), "record": record},
            limit=limit,
            page_size=page_size,
            cursor=cursor,
            following=partial(skipped, filtered=record is False),
        )

    async def set_record(self, id: str, record: bool | Stream | Mapping[str, Any]) -> Receipt:
        """Record a stream from its next session on, or no longer.

        ``PATCH /stream/{id}/record``. The server of the document's release lets everybody do this to every stream.

        Args:
            id: the stream.
            record: whether; or an object that says so.

        Raises:
            ValueError, TypeError: it does not say; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._do(SET_RECORD, id, body=switched(SET_RECORD, record, "record"))

    async def set_suspended(self, id: str, suspended: bool | Stream | Mapping[str, Any]) -> Receipt:
        """Let nobody stream to a stream, or let them again.

        ``PATCH /stream/{id}/suspended``.

        Args:
            id: the stream.
            suspended: whether; or an object that says so.

        Raises:
            ValueError, TypeError: it does not say; nothing was sent.
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._do(SET_SUSPENDED, id, body=switched(SET_SUSPENDED, suspended, "suspended"))

    async def terminate(self, id: str) -> Terminated:
        """Cut a stream that is live; it may be started again.

        ``DELETE /stream/{id}/terminate``.

        Args:
            id: the stream.

        Raises:
            APIError: 410: it is not live.
            BadRequestError: the service does not know where it runs.
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(TERMINATE, id, of=Terminated)

    async def info(self, id: str) -> StreamInfo:
        """Get a stream with its last session, and for administrators its user.

        ``GET /stream/{id}/info``.

        Args:
            id: the stream, one of its sessions, or its playback id.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(INFO, id, of=StreamInfo)

    async def wait_until_live(self, id: str, *, timeout: float | None = 3600.0) -> Stream:  # noqa: ASYNC109  # of all reads
        """Wait until somebody streams: ask for the stream again and again, more slowly each time.

        ``GET /stream/{id}``. What it says of itself may be behind, so a stream is live where it was seen again since the first read, or
        where it is called active and was seen in the last five minutes. Errors of the server and lost connections are waited out.

        Args:
            id: the stream.
            timeout: seconds for all of it; None for no limit.

        Returns:
            The stream, as it was read last.

        Raises:
            TimeoutError: it is not live in time; its ``resume`` is the id to go on with.
            NotFoundError: there is none, or it is somebody else's.
        """
        live, clock = Liveness(), self._client.clock
        found: Stream = await self._client.wait_until(
            lambda: self.get(id),
            lambda stream: live.holds(stream, clock.time()),
            deadline=timeout,
            what=f"the stream {id} is to be live",
            resume=id,
        )
        return found

    async def wait_for_recording(self, id: str, *, timeout: float | None = 3600.0) -> Stream:  # noqa: ASYNC109  # likewise
        """Wait for the recording of the last session of a stream that is recorded (`sessions`); a later session changes nothing.

        ``GET /stream/{id}/sessions``. A recording is there once it is called ready and has a URL: the word alone may come early, and
        neither may ever come. So give it a time. For one session of many there is ``livepeer.sessions.wait_for_recording``.

        Args:
            id: the stream.
            timeout: seconds for all of it; None for no limit.

        Returns:
            The session, with its `recording_url` or `mp4_url`.

        Raises:
            TimeoutError: it is not there in time; its ``resume`` is the id to go on with.
            NotFoundError: there is no such stream.
        """
        meant: str | None = None

        async def poll() -> Stream | None:
            nonlocal meant
            async for session in self.sessions(id, record=True):
                if meant in (None, session.id):
                    meant = session.id
                    return session
            return None

        found: Stream = await self._client.wait_until(
            poll,
            lambda session: is_recorded(session, operation=SESSIONS.id),
            deadline=timeout,
            what=f"the recording of the stream {id}",
            resume=id,
        )
        return found
