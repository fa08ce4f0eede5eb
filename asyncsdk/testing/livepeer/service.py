"""The sandbox of the Livepeer API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Literal

from attrs import Factory, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from ... import livepeer as package
from ...http.clock import SYSTEM, Clock
from ...livepeer.rules.passwords import hash_password
from ...operation import Operation
from ..kit import RefusedError, Shared, operations_of
from ..kit.routes import Routes
from .auth import admitted, jwt_of
from .hooks import Delivery, Hooks
from .owned import Owned
from .people import People
from .row import Row
from .streams import Streams
from .tables import Record, Tables
from .wire import Asked, body_of, decoded, no_route, pairs_of, refused, sent

Release = Literal["07b4db06e", "ea86dbe49"]
"""The commits of the open-source server: of July 2021, as the document's release, and of June 2021, as its text."""


_OWNER = "66E2161C-7670-4D05-B71D-DA2D6979556F"
_ADMIN = "11111111-0000-4000-8000-000000000001"
_SAMPLE_TIME = 1587667174725


def uuid_of(digits: str) -> str:
    """32 hexadecimal digits as a UUID."""
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:]))


def _plain(name: str, path: str) -> Operation:
    return Operation(f"livepeer.server.{name}", "GET", path, "any")


@frozen(eq=False, kw_only=True)
class LivepeerService:
    """The Livepeer API as its open-source server behaves, with state, for `asyncsdk.testing.Sandbox`.

    At first there are a user (``useremail@gmail.com``, password ``thisisapassword``) with an API token, an administrator
    (``admin@livepeer.com``, the same password) with another one, and one of each thing that the document shows. Webhooks are told
    what happens where their URL is on this machine: when an administrator puts ``{"active": true}`` to
    ``/stream/{id}/setactive``, as an ingest server does.

    Attributes:
        release: which release it is: their paths, webhooks and cursors differ.
        api_key: the user's API token.
        admin_key: the administrator's.
        mails: whether it can send mails, so that addresses must be verified.
        ingest: whether it has any, without which there are no sessions.
        clock: for all times.
        seed: any number; another one gives other ids.
        id_of: from 32 hexadecimal digits to an id.
        tables: all that is kept.
    """

    release: Release = "07b4db06e"
    api_key: str = field(default="test-key", repr=False)
    admin_key: str = field(default="test-admin-key", repr=False)
    mails: bool = False
    ingest: bool = True
    clock: Clock = field(default=SYSTEM, repr=False)
    seed: int = 1
    id_of: Callable[[str], str] = field(default=uuid_of, repr=False)
    prefix: str = field(default="/api", init=False)
    tables: Tables = field(init=False, repr=False)
    _hooks: Hooks = field(init=False, repr=False)
    _routes: Routes[Row] = field(init=False, repr=False, default=Factory(lambda self: self._set_up(), takes_self=True))

    def _set_up(self) -> Routes[Row]:
        shared = Shared(
            system="livepeer", operations=operations_of(package), clock=self.clock, seed=self.seed, id_of=self.id_of
        )
        tables = Tables(self.clock, shared.new_id, shared.new_secret, old=self.release == "ea86dbe49")
        hooks = Hooks(tables)
        set_once = object.__setattr__
        set_once(self, "tables", tables)
        set_once(self, "_hooks", hooks)
        _fill(tables, self.api_key, self.admin_key)
        parts = (
            Streams(tables, lambda: self.ingest, hooks.happened),
            Owned(tables),
            hooks,
            People(tables, shared, lambda: self.mails),
        )
        rows: dict[Operation, Row] = {operation: row for part in parts for operation, row in part.rows().items()}
        return Routes({**rows, **self._plain_rows()})

    def _plain_rows(self) -> Mapping[Operation, Row]:
        place = {"ingest": "rtmp://localhost/live", "playback": "http://localhost/hls", "base": "https://localhost"}
        return {
            _plain("ingest", "/ingest"): ("user", lambda _: sent([place] if self.ingest else [])),
            _plain("broadcaster", "/broadcaster"): ("user", lambda _: sent([])),
            _plain("orchestrator", "/orchestrator"): ("user", lambda _: sent([])),
            _plain("version", "/version"): ("nobody", lambda _: sent({"tag": "local", "commit": "local"})),
            _plain("geolocate", "/geolocate"): ("nobody", lambda _: sent(None)),
        }

    @property
    def deliveries(self) -> list[Delivery]:
        """All messages that webhooks were sent."""
        return self._hooks.deliveries

    def jwt(self, user_id: str = _OWNER, **claims: object) -> str:
        """A JWT of a user, by default of the one that is there at first.

        Args:
            user_id: the user.
            claims: more of them, such as ``exp``, or another ``aud``.
        """
        return jwt_of({"sub": user_id, **claims})

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the prefix."""
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers={"access-control-allow-origin": "*"})
        else:
            try:
                response = self._respond(request, path, await request.body())
            except RefusedError as refusal:
                response = refused(refusal)
        await self._hooks.deliver()
        if response.status_code == 200 and response.headers.get("etag", "-") == request.headers.get("if-none-match"):
            response = Response(status_code=304, headers={"etag": response.headers["etag"]})
        response.headers["date"] = formatdate(self.clock.time(), usegmt=True)
        return response

    def _respond(self, request: Request, path: str, content: bytes) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        below = path.rstrip("/") or "/"
        route = self._routes.match(method, below)
        if route is None:
            return no_route(request.method, f"{self.prefix}{path}")
        operation, (need, handler), _ = route
        body = body_of(request, content)
        slots = zip(operation.path.split("/"), below.split("/"), strict=True)
        values = tuple(decoded(part) for slot, part in slots if slot.startswith("{"))
        who = admitted(self.tables, request.headers.get("authorization"), need, method, below)
        pairs = pairs_of(request)
        return handler(
            Asked(
                path=values,
                body=body,
                query=dict(reversed(pairs)),
                pairs=pairs,
                url=f"{self.prefix}{path}",
                host=request.headers.get("host", ""),
                user=who.user,
                token=who.token,
                by_session=who.by_session,
            )
        )


def _fill(tables: Tables, api_key: str, admin_key: str) -> None:
    """What is there at first."""
    password = hash_password("thisisapassword")
    common: Record = {"kind": "user", "password": password, "salt": "E1F53135E559C253", "emailValid": True}
    for id, email, admin, key in (
        (_OWNER, "useremail@gmail.com", False, api_key),
        (_ADMIN, "admin@livepeer.com", True, admin_key),
    ):
        tables.users[id] = {"id": id, "email": email, "admin": admin, "createdAt": _SAMPLE_TIME, **common}
        tables.tokens[key] = {
            "id": key,
            "kind": "api-token",
            "name": "Example Token",
            "userId": id,
            "createdAt": _SAMPLE_TIME,
        }
    sample = "de7818e7-610a-4057-8f6f-b785dc1e6f88"
    head: Record = {"id": sample, "userId": _OWNER, "createdAt": _SAMPLE_TIME}
    profiles = [{"name": "720p", "bitrate": 2000000, "fps": 30, "width": 1280, "height": 720}]
    tables.streams[sample] = {
        **head,
        "kind": "stream",
        "name": "test_stream",
        "lastSeen": 0,
        "isActive": False,
        "streamKey": "hgebdhhigq",
        "playbackId": "eaw4nk06ts2d0mzb",
        "profiles": profiles,
        "renditions": {},
    }
    session = {**head, "name": "test_session", "kind": "session", "parentId": sample, "lastSeen": 0, "record": False}
    tables.sessions[sample] = {**session, "playbackId": "eaw4nk06ts2d0mzb"}
    tables.stores[sample] = {
        **head,
        "name": "s",
        "url": "s3+https://access-key:secret-key@us-west-2/bucket-name",
        "publicUrl": "https://reg-rec.livepeer.live/some/path",
    }
    tables.targets[sample] = {**head, "name": "t", "url": "rtmps://live.example/app/key", "disabled": False}
    kind: Record = {"event": "streamStarted", "blocking": True} if tables.old else {"events": ["stream.started"]}
    hook = {"kind": "webhook", "name": "test_webhook", "url": "https://example.com/hook"}
    tables.webhooks[sample] = {**head, **hook, **kind}
    orchestrators = [{"address": "https://10.0.0.1:8935"}]
    tables.regions["ber"] = {"id": "ber", "kind": "region", "region": "ber", "orchestrators": orchestrators}
