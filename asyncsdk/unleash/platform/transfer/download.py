"""One file from the storage to here: resumed after a cut, checked, and in its place only when it is whole."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

import anyio
import anyio.to_thread
from attrs import frozen

from ....errors import APIError, ConnectionLostError, DecodeError, TimeoutError as SDKTimeoutError
from ....operation import Operation
from ....timeout import Timeout
from .storage import explained

if TYPE_CHECKING:
    from ....chain.streamed import Streamed
    from ....client import Client
    from .source import Progress

DOWNLOAD = Operation(
    "unleash_platform.library.download",
    "GET",
    "",
    "bytes",
    "safe",
    signed=False,
    timeout=Timeout(connect=10, read=60, write=60),
)

_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})", re.ASCII)
_MD5 = re.compile(r'"([0-9a-f]{32})"', re.ASCII)
_CHANGED = frozenset({412, 416})
# so often in a row may nothing at all arrive
_MOST_IN_VAIN = 5
_BUFFER = 1 << 20


@frozen
class Download:
    """A file that was saved.

    Attributes:
        path: where.
        size: bytes.
        etag: what the storage calls these bytes, without quotes; None where it did not say.
    """

    path: Path
    size: int
    etag: str | None


@frozen
class _Begun:
    """What is there of a file: beside its place, and the storage's name of the bytes that it is a part of."""

    part: Path
    mark: Path

    def read(self) -> tuple[int, str]:
        """How many bytes there are, and of what; none where that is not known."""
        try:
            etag = self.mark.read_text("ascii")
            return (self.part.stat().st_size, etag) if etag else (0, "")
        except (OSError, ValueError):
            return 0, ""

    def open(self, start: int, etag: str) -> IO[bytes]:
        """The file, cut to where the answer begins."""
        if start == 0:
            self.mark.write_text(etag, "ascii")
            return self.part.open("wb")
        file = self.part.open("r+b")
        file.truncate(start)
        file.seek(start)
        return file

    def discard(self) -> None:
        """Forget it."""
        self.part.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)

    def publish(self, place: Path) -> None:
        """Put it in its place."""
        self.part.replace(place)
        self.mark.unlink(missing_ok=True)


class _AnotherError(Exception):
    """What is there is the beginning of something else than what comes: not every server heeds ``If-Match``."""


@frozen
class _Whole:
    """An answer that came to its end."""

    size: int
    total: int | None
    etag: str
    md5: str | None


async def download(
    client: Client, url: str, path: str | os.PathLike[str], *, progress: Progress | None = None
) -> Download:
    """Save what a URL gives.

    Args:
        client: over whose connections.
        url: as it was issued.
        path: where the file is to be.
        progress: told after each megabyte.

    Raises:
        OSError, SDKError: as `Library.download` says.
    """
    place = Path(path)
    begun = _Begun(place.with_name(f"{place.name}.part"), place.with_name(f"{place.name}.part.etag"))
    in_vain, restarted = 0, False
    while True:
        had, _ = await anyio.to_thread.run_sync(begun.read)
        try:
            whole = await _fetched(client, url, begun, progress=progress)
            break
        except (ConnectionLostError, SDKTimeoutError):
            has, _ = await anyio.to_thread.run_sync(begun.read)
            in_vain = 0 if has > had else in_vain + 1
            if in_vain >= _MOST_IN_VAIN:
                raise
            await client.clock.sleep(min(30.0, 0.5 * 2**in_vain))
        except APIError as error:
            if restarted or not had or error.status_code not in _CHANGED:
                raise explained(error) from None
            restarted = True
            await anyio.to_thread.run_sync(begun.discard)
        except _AnotherError:
            await anyio.to_thread.run_sync(begun.discard)
            if restarted:
                raise _wrong("it was replaced again and again while it was fetched") from None
            restarted = True
    await anyio.to_thread.run_sync(begun.publish, place)
    return Download(place, whole.size, whole.etag.strip('"') or None)


async def _fetched(client: Client, url: str, begun: _Begun, *, progress: Progress | None) -> _Whole:
    """One request, from where the file on disk ends; what came is on disk also where it breaks off."""
    had, etag = await anyio.to_thread.run_sync(begun.read)
    headers = {"Range": f"bytes={had}-", "If-Match": etag} if had else {}
    async with client.stream_url(DOWNLOAD, url, headers=headers, raw=True) as answer:
        whole = _head(answer, had)
        start = whole.size
        if start and whole.etag != etag:
            raise _AnotherError
        file = await anyio.to_thread.run_sync(begun.open, start, whole.etag)
        try:
            size = await _saved(answer, file, start, whole.total or 0, progress)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_closed, file)
        if whole.total is not None and size != whole.total:
            raise _wrong(f"{whole.total} bytes were promised and {size} came")
        if whole.md5 is not None and await anyio.to_thread.run_sync(_md5, begun.part) != whole.md5:
            await anyio.to_thread.run_sync(begun.discard)
            raise _wrong("what came is not what the storage has: its MD5 is another")
        return _Whole(size, whole.total, whole.etag, whole.md5)


def _head(answer: Streamed, had: int) -> _Whole:
    """What an answer is: its size is where it begins. Content-Range decides, and not the status.

    Raises:
        DecodeError: it begins beyond what is there.
    """
    etag = answer.headers.get("etag", "")
    strong = etag if etag.startswith('"') and etag.isascii() else ""
    found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    digest = _MD5.fullmatch(strong)
    # under a key of its own or the account's, an ETag looks like an MD5 and is none
    encrypted = answer.headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    md5 = None if digest is None or encrypted else digest[1]
    if found is None:
        length = answer.headers.get("content-length", "")
        return _Whole(0, int(length) if length.isdecimal() else None, strong, md5)
    start = int(found[1])
    if start > had:
        raise _wrong(f"it begins at byte {start}, and {had} bytes are there")
    return _Whole(start, int(found[2]), strong, md5)


async def _saved(answer: Streamed, file: IO[bytes], size: int, total: int, progress: Progress | None) -> int:
    """Write what comes, a megabyte at a time, in a worker thread; how many bytes there are then."""
    pieces: list[bytes] = []
    held = 0

    async def write() -> None:
        nonlocal held, size
        await anyio.to_thread.run_sync(file.write, b"".join(pieces))
        size += held
        pieces.clear()
        held = 0
        if progress is not None:
            progress(size, total)

    try:
        async for piece in answer:
            pieces.append(piece)
            held += len(piece)
            if held >= _BUFFER:
                await write()
    finally:
        if pieces:
            with anyio.CancelScope(shield=True):
                await write()
    return size


def _wrong(why: str) -> DecodeError:
    return DecodeError(f"{DOWNLOAD.id}: {why}", operation=DOWNLOAD.id)


def _closed(file: IO[bytes]) -> None:
    with file:
        file.flush()
        os.fsync(file.fileno())


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
