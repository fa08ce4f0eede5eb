"""Parts that several documents of this system share, and its times: milliseconds since the epoch, 0 for never."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import Model, wire
from ..times import instant
from .rules.signature import seconds


def moment(value: float | None) -> datetime | None:
    """A time of this service as an aware UTC datetime; None for 0, by which it means never, and for what is no time.

    Args:
        value: milliseconds since the epoch; seconds, as some releases write them, are told by their size.
    """
    found = seconds(value)
    if not found:
        return None
    try:
        return instant(round(found * 1000))
    except OverflowError:
        return None


@frozen(kw_only=True)
class Profile(Model):
    """A rendition that a stream is transcoded to.

    Attributes:
        name: e.g. ``"720p"``; never ``"source"``.
        width: pixels, e.g. 1280.
        height: pixels, e.g. 720.
        bitrate: bits per second, e.g. 2000000.
        fps: frames per second, e.g. 30.
        gop: seconds between key frames as a text, or ``"intra"``.
        profile: of H.264, e.g. ``"H264Main"``.
    """

    name: str | None = None
    width: int | None = None
    height: int | None = None
    bitrate: int | None = None
    fps: int | None = None
    gop: str | None = None
    profile: str | None = None


@frozen(kw_only=True)
class PushTargetSpec(Model):
    """A push target that is made together with a stream.

    Attributes:
        name: for people.
        url: where to push, with its key: never shown in a repr, and never normalised.
    """

    name: str | None = None
    url: str | None = wire("url", secret=True)


@frozen(kw_only=True)
class PushTargetRef(Model):
    """Where a stream is pushed to.

    Attributes:
        profile: the rendition, or ``"source"``.
        id: of a push target.
        spec: in place of an id, a new one; the service answers with its id.
    """

    profile: str | None = None
    id: str | None = None
    spec: PushTargetSpec | None = None


@frozen(kw_only=True)
class Wowza(Model):
    """Renditions as a Wowza server names them.

    Attributes:
        manifest_id: e.g. ``"de7818e7-610a-4057-8f6f-b785dc1e6f88"``.
        source_info: of the source, as Wowza has it.
        stream_name_groups: likewise.
    """

    manifest_id: str | None = wire("manifestID")
    source_info: Any = wire("sourceInfo")
    stream_name_groups: Any = wire("streamNameGroups")
