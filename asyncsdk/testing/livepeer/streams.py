"""Streams and sessions, as the server keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...livepeer import sessions as session_calls, streams as calls
from ...operation import Operation
from .owned import target_of
from .schema import STREAM, STREAM_PATCH, hold
from .tables import Record, own, refuse
from .wire import crash, done, missing, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.responses import Response

    from .auth import Row
    from .tables import Tables
    from .wire import Asked

_DEFAULTS: Mapping[str, Any] = {
    "lastSeen": 0,
    "isActive": False,
    "record": False,
    "suspended": False,
    "sourceSegments": 0,
    "transcodedSegments": 0,
    "sourceSegmentsDuration": 0,
    "transcodedSegmentsDuration": 0,
    "sourceBytes": 0,
    "transcodedBytes": 0,
}
_PRIVATE = ("recordObjectStoreId", "previousSessions", "partialSession")
_FOR_ADMINS = ("mistHost", "broadcasterHost")
_USUAL = "lastSeen-true,createdAt-true"
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _server(name: str, method: str, path: str) -> Operation:
    """An operation of the server that the client has none for."""
    return Operation(f"livepeer.server.{name}", method, path, "any")


OF_USER = _server("streams_of_user", "GET", "/stream/user/{user_id}")
BY_PLAYBACK = _server("stream_by_playback_id", "GET", "/stream/playback/{id}")
BY_KEY = _server("stream_by_key", "GET", "/stream/key/{id}")
SESSIONS_OF = _server("sessions_of_stream", "GET", "/stream/sessions/{id}")
NEW_SESSION = _server("new_session", "POST", "/stream/{id}/stream")
SET_ACTIVE = _server("set_active", "PUT", "/stream/{id}/setactive")
HOOK = _server("hook", "POST", "/stream/hook")


def told(record: Record, *, admin: bool = False) -> Record:
    """A stream as it is told."""
    hidden = _PRIVATE if admin else (*_PRIVATE, *_FOR_ADMINS)
    return {**_DEFAULTS, **{name: value for name, value in record.items() if name not in hidden}}


@frozen(eq=False)
class Streams:
    """Streams and sessions.

    Attributes:
        tables: what is kept.
        ingest: whether there is any; without it there are no sessions.
        happened: tells what has happened: the event, the stream, and when.
    """

    tables: Tables
    ingest: Callable[[], bool]
    happened: Callable[[str, Record], None]

    def rows(self) -> Mapping[Operation, Row]:
        """What answers which operation, and who may call it."""
        rows: dict[Operation, Row] = {
            calls.CREATE: ("user", self.create),
            calls.LIST: ("user", self.list),
            calls.GET: ("user", lambda asked: sent(told(self._seen(asked), admin=asked.is_admin))),
            calls.DELETE: ("user", self.delete),
            calls.DELETE_MANY: ("user", self.delete_many),
            calls.SESSIONS: ("user", self.sessions),
            calls.SET_RECORD: ("user", self.set_record),
            calls.SET_SUSPENDED: ("user", self.set_suspended),
            calls.TERMINATE: ("user", self.terminate),
            calls.INFO: ("user", self.info),
            OF_USER: ("user", self.of_user),
            BY_PLAYBACK: ("user", lambda asked: self._by(asked, "playbackId")),
            BY_KEY: ("user", lambda asked: self._by(asked, "streamKey")),
            SESSIONS_OF: ("user", self.sessions_of),
            NEW_SESSION: ("any_admin", self.new_session),
            SET_ACTIVE: ("any_admin", self.set_active),
            HOOK: ("any_admin", self.hook),
            session_calls.LIST: ("user", self.all_sessions),
            session_calls.GET: ("user", self.session),
        }
        return rows if self.tables.old else {**rows, calls.UPDATE: ("user", self.update)}

    def create(self, asked: Asked) -> Response:
        """Make a stream."""
        body: Record = asked.body
        hold(body, STREAM)
        if not body["name"]:
            raise refuse(422, "missing name")
        if "\0" in body["name"]:
            raise crash("error: unsupported Unicode escape sequence")
        store = body.get("objectStoreId")
        if store and store not in self.tables.stores:
            raise refuse(400, f"object-store {store} does not exist")
        made = {name: value for name, value in body.items() if name != "objectStoreId"}
        if not self.tables.old:
            if "profiles" not in body:
                raise crash("TypeError: profiles is not iterable")
            made["pushTargets"] = self._targets(asked, body["profiles"], body.get("pushTargets"))
        id = self.tables.new_id()
        made |= {
            "kind": "stream",
            "userId": asked.user["id"],
            "renditions": {},
            "id": id,
            "createdAt": self.tables.now(),
            "lastSeen": 0,
            "isActive": False,
            "streamKey": f"{id[:4]}-{self._letters(4)}-{self._letters(4)}-{self._letters(4)}",
            "playbackId": f"{id[:4]}{self._letters(12)}",
        }
        if asked.token is not None:
            made |= {"createdByTokenName": asked.token.get("name"), "createdByTokenId": asked.token["id"]}
        self.tables.streams[id] = made
        return sent(told(made, admin=asked.is_admin), 201)

    def _letters(self, count: int) -> str:
        number = int(self.tables.new_secret(), 16)
        return "".join(_LETTERS[number // 36**at % 36] for at in range(count))

    def _targets(self, asked: Asked, profiles: Iterable[Record], targets: Any) -> list[Record]:
        names = {"source"}
        for each in profiles:
            if each["name"] == "source":
                raise refuse(400, 'profile cannot be named "source"')
            if each["name"] in names:
                raise refuse(400, f'duplicate profile name "{each["name"]}"')
            names.add(each["name"])
        return [target_of(self.tables, asked, names, each) for each in targets or ()]

    def _seen(self, asked: Asked) -> Record:
        """The stream of the path, for whoever asks."""
        found = self.tables.streams.get(asked.path[0])
        if found is None or ((found.get("deleted") or found["userId"] != asked.user["id"]) and not asked.sees_all):
            raise missing()
        return found

    def _rows(self, asked: Asked, user: str | None) -> Iterable[Record]:
        query = asked.query

        def is_set(name: str) -> bool:
            return query.get(name, "") not in ("", "false")

        for each in self.tables.streams.values():
            if each.get("deleted") and not (asked.is_admin and is_set("all")):
                continue
            if is_set("active") and not each.get("isActive"):
                continue
            if is_set("streamsonly") and each.get("parentId"):
                continue
            if is_set("sessionsonly") and not is_set("streamsonly") and not each.get("parentId"):
                continue
            if user is None or each["userId"] == user:
                yield each

    def _told(self, asked: Asked) -> Callable[[Record], Record]:
        if not asked.is_admin:
            return told
        return lambda each: {**told(each, admin=True), "user": self.tables.told_user(each["userId"])}

    def list(self, asked: Asked) -> Response:
        """List streams: one's own, or as an administrator those of all."""
        user = asked.query.get("userId") if asked.is_admin else asked.user["id"]
        rows = self._rows(asked, user)
        return self.tables.listed(asked, "stream", rows, self._told(asked), usual=_USUAL, counted=True)

    def of_user(self, asked: Asked) -> Response:
        """List the streams of one user."""
        if asked.path[0] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "user can only request information on their own streams")
        rows = self._rows(asked, asked.path[0])
        return self.tables.listed(asked, "stream", rows, told, usual=_USUAL)

    def _by(self, asked: Asked, name: str) -> Response:
        for each in self.tables.streams.values():
            if each.get(name) == asked.path[0] and not each.get("deleted"):
                if each["userId"] == asked.user["id"] or asked.is_admin:
                    return sent(told(each, admin=asked.is_admin))
                break
        raise missing()

    def _parent(self, asked: Asked) -> Record:
        found = self.tables.streams.get(asked.path[0])
        if found is None or ((found.get("deleted") or found["userId"] != asked.user["id"]) and not asked.sees_all):
            raise missing()
        return found

    def sessions(self, asked: Asked) -> Response:
        """List the sessions of a stream that have had traffic; without a link."""
        parent = self._parent(asked)
        rows = [
            each
            for each in self.tables.streams.values()
            if each.get("parentId") == parent["id"]
            and not each.get("deleted")
            and each.get("lastSeen")
            and each.get("sourceSegmentsDuration")
            and not each.get("partialSession")
        ]
        wanted = asked.query.get("record")
        if wanted in ("true", "1"):
            rows = [each for each in rows if each.get("record") and each.get("recordObjectStoreId")]
        return self.tables.listed(asked, "stream", rows, told, usual="lastSeen-true", link=False)

    def sessions_of(self, asked: Asked) -> Response:
        """List the sessions of a stream, all of them."""
        parent = self._parent(asked)
        rows = (each for each in self.tables.streams.values() if each.get("parentId") == parent["id"])
        return self.tables.listed(asked, "stream", rows, told, usual=_USUAL)

    def update(self, asked: Asked) -> Response:
        """Change what can be changed."""
        hold(asked.body, STREAM_PATCH)
        found = own(self.tables.streams, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.sees_all:
            raise missing()
        if found.get("parentId"):
            raise refuse(400, "can't patch stream session")
        patch = dict(asked.body)
        if "pushTargets" in patch:
            patch["pushTargets"] = self._targets(asked, found.get("profiles") or (), patch["pushTargets"])
        found.update(patch)
        return done()

    def set_record(self, asked: Asked) -> Response:
        """Record a stream or not; nobody looks whose it is."""
        if "record" not in asked.body:
            raise refuse(400, "record field required")
        own(self.tables.streams, asked.path[0])["record"] = bool(asked.body["record"])
        return done()

    def set_suspended(self, asked: Asked) -> Response:
        """Suspend a stream or not."""
        if not isinstance(asked.body.get("suspended"), bool):
            raise refuse(422, "missing suspended property")
        self._seen(asked)["suspended"] = asked.body["suspended"]
        return done()

    def delete(self, asked: Asked) -> Response:
        """Delete a stream."""
        found = own(self.tables.streams, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.sees_all:
            raise missing()
        found["deleted"] = True
        return done()

    def delete_many(self, asked: Asked) -> Response:
        """Delete streams, or none."""
        ids = asked.body.get("ids")
        if not ids:
            raise refuse(422, "missing ids")
        found = [self.tables.streams.get(each) for each in ids]
        if not all(each and each["userId"] == asked.user["id"] and not each.get("deleted") for each in found):
            raise crash("TypeError: Cannot read properties of null (reading 'length')")
        for each in found:
            assert each is not None
            each["deleted"] = True
        return done()

    def terminate(self, asked: Asked) -> Response:
        """Cut a stream that is live."""
        found = self._seen(asked)
        if not found.get("isActive"):
            raise refuse(410, "not active")
        if not found.get("region"):
            raise refuse(400, "region not found")
        return sent({"result": True})

    def info(self, asked: Asked) -> Response:
        """A stream, its last session, and how it was found."""
        by = next(
            (
                each
                for each in self.tables.streams.values()
                if asked.path[0] in (each.get("playbackId"), each.get("streamKey"))
            ),
            None,
        )
        found = by or self.tables.streams.get(asked.path[0])
        if found is None or found.get("deleted") or (found["userId"] != asked.user["id"] and not asked.is_admin):
            raise missing()
        session = found if found.get("parentId") else None
        parent = self.tables.streams.get(found["parentId"], found) if session else found
        answer = {
            "stream": told(parent, admin=asked.is_admin),
            "session": session and told(session, admin=asked.is_admin),
            "isPlaybackid": bool(by and by.get("playbackId") == asked.path[0]),
            "isSession": session is not None,
            "isStreamKey": bool(by and by.get("streamKey") == asked.path[0]),
        }
        return sent({**answer, "user": self.tables.told_user(parent["userId"])} if asked.is_admin else answer)

    def new_session(self, asked: Asked) -> Response:
        """What an ingest server does when somebody begins to stream."""
        parent = own(self.tables.streams, asked.path[0])
        id = parent["id"][:4] + self.tables.new_id()[4:]
        made = {
            "name": asked.body.get("name"),
            "kind": "stream",
            "userId": parent["userId"],
            "renditions": {},
            "record": bool(parent.get("record")),
            "id": id,
            "createdAt": self.tables.now(),
            "parentId": parent["id"],
            "lastSeen": 0,
            "isActive": False,
        }
        self.tables.streams[id] = made
        self.tables.sessions[id] = {
            **{name: made[name] for name in ("id", "name", "record", "userId", "lastSeen", "parentId", "createdAt")},
            "kind": "session",
            "mp4Url": "",
            "ingestRate": 0,
            "playbackId": parent.get("playbackId"),
            "sourceBytes": 0,
            "outgoingRate": 0,
            "recordingUrl": "",
            "sourceSegments": 0,
            "recordingStatus": "waiting",
            "transcodedBytes": 0,
            "transcodedSegments": 0,
            "sourceSegmentsDuration": 0,
            "transcodedSegmentsDuration": 0,
        }
        return sent(made, 201)

    def set_active(self, asked: Asked) -> Response:
        """What an ingest server says of a stream that has gone live, or is no longer."""
        found = own(self.tables.streams, asked.path[0])
        active = bool(asked.body.get("active"))
        state = {"isActive": active, "lastSeen": self.tables.now()}
        if asked.body.get("hostName"):
            state["mistHost"] = asked.body["hostName"]
        parent = self.tables.streams.get(found.get("parentId", ""), found)
        for each in (found, parent):
            each.update(state)
        self.happened("stream.started" if active else "stream.idle", parent)
        return done()

    def hook(self, asked: Asked) -> Response:
        """What a broadcaster asks of a stream that it is to transcode."""
        id = str(asked.body.get("url", "")).rpartition("/")[2]
        found = self.tables.streams.get(id)
        if found is None or found.get("deleted"):
            raise missing()
        return sent({"manifestID": id, "profiles": found.get("profiles", [])})

    def all_sessions(self, asked: Asked) -> Response:
        """List the sessions of all streams."""
        if not self.ingest():
            raise refuse(501, "Ingest not configured")
        user = asked.query.get("userId") if asked.is_admin else asked.user["id"]
        rows = (each for each in self.tables.sessions.values() if user is None or each["userId"] == user)

        def told_with_parent(each: Record) -> Record:
            parent = self.tables.streams.get(each["parentId"])
            shown = {name: value for name, value in (parent or {}).items() if name not in (*_PRIVATE, *_FOR_ADMINS)}
            more = {"user": self.tables.told_user(each["userId"])} if asked.is_admin else {}
            return {**each, "parentStream": shown if parent else None, **more}

        return self.tables.listed(asked, "session", rows, told_with_parent, usual=_USUAL, counted=True)

    def session(self, asked: Asked) -> Response:
        """Get one session."""
        found = self.tables.sessions.get(asked.path[0])
        if found is None or (found["userId"] != asked.user["id"] and not asked.is_admin):
            raise missing()
        return sent(found)
