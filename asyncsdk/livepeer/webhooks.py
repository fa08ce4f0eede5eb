"""Webhooks: whom the service tells what, and how to know that it was the service (section "/webhook")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from attrs import frozen

from ..body import checked
from ..codec import Model, Receipt, from_dict, to_dict, wire
from ..http.clock import SYSTEM, Clock
from ..operation import Operation
from ..paging import Pager
from .listing import LivepeerResource, told
from .model import moment
from .rules.filters import Filters, Order, filters_of, order_of
from .rules.signature import check, keys, no_event, not_genuine, raw, seconds
from .rules.writes import changed_webhook, ids_of, is_old_webhook, new_webhook
from .sessions import Session
from .stream import Stream
from .user import User


@frozen(kw_only=True)
class Webhook(Model):
    """Whom the service tells what. Releases speak two dialects, neither of which knows the fields of the other.

    Attributes:
        id: e.g. ``"de7818e7-610a-4057-8f6f-b785dc1e6f88"``.
        kind: ``"webhook"``.
        name: for people.
        user_id: whose.
        created_at: when, in milliseconds since the epoch, e.g. 1587667174725.
        events: what is told: ``"stream.started"``, ``"stream.detection"``, ``"stream.idle"``, ``"recording.ready"``.
        event: the document's dialect, in place of `events`: ``"streamStarted"``.
        url: whom it is told: an http or https URL.
        shared_secret: what messages are signed with (`verify`); never shown in a repr, but told by the service.
        deleted: whether it was.
        blocking: the document's dialect: whether any answer but a 2xx keeps the stream from starting.
        user: who owns it, where an administrator asks.
    """

    id: str = wire("id", always=True)
    kind: str | None = None
    name: str | None = None
    user_id: str | None = wire("userId")
    created_at: int | None = wire("createdAt")
    events: tuple[str, ...] | None = None
    event: str | None = None
    url: str | None = None
    shared_secret: str | None = wire("sharedSecret", secret=True)
    deleted: bool | None = None
    blocking: bool | None = None
    user: User | None = None


@frozen(kw_only=True)
class WebhookEvent(Model):
    """A message from the service. Those that are known have classes of their own.

    Attributes:
        id: of the event. It comes again with each attempt to deliver it, which go on for a day: go by `key`.
        webhook_id: the webhook that it was sent for.
        created_at: when it happened, in milliseconds since the epoch.
        timestamp: when this attempt was made and signed, likewise.
        event: what happened, e.g. ``"stream.started"``.
        stream: the stream, where there is one.
        session: the session, where there is one.
        payload: what else belongs to it.
    """

    id: str | None = None
    webhook_id: str | None = wire("webhookId")
    created_at: int | None = wire("createdAt")
    timestamp: int | None = None
    event: str | None = None
    stream: Stream | None = None
    session: Session | None = wire("session", secret=False)
    payload: Mapping[str, Any] | None = None

    @property
    def key(self) -> tuple[str | None, str | None]:
        """What tells this event from all others, however often it is delivered: the webhook and the event's id."""
        return self.webhook_id, self.id

    @property
    def at(self) -> datetime | None:
        """When it happened."""
        return moment(self.created_at)


@frozen(kw_only=True)
class StreamStarted(WebhookEvent):
    """A stream has gone live."""


@frozen(kw_only=True)
class StreamIdle(WebhookEvent):
    """A stream is no longer live."""


@frozen(kw_only=True)
class StreamDetection(WebhookEvent):
    """Something was found in a stream's pictures: `payload` says what."""


@frozen(kw_only=True)
class RecordingReady(WebhookEvent):
    """A recording can be played: its URLs are in `payload`, if they are told."""


_EVENTS: Mapping[object, type[WebhookEvent]] = {
    "stream.started": StreamStarted,
    "stream.idle": StreamIdle,
    "stream.detection": StreamDetection,
    "recording.ready": RecordingReady,
}


def verify(
    body: bytes | bytearray | memoryview | str,
    signature_header: str | None,
    secret: str | bytes | Iterable[str | bytes],
    tolerance: float | None = 300,
    *,
    clock: Clock = SYSTEM,
) -> WebhookEvent:
    """Read a message from the service, once it is known to be from the service, and recent.

    ::

        event = verify(await request.body(), request.headers.get("livepeer-signature"), secret)

    The signature covers the body alone, so that the time that counts is the one inside it; the header must have the same. Answer
    within 5 seconds, and work afterwards: time-outs and 5xx are delivered again, 4xx are not.

    Args:
        body: of the request, as it came: its bytes, not what was parsed.
        signature_header: its ``Livepeer-Signature``: ``t=1795330780379,v1=871c...``.
        secret: the webhook's ``sharedSecret``; several while it is changed, any of which will do.
        tolerance: seconds between the service's clock and ours, either way; None for a message of any age.
        clock: what time it is, for tests.

    Returns:
        The message: `StreamStarted`, `StreamIdle`, `StreamDetection`, `RecordingReady`, or a `WebhookEvent` of another name.

    Raises:
        WebhookError: it is not from the service, or too old; or, with ``unreadable``, no event. Answer with a 4xx.
        TypeError: the body was parsed already.
        ValueError: an empty secret.
    """
    secrets = keys(secret)
    content = raw(body)
    header_time = check(content, signature_header, secrets)
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise no_event("what is signed is not JSON") from None
    if not isinstance(value, Mapping):
        raise no_event("what is signed is no JSON object")
    sent = value.get("timestamp")
    at = seconds(sent)
    if at is None or sent != header_time:
        raise not_genuine("its time is not the one that is signed")
    if tolerance is not None and abs(clock.time() - at) > tolerance:
        raise not_genuine(
            f"it was signed more than {tolerance:g} seconds from now: sent again by somebody, or a clock is wrong"
        )
    name = value.get("event")
    if not isinstance(name, str) or not name:
        raise no_event("it does not say what happened")
    return from_dict(_EVENTS.get(name, WebhookEvent), value)


FIELDS = frozenset({"id", "name", "url", "event", "blocking", "deleted", "createdAt", "userId", "user.email"})

LIST = Operation(
    "livepeer.webhooks.list",
    "GET",
    "/webhook",
    "cursor",
    query={
        "limit": "limit",
        "cursor": "cursor",
        "order": "order",
        "filters": "filters",
        "count": "count",
        "all": "all",
        "active": "active",
        "user_id": "userId",
    },
)
CREATE = Operation(
    "livepeer.webhooks.create", "POST", "/webhook", "object", "unsent", body=Webhook, required=("name", "url")
)
GET = Operation("livepeer.webhooks.get", "GET", "/webhook/{id}", "object")
UPDATE = Operation("livepeer.webhooks.update", "PUT", "/webhook/{id}", "object", body=Webhook, required=("name", "url"))
DELETE = Operation("livepeer.webhooks.delete", "DELETE", "/webhook/{id}", "none")
DELETE_MANY = Operation("livepeer.webhooks.delete_many", "DELETE", "/webhook", "none", body=Mapping[str, Sequence[str]])


class Webhooks(LivepeerResource):
    """Whom the service tells what."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Order | None = None,
        filters: Filters | None = None,
        count: bool | None = None,
        all: bool | None = None,
        active: bool | None = None,
        user_id: str | None = None,
        page_size: int | None = None,
    ) -> Pager[Webhook]:
        """List the webhooks.

        ``GET /webhook``, section "/webhook". What is deleted while a walk goes on may make it miss as many others.

        Args:
            limit: webhooks a page, not in all.
            cursor: a page to begin with.
            order: by which fields; by id where it does not say.
            filters: which ones; a text is looked for inside the field.
            count: whether to have them counted: `Pager.total`.
            all: whether deleted ones too.
            active: only those in use.
            user_id: only this user's, for administrators.
            page_size: another name of `limit`.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        query = {
            "order": order_of(order, FIELDS),
            "filters": filters_of(filters, FIELDS),
            "count": told(count),
            "all": told(all),
            "active": active,
            "userId": user_id,
        }
        return self._pages(LIST, of=Webhook, query=query, limit=limit, page_size=page_size, cursor=cursor)

    async def create(self, webhook: Webhook | Mapping[str, Any]) -> Webhook:
        """Create a webhook; what it sends is read by `verify`.

        ``POST /webhook``, section "/webhook". Never sent twice by itself. The fields of the other dialect are left out.

        Args:
            webhook: a name, a URL, and ``events``, or the document's ``event``.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            UnprocessableError: the other dialect, or no http or https URL; the message says which field.
        """
        return await self._make(CREATE, of=Webhook, body=new_webhook(checked(CREATE, webhook)))

    async def get(self, id: str) -> Webhook:
        """Get one webhook.

        ``GET /webhook/{id}``, section "/webhook/{id}".

        Args:
            id: the webhook.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        return await self._get(GET, id, of=Webhook)

    async def update(self, id: str, webhook: Webhook | Mapping[str, Any]) -> Webhook:
        """Replace a webhook; the answer holds its id alone.

        ``PUT /webhook/{id}``, section "/webhook/{id}". The server reads the id from the body, where it is put. The release of the
        document's dialect would lose a webhook whose owner is not in the body, so the owner is asked for first where it is missing.

        Args:
            id: the webhook.
            webhook: what it is to be, whole.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            NotFoundError: it is somebody else's.
            ServerError: there is none.
        """
        body = changed_webhook(id, checked(UPDATE, webhook))
        if is_old_webhook(body) and not (body.get("userId") and body.get("kind")):
            before = to_dict(await self.get(id))
            kept: dict[str, Any] = {name: before[name] for name in ("kind", "userId", "createdAt") if name in before}
            body = {**kept, **body}
        return await self._get(UPDATE, id, of=Webhook, body=body)

    async def delete(self, id: str) -> Receipt:
        """Delete a webhook.

        ``DELETE /webhook/{id}``, section "/webhook/{id}". Where an attempt was lost, that the next one finds nothing is taken for done.

        Args:
            id: the webhook.

        Raises:
            NotFoundError: there is none, or it was deleted before.
        """
        return await self._delete(DELETE, id)

    async def delete_many(self, ids: Sequence[str] | Mapping[str, Sequence[str]]) -> Receipt:
        """Delete several webhooks.

        ``DELETE /webhook``. Older releases do not have it.

        Args:
            ids: of the webhooks; or ``{"ids": [...]}``.

        Raises:
            TypeError: no list of texts; nothing was sent.
            ServerError: one of them is unknown, or there are none.
        """
        return await self._delete(DELETE_MANY, body=ids_of(ids))
