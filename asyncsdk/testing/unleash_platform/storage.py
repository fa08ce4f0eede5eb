"""The storage behind the Platform, on a disk of its own: forms and PUTs come in, files go out, each with its checks."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from hashlib import md5, sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.sax.saxutils import escape

from attrs import frozen
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .presigning import Presigner, StorageError
from .signature import Asked, uri_encoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

BUCKET = "pylot"

_PART = re.compile(rb"\r?\n?--(?P<boundary>[^\r\n]+)\r\n(?P<head>(?:[^\r\n]+\r\n)+)\r\n", re.DOTALL)
_NAME = re.compile(rb'name="([^"]*)"')
_RANGE = re.compile(r"bytes=(\d{1,18})-", re.ASCII)
_CREDENTIALS = frozenset({"authorization", "x-api-key", "cookie", "x-amz-security-token"})
_MOST_HEAD = 1 << 20


@frozen
class Stored:
    """An object.

    Attributes:
        key: its name.
        size: bytes.
        etag: its MD5.
    """

    key: str
    size: int
    etag: str


class Storage:
    """One bucket.

    Args:
        presigner: makes and checks what lets others in.
    """

    def __init__(self, presigner: Presigner) -> None:
        self.presigner = presigner
        self.objects: dict[str, Stored] = {}
        self._root = Path(tempfile.mkdtemp(prefix="asyncsdk-sandbox-"))
        weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)

    def put(self, key: str, content: bytes) -> Stored:
        """Keep bytes under a key."""
        self._place(key).write_bytes(content)
        made = self.objects[key] = Stored(key, len(content), md5(content, usedforsecurity=False).hexdigest())
        return made

    def content(self, key: str) -> bytes:
        """The bytes under a key.

        Raises:
            KeyError: there are none.
        """
        return self._place(self.objects[key].key).read_bytes()

    def remove(self, key: str) -> None:
        """Forget a key, or all that begins with one that ends in a slash."""
        for each in [each for each in self.objects if each == key or (key.endswith("/") and each.startswith(key))]:
            del self.objects[each]
            self._place(each).unlink()

    def path_of(self, prefix: str, key: str) -> str:
        """The path of a key, encoded once."""
        return f"{prefix}/{BUCKET}/{uri_encoded(key, keep='/')}"

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the storage's own."""
        try:
            return await self._respond(request, path)
        except StorageError as error:
            said = f"<Error><Code>{error.code}</Code><Message>{escape(str(error))}</Message><RequestId>test-request</RequestId></Error>"
            return Response(said, error.status, media_type="application/xml")
        except ClientDisconnect:
            return Response(status_code=400)

    async def _respond(self, request: Request, path: str) -> Response:
        if given := _CREDENTIALS & set(request.headers):
            raise StorageError(400, "InvalidArgument", f"Only one auth mechanism allowed: {', '.join(sorted(given))}")
        if "content-length" not in request.headers and request.method in ("POST", "PUT"):
            raise StorageError(
                501, "NotImplemented", "A header you provided implies functionality that is not implemented"
            )
        if request.method == "POST" and path == f"/{BUCKET}":
            return await self._form(request)
        key = unquote(path.removeprefix(f"/{BUCKET}/"))
        self.presigner.check_url(asked(request))
        if request.method == "PUT":
            with self._temporary() as (place, file):
                digest = md5(usedforsecurity=False)
                async for piece in request.stream():
                    digest.update(piece)
                    file.write(piece)
                return self._keep(key, place, file, digest.hexdigest(), 200)
        return self._get(request, key)

    async def _form(self, request: Request) -> Response:
        """A form: its fields first, and then the file, which goes to the disk as it comes."""
        fields: dict[str, str] = {}
        held, tail = b"", b""
        with self._temporary() as (place, file):
            async for piece in request.stream():
                if tail:
                    file.write(piece)
                    continue
                held += piece
                rest, boundary = _fields(held, fields)
                if rest is not None:
                    tail = b"\r\n--%b--\r\n" % boundary
                    file.write(rest)
                elif len(held) > _MOST_HEAD:
                    raise StorageError(400, "MaxPostPreDataLengthExceeded", "The fields before the file are too large")
            size = file.tell() - len(tail)
            file.seek(max(0, size))
            if not tail or size < 0 or file.read() != tail:
                raise StorageError(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed")
            least, most = self.presigner.check_form(fields)
            if size > most:
                raise StorageError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
            if size < least:
                raise StorageError(
                    400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
                )
            file.truncate(size)
            file.seek(0)
            digest = md5(usedforsecurity=False)
            while piece := file.read(1 << 20):
                digest.update(piece)
            return self._keep(fields["key"], place, file, digest.hexdigest(), 204)

    def _keep(self, key: str, place: Path, file: IO[bytes], etag: str, status: int) -> Response:
        file.flush()
        size = file.seek(0, 2)
        place.replace(self._place(key))
        self.objects[key] = Stored(key, size, etag)
        return Response(status_code=status, headers={"etag": f'"{etag}"'})

    def _get(self, request: Request, key: str) -> Response:
        found = self.objects.get(key)
        if found is None:
            raise StorageError(404, "NoSuchKey", "The specified key does not exist.")
        etag = f'"{found.etag}"'
        if request.headers.get("if-match", etag) != etag:
            raise StorageError(
                412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"
            )
        content = self.content(key)
        headers = {"etag": etag, "accept-ranges": "bytes"}
        part = _RANGE.fullmatch(request.headers.get("range", ""))
        if part is None:
            return Response(content, 200, headers, "application/octet-stream")
        start = int(part[1])
        if start >= len(content):
            raise StorageError(416, "InvalidRange", "The requested range is not satisfiable")
        headers["content-range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Response(content[start:], 206, headers, "application/octet-stream")

    def _place(self, key: str) -> Path:
        return self._root / sha256(key.encode()).hexdigest()

    def _temporary(self) -> _Temporary:
        return _Temporary(self._root)


class _Temporary:
    """A file that is gone at the end, unless it was put elsewhere."""

    def __init__(self, root: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=root, delete=False)  # noqa: SIM115  # closed on exit
        self._place = Path(self._file.name)

    def __enter__(self) -> tuple[Path, IO[bytes]]:
        return self._place, self._file.file

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._place.unlink(missing_ok=True)


def _fields(held: bytes, fields: dict[str, str]) -> tuple[bytes | None, bytes]:
    """Read the fields of a form as far as it has come; gives what is there of the file, once that has begun."""
    fields.clear()
    boundary = b""
    for name, begins, found in _parts(held):
        boundary = found
        if name == b"file":
            return held[begins:], boundary
        ends = held.find(b"\r\n--%b" % boundary, begins)
        if ends < 0:
            break
        fields[name.decode()] = held[begins:ends].decode()
    return None, boundary


def _parts(held: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """The name of each part that has begun, where its content begins, and the boundary."""
    for found in _PART.finditer(held):
        name = _NAME.search(found["head"])
        if name is not None:
            yield name[1], found.end(), found["boundary"]


def asked(request: Request) -> Asked:
    """A request as its signature sees it."""
    scope = request.scope
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Asked(request.method, scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii"), headers)
