"""A transport that records what a service answers, or plays it."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from ...errors import SDKError
from .exchange import Raw, content_type, key, played, veiled_body, veiled_path
from .veil import Veil

_LISTED = 10
_OF_THE_CODING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class NotRecordedError(SDKError):
    """A cassette does not hold what was asked for."""


class Cassette(httpx.AsyncBaseTransport):
    """An `httpx` transport that plays recorded answers, and with ``record=True`` records them. Give it to a client as ``transport=``.

    ::

        with Cassette("tests/cassettes/users.json", record=recording) as cassette:
            async with Blaize("demo", transport=cassette) as blaize:
                ...

    The file is JSON to be read, changed and committed: secrets are taken out (credentials, signatures and cookies, fields and parameters
    with such a name, and their values wherever else they stand), and of an answer's headers a few are kept. A request is found by its
    method, path, query and body; its credentials, signature, date and host are of no matter. What was asked more than once is answered
    in the order of the recording, and nothing is answered that was not recorded.

    Args:
        path: the file.
        record: ask the service, and write the file anew when the block ends.
        transport: what asks it; by default httpx's own.
        keep: names of fields and parameters that are kept though they look like secrets, such as ``"sessionId"``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        record: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        keep: Collection[str] = (),
    ) -> None:
        self.path = Path(path)
        self.recording = record
        self._given = transport
        self._own: httpx.AsyncBaseTransport | None = None
        self._keep = frozenset(keep)
        self._veil = Veil(keep)
        self._recorded: list[Raw | None] = []
        self._tape: dict[Any, deque[dict[str, Any]]] | None = None
        self._counts: dict[Any, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.save()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Play an answer, or get and record it.

        Raises:
            NotRecordedError: there is none; says what there is.
            httpx.TransportError: while recording, what the service's transport raised.
        """
        body = await request.aread()
        if self.recording:
            return await self._record(request, body)
        return self._play(request, body)

    async def aclose(self) -> None:
        """Close the connections of a recording; it may go on with others."""
        own, self._own = self._own, None
        if own is not None:
            await own.aclose()

    def save(self) -> None:
        """Write what was recorded; a cassette that plays does nothing."""
        exchanges = [each for each in self._recorded if each is not None]
        if not self.recording or not exchanges:
            return
        veil = Veil(self._keep)
        for each in exchanges:
            each.teach(veil)
        tape = {"exchanges": [each.wire(veil) for each in exchanges]}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.write_text(json.dumps(tape, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(self.path)

    @property
    def unplayed(self) -> list[str]:
        """The requests whose answers were not asked for, e.g. ``["GET /v3/users?page=2"]``."""
        return [_named(each["request"]) for answers in self._loaded().values() for each in answers]

    async def _record(self, request: httpx.Request, body: bytes) -> httpx.Response:
        place = len(self._recorded)
        self._recorded.append(None)  # in the order in which they were asked
        if self._given is None and self._own is None:
            self._own = httpx.AsyncHTTPTransport(trust_env=False)
        inner = self._given or self._own
        assert inner is not None
        response = await inner.handle_async_request(request)
        try:
            answer = await response.aread()
        finally:
            await response.aclose()
        headers = [each for each in response.headers.multi_items() if each[0].lower() not in _OF_THE_CODING]
        path = request.url.raw_path.decode("ascii")
        self._recorded[place] = Raw(
            request.method, path, request.headers.raw, body, response.status_code, headers, answer
        )
        return httpx.Response(response.status_code, headers=headers, stream=httpx.ByteStream(answer))

    def _play(self, request: httpx.Request, body: bytes) -> httpx.Response:
        asked: dict[str, Any] = {
            "method": request.method,
            "path": veiled_path(request.url.raw_path.decode("ascii"), self._veil),
        }
        if body:
            asked["body"] = veiled_body(body, content_type(request.headers.raw), self._veil)
        answers = self._loaded().get(key(asked))
        if not answers:
            raise NotRecordedError(self._missing(asked))
        response = answers.popleft()["response"]
        headers = [(name, value) for name, value in response.get("headers", ()) if name.lower() not in _OF_THE_CODING]
        return httpx.Response(response["status"], headers=headers, stream=httpx.ByteStream(played(response)))

    def _loaded(self) -> dict[Any, deque[dict[str, Any]]]:
        if self._tape is None:
            self._tape = {}
            for each in self._read():
                request = _normal(each["request"], self._veil)
                self._tape.setdefault(key(request), deque()).append({**each, "request": request})
            self._counts = {each: len(answers) for each, answers in self._tape.items()}
        return self._tape

    def _read(self) -> list[dict[str, Any]]:
        try:
            exchanges: list[dict[str, Any]] = json.loads(self.path.read_text(encoding="utf-8"))["exchanges"]
        except FileNotFoundError:
            raise NotRecordedError(
                f"nothing is recorded in {self.path} yet: record it once, with Cassette(..., record=True) or pytest --record"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise NotRecordedError(f"{self.path} is no cassette: record it anew") from None
        return exchanges

    def _missing(self, asked: dict[str, Any]) -> str:
        times = self._counts.get(key(asked), 0)
        if times:
            why = f"{_named(asked)} was recorded {times} time{'s' * (times > 1)}, and is asked for once more"
        else:
            why = f"{_named(asked)} was not recorded"
        return f"{why}; {self.path} has {', '.join(self._near(asked)) or 'nothing'}"

    def _near(self, asked: dict[str, Any]) -> Iterator[str]:
        """What there is, what is like it first."""
        method, path, *_ = key(asked)
        found = sorted(self._counts, key=lambda each: (each[1] != path, each[0] != method))
        for each in found[:_LISTED]:
            query = "&".join("=".join(pair) for pair in each[2])
            body = "" if each[3] == "null" or each[:2] != (method, path) else f" with {_cut(each[3])}"
            yield f"{each[0]} {each[1]}{'?' * bool(query)}{query}{body}"
        if len(found) > _LISTED:
            yield f"and {len(found) - _LISTED} more"


def _normal(request: dict[str, Any], veil: Veil) -> dict[str, Any]:
    """A recorded request as it is looked for, also where somebody else wrote it down."""
    normal = {"method": request["method"].upper(), "path": veiled_path(request["path"], veil)}
    return {**normal, "body": veil.json(request["body"])} if "body" in request else normal


def _named(request: dict[str, Any]) -> str:
    body = f" with {_cut(json.dumps(request['body'], ensure_ascii=False))}" if "body" in request else ""
    return f"{request['method']} {request['path']}{body}"


def _cut(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"
