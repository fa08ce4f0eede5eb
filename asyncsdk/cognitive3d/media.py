"""Files that are given to the service: scenes."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import AsyncExitStack
from mimetypes import guess_type
from typing import IO, TYPE_CHECKING, Any

import httpx
from anyio import to_thread

from ..http.body import FileBody, FormBody, FormFile, HeldBody
from ..operation import Operation
from ..resource import Resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..http.body import Body
    from ..http.reply import Reply

File = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | AsyncIterable[bytes]
"""A path, the bytes themselves, a binary file that can seek, or pieces as they come (which are put on disk first)."""

UPLOAD_SCENE = Operation(
    "cognitive3d.media.upload_scene",
    "POST",
    "/v0/scenes",
    "text",
    "unsent",
    content_type="multipart/form-data",
    host="data",
)

_TYPES = {".bin": "application/octet-stream", ".gltf": "model/gltf+json"}
_OF_ITS_OWN = "cvr-request-time"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Media(Resource):
    """Files that are given to the service."""

    async def upload_scene(
        self, files: Mapping[str, File], *, on_progress: Callable[[int, int], None] | None = None
    ) -> str:
        """Upload a scene, and get its id.

        ``POST /v0/scenes`` at the data host, as a form of raw files. They are read from the disk while they are sent. It is sent
        again only where the service has provably seen nothing of it, and then every file is opened anew.

        Args:
            files: by name: ``scene.bin``, ``scene.gltf``, ``screenshot.png``, ``settings.json``.
            on_progress: called with the bytes that were sent so far, and how many there are.

        Returns:
            The id of the scene; the service sends it as plain text, in quotes or without.

        Raises:
            ValueError: no file.
            TypeError: something that is none.
            OSError: a file that cannot be read.
            DecodeError: what came back is no answer of the service, such as the page of a captive portal.
            PermissionDeniedError: the key may only read; uploads want a developer key.
        """
        if not files:
            raise ValueError("files must not be empty")
        async with AsyncExitStack() as spooled:
            parts = [
                FormFile(name, await _body(spooled, name, file), name, _type(name)) for name, file in files.items()
            ]
            form = FormBody({}, parts)
            return await self._client.call(
                UPLOAD_SCENE,
                into=read_scene_id,
                body=form if on_progress is None else _Watched(form, on_progress),
                content_type=form.content_type,
            )


def _type(name: str) -> str:
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122  # a name, and no path
    return _TYPES.get(ending) or guess_type(name)[0] or "application/octet-stream"


async def _body(spooled: AsyncExitStack, name: str, file: Any) -> Body:
    """A file as a body of known length that can be opened again."""
    if isinstance(file, bytes | bytearray | memoryview):
        return HeldBody(bytes(file))
    if isinstance(file, str | os.PathLike) or (hasattr(file, "read") and hasattr(file, "seek")):
        return await to_thread.run_sync(FileBody, file)
    if not isinstance(file, AsyncIterable):
        raise TypeError(f"{name} is a path, bytes, a binary file or an async iterable, not {type(file).__name__}")
    kept: IO[bytes] = await to_thread.run_sync(tempfile.TemporaryFile)
    spooled.push_async_callback(to_thread.run_sync, kept.close)
    async for piece in file:
        await to_thread.run_sync(kept.write, piece)
    await to_thread.run_sync(kept.seek, 0)
    return await to_thread.run_sync(FileBody, kept)


def read_scene_id(reply: Reply) -> str:
    """The id of a scene: plain text, or the same as a JSON string.

    Every answer of the data host has the header ``cvr-request-time``; a captive portal answers 200 too, with a page or a word of
    its own.

    Raises:
        DecodeError: it is no id.
    """
    text = reply.body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    found = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    own = _OF_ITS_OWN in reply.headers or reply.status == 201
    if not (_ID if own else _UUID).fullmatch(found):
        why = "the id of a scene was promised"
        if not own:
            why += (
                f"; a {reply.status} without the header {_OF_ITS_OWN} is no answer of the data host's: "
                "a captive portal or a proxy may stand in between"
            )
        raise reply.unreadable(why)
    return found


class _Watched:
    """A body that tells how much of it was sent.

    Args:
        body: the body.
        tell: is told.
    """

    held = None

    def __init__(self, body: FormBody, tell: Callable[[int, int], None]) -> None:
        self._body = body
        self._tell = tell
        self.length = body.length

    @property
    def spent(self) -> bool:
        return self._body.spent

    def stream(self) -> httpx.AsyncByteStream:
        return _WatchedStream(self._body.stream(), self.length, self._tell)


class _WatchedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, length: int, tell: Callable[[int, int], None]) -> None:
        self._stream = stream
        self._pieces = aiter(stream)
        self._sent = 0
        self._length = length
        self._tell = tell

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self._pieces)
        self._sent += len(piece)
        self._tell(self._sent, self._length)
        return piece

    async def aclose(self) -> None:
        await self._stream.aclose()
