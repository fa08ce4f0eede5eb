"""The library (section "Library"): media files in the storage, the sessions they belong to, and what was made of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from typing import Any, Literal

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from ...paging import Pager
from .model import Presigned
from .resource import PlatformResource
from .rules import FILE_NAME, NOT_EMPTY, ruled
from .transfer.download import Download, download
from .transfer.many import upload_each
from .transfer.source import Path, Progress, Source
from .transfer.upload import UploadResult, upload


@frozen(kw_only=True)
class MediaUpload(Model):
    """What a media file's form is asked for.

    Attributes:
        device_id: what recorded it.
        session_id: the session it belongs to.
        filename: what it is called.
    """

    device_id: str | None = wire("deviceId")
    session_id: str | None = wire("sessionId", secret=False)
    filename: str | None = ruled("filename", FILE_NAME)


@frozen(kw_only=True)
class Media(Model):
    """A file in the library.

    Attributes:
        key: its name in the storage.
        size: bytes.
        url: where it can be got for a while, if the service says that.
    """

    key: str | None = wire("key", secret=False)
    size: int | None = None
    url: str | None = wire("url", secret=True)


@frozen(kw_only=True)
class LibrarySession(Model):
    """A flight, or whatever else files belong to.

    Attributes:
        session_id: its id, within the device.
    """

    session_id: str = wire("sessionId", secret=False, always=True)


@frozen(kw_only=True)
class Solution(Model):
    """A file that modelling has made of a session.

    Attributes:
        key: its name in the storage.
        size: bytes.
        url: where it can be got for a while, if the service says that.
    """

    key: str | None = wire("key", secret=False)
    size: int | None = None
    url: str | None = wire("url", secret=True)


@frozen(kw_only=True)
class SessionSolution(Solution):
    """A file that modelling has made, among those of all sessions of a device.

    Attributes:
        session_id: of which session; put in by the client.
    """

    session_id: str | None = wire("sessionId", secret=False)


@frozen(kw_only=True)
class ObjectKeys(Model):
    """Which files are meant.

    Attributes:
        object_keys: their keys; one that ends in a slash means the whole folder.
    """

    object_keys: tuple[str, ...] | None = ruled("objectKeys", NOT_EMPTY, secret=False)


CREATE_UPLOAD = Operation(
    "unleash_platform.library.create_upload",
    "POST",
    "/library/upload",
    "object",
    "unsent",
    body=MediaUpload,
    required=("deviceId", "sessionId", "filename"),
)
SESSION_MEDIA = Operation(
    "unleash_platform.library.session_media",
    "GET",
    "/library/media/device/{device_id}/session/{session_id}",
    "array",
)
DEVICE_MEDIA = Operation("unleash_platform.library.device_media", "GET", "/library/media/device/{device_id}", "array")
MEDIA = Operation("unleash_platform.library.media", "GET", "/library/media/", "array")
SESSIONS = Operation("unleash_platform.library.sessions", "GET", "/library/session/device/{device_id}/", "array")
SOLUTIONS = Operation(
    "unleash_platform.library.solutions",
    "GET",
    "/library/solution/device/{device_id}/session/{session_id}",
    "array",
)
DELETE = Operation(
    "unleash_platform.library.delete",
    "DELETE",
    "/library/delete",
    "none",
    body=ObjectKeys,
    required=("objectKeys",),
)


class Library(PlatformResource):
    """Media files, their sessions, and what was made of them."""

    async def create_upload(self, media: MediaUpload | Mapping[str, Any]) -> Presigned:
        """Ask where a media file may be sent; `upload` does that and sends it.

        ``POST /library/upload``, section "Upload a media file". Never sent twice by itself.

        Args:
            media: what recorded it, the session, and what it is called.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._get(CREATE_UPLOAD, body=media, of=Presigned)

    async def upload(
        self,
        file: Source,
        *,
        device_id: str,
        session_id: str,
        filename: str | None = None,
        size: int | None = None,
        progress: Progress | None = None,
    ) -> UploadResult:
        """Send a media file, from disk straight to the storage, in constant memory.

        It asks for a presigned form and posts it with none of the client's headers or credentials. A form that has expired meanwhile
        is asked for anew. An attempt that fails is made again from the file's first byte.

        Args:
            file: a path; bytes; a binary file, which is taken from where it stands and left open; or an async iterable of bytes. What
                cannot seek and says no size is first written to a temporary file, since the storage takes nothing of unknown length.
            device_id: what recorded it.
            session_id: the session it belongs to.
            filename: what it is to be called; by default as the file is.
            size: bytes of an async iterable, if known: then it is sent as it comes, and only once.
            progress: told bytes sent and bytes in all, after each piece; from the beginning with each attempt.

        Raises:
            ValueError: no file name, an empty one, over 5 GB, or a size that the form does not allow; nothing was sent to the storage.
            OSError: the file cannot be read.
            SDKError: the service or the storage refused it; ``code`` is the storage's own.
        """

        async def ask(name: str) -> Presigned:
            return await self.create_upload(MediaUpload(device_id=device_id, session_id=session_id, filename=name))

        return await upload(
            self._client,
            "unleash_platform.library.upload",
            ask,
            file,
            filename=filename,
            size=size,
            progress=progress,
        )

    async def upload_many(
        self,
        paths: Iterable[Path] | AsyncIterable[Path],
        *,
        device_id: str,
        session_id: str,
        concurrency: int = 8,
        on_error: Literal["raise", "collect"] = "raise",
    ) -> AsyncIterator[UploadResult]:
        """Send many media files, some at once; an async iterator of results as they come.

        ::

            async for done in platform.library.upload_many(paths, device_id="W123", session_id="3"):
                print(done.key, done.size)

        Args:
            paths: of the files; taken lazily.
            device_id: what recorded them.
            session_id: the session they belong to.
            concurrency: how many are under way at once.
            on_error: ``"raise"`` stops at the first failure; ``"collect"`` goes on, and gives that file's result with ``error`` set.

        Raises:
            TypeError, ValueError: arguments of the wrong kind.
            SDKError, OSError, ValueError: as `upload`.
        """

        async def one(path: Path) -> UploadResult:
            return await self.upload(path, device_id=device_id, session_id=session_id)

        async with aclosing(upload_each(paths, one, concurrency=concurrency, on_error=on_error)) as results:
            async for each in results:
                yield each

    def session_media(self, device_id: str, session_id: str) -> Pager[Media]:
        """List the media files of a session.

        ``GET /library/media/device/{deviceId}/session/{sessionId}``, section "List session media files".

        Args:
            device_id: what recorded them.
            session_id: the session.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(SESSION_MEDIA, device_id, session_id, of=Media)

    def device_media(self, device_id: str) -> Pager[Media]:
        """List the media files of a device.

        ``GET /library/media/device/{deviceId}``, section "List device media files".

        Args:
            device_id: what recorded them.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(DEVICE_MEDIA, device_id, of=Media)

    def media(self) -> Pager[Media]:
        """List all media files.

        ``GET /library/media/``, section "List all media files"; the slash at the end is the document's. It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(MEDIA, of=Media)

    async def download(
        self, media: Media | Solution | str, path: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> Download:
        """Save a file whose URL is known.

        It is written beside its place under a name that ends in ``.part``, goes on from there after a cut, and comes to its place only
        whole: by its length, and by its MD5 where the storage's ETag is one. The URL's host is sent no credentials.

        Args:
            media: a file of the library whose ``url`` the service has told; or a URL.
            path: where it is to be.
            progress: told bytes there and bytes in all, after each piece.

        Raises:
            ValueError: there is no URL.
            OSError: it cannot be written.
            DecodeError: what came is not what the storage said that it would send.
            SDKError: the storage refused it, or was lost more often than the client tries again.
        """
        url = media if isinstance(media, str) else media.url
        if not url:
            raise ValueError("this file has no URL: the service told none")
        return await download(self._client, url, path, progress=progress)

    def sessions(self, device_id: str) -> Pager[LibrarySession]:
        """List the sessions of a device.

        ``GET /library/session/device/{deviceId}/``, section "List device sessions"; the slash at the end is the document's.

        Args:
            device_id: the device.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(SESSIONS, device_id, of=LibrarySession)

    def solutions(self, device_id: str, session_id: str) -> Pager[Solution]:
        """List what modelling has made of a session.

        ``GET /library/solution/device/{deviceId}/session/{sessionId}``, section "List ODM solutions".

        Args:
            device_id: the device.
            session_id: the session.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(SOLUTIONS, device_id, session_id, of=Solution)

    async def delete(self, keys: ObjectKeys | Mapping[str, Any]) -> Receipt:
        """Delete files, or a folder with all that is in it.

        ``DELETE /library/delete``, section "Delete library items". The keys stand in the body.

        Args:
            keys: ``{"objectKeys": [...]}``; a folder is one key that ends in a slash.

        Raises:
            TypeError, ValueError: no key is named; nothing was sent.
        """
        return await self._do(DELETE, body=keys)
