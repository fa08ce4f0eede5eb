"""Webhooks in both dialects, and what they are told: a signed message to an address on this machine."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import msgspec
from attrs import field, frozen

from ...livepeer import webhooks as calls
from .schema import OLD_WEBHOOK, WEBHOOK, hold
from .streams import told
from .tables import Record, refuse
from .wire import crash, done, missing, sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .row import Row
    from .tables import Tables
    from .wire import Asked

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_PATIENCE = 5.0


@frozen
class Delivery:
    """One message that was sent.

    Attributes:
        url: where to.
        headers: with the signature, if there is a secret.
        body: its bytes.
        status: what was answered; None where nothing was.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    status: int | None = None


@frozen(eq=False)
class Hooks:
    """Webhooks.

    Attributes:
        tables: what is kept.
        deliveries: all messages that were sent.
    """

    tables: Tables
    deliveries: list[Delivery] = field(factory=list, init=False)
    _due: list[tuple[Record, Record]] = field(factory=list, init=False)

    def rows(self) -> Mapping[Operation, Row]:
        """What answers which operation, and who may call it."""
        rows: dict[Operation, Row] = {
            calls.LIST: ("user", self.list),
            calls.CREATE: ("user", self.create),
            calls.GET: ("user", lambda asked: sent(self._seen(asked))),
            calls.UPDATE: ("user", self.update),
            calls.DELETE: ("user", self.delete),
        }
        return rows if self.tables.old else {**rows, calls.DELETE_MANY: ("user", self.delete_many)}

    def list(self, asked: Asked) -> Response:
        """List webhooks; every page that is not empty has a link."""
        everybody = asked.is_admin and asked.query.get("allUsers")
        rows = (
            each
            for each in self.tables.webhooks.values()
            if (everybody or each.get("userId") == asked.user["id"])
            and (asked.query.get("all") or not each.get("deleted"))
        )

        tell = self.tables.with_user if everybody else dict
        limit = 100 if self.tables.old else None
        return self.tables.listed(asked, "webhook", rows, tell, always_linked=True, limit=limit, counted=True)

    def create(self, asked: Asked) -> Response:
        """Make a webhook."""
        return sent(self._old_one(asked) if self.tables.old else self._new_one(asked), 201)

    def _head(self, asked: Asked) -> Record:
        head = {"id": self.tables.new_id(), "userId": asked.user["id"], "createdAt": self.tables.now()}
        return {**head, "kind": "webhook", "name": asked.body["name"]}

    def _new_one(self, asked: Asked) -> Record:
        body = asked.body
        self._hold(body)
        made = {**self._head(asked), "events": self._events(body), "url": body["url"]}
        if "sharedSecret" in body:
            made["sharedSecret"] = body["sharedSecret"]
        self.tables.webhooks[made["id"]] = made
        return made

    def _old_one(self, asked: Asked) -> Record:
        body = asked.body
        self._hold(body)
        blocking = body.get("blocking", True)
        made = {**self._head(asked), "event": body["event"], "url": body["url"], "blocking": blocking}
        self.tables.webhooks[made["id"]] = made
        return made

    def _hold(self, body: Any) -> None:
        hold(body, OLD_WEBHOOK if self.tables.old else WEBHOOK)
        if not self.tables.old and "events" not in body and "event" not in body:
            raise refuse(422, 'must provide "events" field with subscriptions')
        try:
            url = urlsplit(body["url"])
            scheme, _ = url.scheme, url.port  # which is read only then
        except ValueError:
            raise crash("ReferenceError: url is not defined") from None
        if scheme not in ("http", "https"):
            raise refuse(406, "url provided should be http or https only")

    @staticmethod
    def _events(body: Mapping[str, Any]) -> Any:
        return body["events"] if "events" in body else [body["event"]]

    def _seen(self, asked: Asked) -> Record:
        found = self.tables.webhooks.get(asked.path[0])
        mine = found is not None and not found.get("deleted") and found.get("userId") == asked.user["id"]
        if found is None or not (mine or asked.is_admin):
            raise missing()
        return found

    def update(self, asked: Asked) -> Response:
        """Replace a webhook, whose id is read from the body."""
        body = asked.body
        self._hold(body)
        found = self.tables.webhooks.get(str(body.get("id")))
        if found is None:
            raise crash("TypeError: Cannot read properties of null (reading 'userId')")
        if (found.get("userId") != asked.user["id"] or found.get("deleted")) and not asked.is_admin:
            raise missing()
        if self.tables.old:
            if "kind" not in body:
                raise crash("Error: missing kind")
            self.tables.webhooks[found["id"]] = dict(body)
        else:
            kept = {name: found[name] for name in ("id", "userId", "kind", "createdAt")}
            body = {name: value for name, value in body.items() if name != "event"} | {"events": self._events(body)}
            self.tables.webhooks[found["id"]] = {**body, **kept}
        return sent({"id": found["id"]})

    def delete(self, asked: Asked) -> Response:
        """Delete a webhook."""
        found = self.tables.webhooks.get(asked.path[0])
        if found is None or found.get("deleted") or (found.get("userId") != asked.user["id"] and not asked.sees_all):
            raise missing()
        found["deleted"] = True
        return done()

    def delete_many(self, asked: Asked) -> Response:
        """Delete webhooks, or none."""
        ids = asked.body.get("ids")
        if ids is None:
            raise refuse(422, "missing ids")
        if not ids:
            raise crash("Error: missing ids")
        found = [self.tables.webhooks.get(each) for each in ids]
        if not all(each and not each.get("deleted") and each["userId"] == asked.user["id"] for each in found):
            raise crash("TypeError: Cannot read properties of null (reading 'length')")
        for each in found:
            assert each is not None
            each["deleted"] = True
        return done()

    def happened(self, event: str, stream: Record) -> None:
        """Note what webhooks are to be told."""
        shown = {name: value for name, value in told(stream).items() if name != "streamKey"}
        for each in self.tables.webhooks.values():
            if each.get("userId") == stream["userId"] and not each.get("deleted") and event in each.get("events", ()):
                # in the order of the real server's, which is a part of what is signed
                head = {"id": "", "webhookId": each["id"], "createdAt": self.tables.now(), "timestamp": 0}
                message = {**head, "event": event, "stream": shown}
                self._due.append((each, message))

    async def deliver(self) -> None:
        """Send what is due: to addresses on this machine, and nowhere else."""
        due, self._due[:] = list(self._due), []
        for webhook, message in due:
            if urlsplit(webhook["url"]).hostname not in _HERE:
                continue
            now = self.tables.now()
            body = msgspec.json.encode({**message, "id": self.tables.new_id(), "timestamp": now})
            headers = {"content-type": "application/json", "user-agent": "livepeer.com"}
            if secret := webhook.get("sharedSecret"):
                signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
                headers["livepeer-signature"] = f"t={now},v1={signature}"
            status = await _posted(webhook["url"], headers, body)
            self.deliveries.append(Delivery(webhook["url"], headers, body, status))


async def _posted(url: str, headers: Mapping[str, str], body: bytes) -> int | None:
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
        try:
            answer = await client.post(url, headers=headers, content=body)
        except httpx.HTTPError:
            return None
    return answer.status_code
