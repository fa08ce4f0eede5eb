"""What a stream is (model "stream")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..codec import Model, wire
from .model import Profile, PushTargetRef, Wowza
from .user import User

if TYPE_CHECKING:
    pass


@frozen(kw_only=True)
class Stream(Model):
    """A stream; or, with a `parent_id`, one session of it.

    Attributes:
        id: e.g. ``"de7818e7-610a-4057-8f6f-b785dc1e6f88"``.
        kind: ``"stream"``.
        name: e.g. ``"test_stream"``; can never be changed.
        user_id: whose, e.g. ``"66E2161C-7670-4D05-B71D-DA2D6979556F"``.
        last_seen: when it was last live, in milliseconds since the epoch, e.g. 1587667174725; 0 for never.
        source_segments: how many segments came in.
        transcoded_segments: how many went out.
        source_segments_duration: of all those that came in, seconds.
        transcoded_segments_duration: of all those that went out, seconds.
        source_bytes: how many came in.
        transcoded_bytes: how many went out.
        ingest_rate: bytes that come in, per second.
        outgoing_rate: bytes that go out, per second.
        deleted: whether it was; only administrators see it then.
        is_active: whether it is live. May be behind, both ways: see also `last_seen`.
        created_by_token_name: the name of the API token that made it.
        created_by_token_id: that token itself, which is a key: never shown in a repr.
        created_at: when, in milliseconds since the epoch, e.g. 1587667174725.
        parent_id: of a session: the stream it is one of.
        partial_session: whether this is not the last part of the user's session.
        previous_sessions: the ids of the parts before.
        stream_key: whoever has it can stream to the RTMP URL that it makes, e.g. ``"hgebdhhigq"``; never shown in a repr.
        playback_id: makes the playback URL, e.g. ``"eaw4nk06ts2d0mzb"``.
        profiles: the renditions it is transcoded to.
        object_store_id: e.g. ``"D8321C3E-B29C-45EB-A1BB-A623D8BE0F65"``. The service checks it, and then drops it.
        presets: names of renditions, e.g. ``"P720p30fps16x9"``.
        record: whether it is to be recorded, with the default settings.
        record_object_store_id: where it was recorded to.
        wowza: renditions as a Wowza server names them.
        renditions: URLs by the name of the rendition.
        push_targets: where it is pushed to.
        detection: what is looked for in its pictures.
        region: where the session was created, e.g. ``"fra"``.
        broadcaster_host: the broadcaster that transcodes it.
        mist_host: the Mist server that processes it.
        suspended: whether nobody can stream to it.
        user: who owns it, where an administrator asks.
        recording_status: of a session, ``"waiting"`` or ``"ready"``; it may never come.
        recording_url: of a session, its recording as HLS.
        mp4_url: of a session, its recording as one file.
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
    is_active: bool | None = wire("isActive")
    created_by_token_name: str | None = wire("createdByTokenName", secret=False)
    created_by_token_id: str | None = wire("createdByTokenId", secret=True)
    created_at: int | None = wire("createdAt")
    parent_id: str | None = wire("parentId")
    partial_session: bool | None = wire("partialSession", secret=False)
    previous_sessions: tuple[str, ...] | None = wire("previousSessions", secret=False)
    stream_key: str | None = wire("streamKey", secret=True)
    playback_id: str | None = wire("playbackId")
    profiles: tuple[Profile, ...] | None = None
    object_store_id: str | None = wire("objectStoreId")
    presets: tuple[str, ...] | None = None
    record: bool | None = None
    record_object_store_id: str | None = wire("recordObjectStoreId")
    wowza: Wowza | None = None
    renditions: Mapping[str, Any] | None = None
    push_targets: tuple[PushTargetRef, ...] | None = wire("pushTargets")
    detection: Mapping[str, Any] | None = None
    region: str | None = None
    broadcaster_host: str | None = wire("broadcasterHost")
    mist_host: str | None = wire("mistHost")
    suspended: bool | None = None
    user: User | None = None
    recording_status: str | None = wire("recordingStatus")
    recording_url: str | None = wire("recordingUrl")
    mp4_url: str | None = wire("mp4Url")


@frozen(kw_only=True)
class StreamInfo(Model):
    """A stream, and what belongs to it.

    Attributes:
        stream: the stream.
        session: its last session, if it has one.
        user: who owns it, where an administrator asks.
        is_playback_id: whether it was found by its playback id.
        is_session: whether what was asked for is a session.
        is_stream_key: whether it was found by its stream key.
    """

    stream: Stream | None = None
    session: Stream | None = wire("session", secret=False)
    user: User | None = None
    is_playback_id: bool | None = wire("isPlaybackid")
    is_session: bool | None = wire("isSession", secret=False)
    is_stream_key: bool | None = wire("isStreamKey", secret=False)


@frozen(kw_only=True)
class Terminated(Model):
    """Whether a stream was terminated.

    Attributes:
        result: whether.
    """

    result: bool | None = None


FIELDS = frozenset(
    {
        "id",
        "name",
        "lastSeen",
        "createdAt",
        "userId",
        "isActive",
        "user.email",
        "parentId",
        "record",
        "sourceSegments",
        "transcodedSegments",
        "sourceSegmentsDuration",
        "transcodedSegmentsDuration",
    }
)
