"""Media tools (section "Unleash Media Tools"): videos cut and put together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from ...codec import Model, Receipt
from ...operation import Operation
from .resource import PlatformResource
from .rules import NOT_EMPTY, SECONDS, ruled


def seconds(value: str | float | timedelta | None) -> str | None:
    """A time within a video as the service takes it: seconds as text. Only a `timedelta` and a number are changed."""
    if isinstance(value, timedelta):
        whole, rest = divmod(value // timedelta(microseconds=1), 1_000_000)
        return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    other: Any = value  # what it is not is refused with the body
    return other  # type: ignore[no-any-return]


def _time(name: str) -> dict[str, Any]:
    return {"wire": name, "secret": None, "rules": (SECONDS,)}


@frozen(kw_only=True)
class Crop(Model):
    """Which part of a video is meant.

    Attributes:
        object_key: the video's key in the storage.
        start: where the part begins, in seconds: text, a number or a `timedelta`; sent as text.
        end: where it ends; likewise.
    """

    object_key: str | None = ruled("objectKey", NOT_EMPTY, secret=False)
    # spelt out, since type checkers take from the converter what may be given
    start: str | None = field(default=None, converter=seconds, metadata=_time("start"))
    end: str | None = field(default=None, converter=seconds, metadata=_time("end"))


@frozen(kw_only=True)
class Concat(Model):
    """Which videos are meant.

    Attributes:
        object_keys: their keys in the storage, in order.
    """

    object_keys: tuple[str, ...] | None = ruled("objectKeys", NOT_EMPTY, secret=False)


CROP = Operation(
    "unleash_platform.media.crop",
    "POST",
    "/media/crop",
    "none",
    "unsent",
    body=Crop,
    required=("objectKey", "start", "end"),
)
CONCAT = Operation(
    "unleash_platform.media.concat",
    "POST",
    "/media/concat",
    "none",
    "unsent",
    body=Concat,
    required=("objectKeys",),
)


class MediaTools(PlatformResource):
    """Videos cut and put together."""

    async def crop(self, video: Crop | Mapping[str, Any]) -> Receipt:
        """Start to cut a part out of a video; it is saved beside it, under a name with a time and a UUID.

        ``POST /media/crop``, section "Video crop". Never sent twice by itself.

        Args:
            video: which part of which; its times go as text of seconds, and may be given as `timedelta`.

        Raises:
            TypeError, ValueError: a field that is missing, or no time in seconds; nothing was sent.
        """
        if isinstance(video, Mapping):
            video = {name: seconds(value) if name in ("start", "end") else value for name, value in video.items()}
        return await self._do(CROP, body=video)

    async def concat(self, videos: Concat | Mapping[str, Any]) -> Receipt:
        """Start to put videos together.

        ``POST /media/concat``, section "Video concat". Never sent twice by itself.

        Args:
            videos: which, in order.

        Raises:
            TypeError, ValueError: no video is named; nothing was sent.
        """
        return await self._do(CONCAT, body=videos)
