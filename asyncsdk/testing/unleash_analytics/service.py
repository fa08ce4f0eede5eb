"""The Analytics API of Unleash live: the document's own samples, and generated devices beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from attrs import Factory, field, frozen, validators
from starlette.requests import Request
from starlette.responses import Response

from ...datasets.windows import milliseconds
from ...operation import Operation, declared
from ...times import DAY
from ...unleash.analytics import client as operations
from ..faults import OnPage
from ..gateway import FORBIDDEN, Gateway
from ..kit import Call, Door, Handler, Record, RefusedError, Shared, answer
from . import samples
from .generator import KEYS, Camera, Fleet, Row

_INTEGER = re.compile(r"-?[0-9]{1,30}", re.ASCII)

# Ten years of a generated device: counting the rows of more would keep the server's only thread busy for seconds.
_LONGEST = 3660 * DAY

_TABLEAU_ORDER = tuple(KEYS.index(key) for key in samples.TABLEAU_KEYS)


def _integer(value: str, name: str) -> int:
    if not _INTEGER.fullmatch(value):
        raise RefusedError(400, f"Bad Request - {name} must be an integer")
    return int(value)


def _milliseconds(value: int, name: str) -> int:
    try:
        return milliseconds(value, name)
    except ValueError as error:
        raise RefusedError(422, f"Validation failed - {error}") from None


def _tableau(row: Row) -> dict[str, str | int]:
    return {key: row[at] for key, at in zip(samples.TABLEAU_KEYS, _TABLEAU_ORDER, strict=True)}


@frozen
class _Sample:
    """The rows that the document prints for one device: they have the two methods of a `Camera` that serve pages."""

    printed: Sequence[Row]

    def count(self, start: int, end: int) -> int:
        return len(self.rows(start, end))

    def rows(self, start: int, end: int, offset: int = 0, limit: int | None = None) -> list[Row]:
        inside = [row for row in self.printed if start <= _time(row) < end]
        return inside[offset:][:limit]


def _time(row: Row) -> int:
    return round(datetime.fromisoformat(row[-1]).timestamp() * 1000)


@frozen(eq=False)
class AnalyticsService:
    """The Analytics API below ``/v1``.

    It knows the document's devices, which have the rows printed there and no others (`samples`), and a fleet of
    generated ones. ``devices`` lists the three ids that the document prints, then the fleet: the two devices of the
    document's samples answer but are in no printed list. ``sessions`` lists the printed three, then the fleet's.

    An unknown device is answered with 422: the id is a parameter whose content fails validation, 403 stands for the key
    alone, and the document has no 404. A range without rows has one page, an empty one.

    Args:
        api_key: the key that is accepted: as ``x-api-key``, or as Bearer token if it starts with ``ul_pat_``.
        seed: any number; another seed gives other devices and rows.
        devices: how many to generate.
        rows_per_hour: of one generated device, as a mean over a day.
        page_size: rows on a page.
        first: generated rows begin at this time, in milliseconds since the epoch; None for always.
        last: generated rows end before this time, in milliseconds since the epoch; None for never.
        inclusive_end: whether a row at the very end of a range belongs to it. The document does not say; both are met.
        version_as_printed: whether the version is the document's ``{"1.0.1"}``, which is not JSON.
        on_page: sees each page of rows before it is encoded, and may change it (`asyncsdk.testing.faults`).
    """

    api_key: str = field(default="test-key", repr=False)
    seed: int = 1
    devices: int = 30
    rows_per_hour: int = 250
    page_size: int = field(default=1000, validator=validators.ge(1))
    first: int | None = None
    last: int | None = None
    inclusive_end: bool = False
    version_as_printed: bool = False
    on_page: OnPage | None = None
    fleet: Fleet = field(
        init=False,
        repr=False,
        default=Factory(lambda self: Fleet(self.seed, self.devices, self.rows_per_hour), takes_self=True),
    )
    _door: Door = field(init=False, repr=False, default=Factory(lambda self: self._opened(), takes_self=True))

    @property
    def prefix(self) -> str:
        """The path of the API's base URL."""
        return "/v1"

    @property
    def device_ids(self) -> tuple[str, ...]:
        """The generated devices."""
        return self.fleet.device_ids

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the prefix."""
        return await self._door.respond(request, path)

    def _opened(self) -> Door:
        shared = Shared(system="unleash_analytics", operations=declared([operations]), voice=Gateway(self.seed))
        handlers: Mapping[Operation, Handler] = {
            operations.VERSION: self._version,
            operations.DEVICES: self._devices,
            operations.SESSIONS: self._sessions,
            operations.ROWS: self._rows,
            operations.TABLEAU: self._tableau,
        }
        return Door(shared, handlers, self._admit, self.prefix)

    def _admit(self, _: Operation, request: Request, __: bytes) -> Record:
        bearer = self.api_key.startswith("ul_pat_")
        given = request.headers.get("authorization" if bearer else "x-api-key")
        if given != (f"Bearer {self.api_key}" if bearer else self.api_key):
            raise RefusedError(403, FORBIDDEN)
        return {}

    def _version(self, _: Call) -> Response:
        body = samples.VERSION_AS_PRINTED if self.version_as_printed else msgspec.json.encode(samples.VERSION)
        return Response(body, media_type="application/json")

    def _devices(self, _: Call) -> Response:
        return answer([*samples.DEVICES, *self.device_ids])

    def _sessions(self, _: Call) -> Response:
        first = samples.DAY if self.first is None else self.first
        last = first + DAY if self.last is None else self.last
        generated = (camera.sessions(first, last) for camera in self.fleet.cameras.values())
        return answer([*samples.SESSIONS, *(session for sessions in generated for session in sessions)])

    def _rows(self, call: Call) -> Response:
        rows, total, number = self._page(samples.ROWS, *call.path)
        return self._send({"keys": KEYS, "total_num_pages": total, "data": rows}, number)

    def _tableau(self, call: Call) -> Response:
        rows, total, number = self._page(samples.TABLEAU_ROWS, *call.path)
        return self._send({"total_num_pages": total, "data": [_tableau(row) for row in rows]}, number)

    def _send(self, page: dict[str, Any], number: int) -> Response:
        if self.on_page is None:
            return answer(page)
        return answer(self.on_page(msgspec.json.decode(msgspec.json.encode(page)), number))

    def _page(
        self, printed: Mapping[str, Sequence[Row]], device: str, start: str, end: str, page: str
    ) -> tuple[list[Row], int, int]:
        """The rows of a page, how many pages there are, and the page's number."""
        integers = [_integer(start, "from"), _integer(end, "to"), _integer(page, "page number")]
        first, last = _milliseconds(integers[0], "from"), _milliseconds(integers[1], "to")
        if first > last:
            raise RefusedError(422, "Validation failed - from is after to")
        number = integers[2]
        source, first, last = self._source(printed, device, first, last + self.inclusive_end)
        total = max(1, -(-source.count(first, last) // self.page_size))
        if not 1 <= number <= total:
            raise RefusedError(422, f"Validation failed - page number {number} is not one of 1 to {total}")
        return source.rows(first, last, (number - 1) * self.page_size, self.page_size), total, number

    def _source(
        self, printed: Mapping[str, Sequence[Row]], device: str, start: int, end: int
    ) -> tuple[Camera | _Sample, int, int]:
        """Whose rows are meant, and the range in which it can have some."""
        camera = self.fleet.cameras.get(device)
        if camera is None:
            if device not in printed and device not in samples.DEVICES:
                raise RefusedError(422, "Validation failed - no such device")
            return _Sample(printed.get(device, ())), start, end
        start = start if self.first is None else max(start, self.first)
        end = end if self.last is None else min(end, self.last)
        if end - start > _LONGEST:
            raise RefusedError(422, "Validation failed - the range is longer than ten years")
        return camera, start, max(start, end)
