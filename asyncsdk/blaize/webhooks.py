"""Webhooks (section "Webhook"): whom the service tells what, and how to read what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..codec import Created, Model, Receipt, from_dict, wire
from ..errors import WebhookError
from ..http.json_text import read_json
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource
from .model import Identifiers
from .times import from_milliseconds, moment_or_none


@frozen(kw_only=True)
class Webhook(Model):
    """Whom the service tells what.

    Attributes:
        webhook_id: of the webhook; the service gives it.
        label: for people, and in each message.
        triggers: what is told, e.g. ``"user.create"``, ``"user.delete"``.
        method: the HTTP method of the messages.
        target: the URL they go to.
    """

    webhook_id: str = wire("webhook_id", answer_only=True, always=True)
    label: str | None = None
    triggers: tuple[str, ...] | None = None
    method: str | None = None
    target: str | None = None


@frozen(kw_only=True)
class WebhookDetails(Model):
    """What a message is about. These are the fields of a message about a user; all others are in `extra`.

    Attributes:
        user_id: the user.
        identifiers: what the user is known by.
        attributes: the user's own, as the user schema has them.
        email_verified: whether the address was.
        tracking_id: of the user's browser.
        registered: when the user registered, as the service writes it: ``2020-06-15T00:31:44Z``.
        registration_state: e.g. ``"complete"``.
    """

    user_id: str | None = None
    identifiers: Identifiers | None = None
    attributes: Mapping[str, Any] | None = None
    email_verified: bool | None = None
    tracking_id: str | None = None
    registered: str | None = None
    registration_state: str | None = None

    @property
    def registered_at(self) -> datetime | None:
        """When the user registered."""
        return moment_or_none(self.registered)


@frozen(kw_only=True)
class WebhookEvent(Model):
    """A message from the service.

    Attributes:
        type: what happened, e.g. ``"CREATE_USER"``. The vendor lists what can happen in words alone (users created, deleted,
            changed, signed in, verified; sessions; grants; decisions; rules), so any text is taken.
        time: when, in milliseconds since the epoch.
        tenant_id: whose service it is.
        sub_tenant_id: which part of it.
        webhook: the label of the webhook that sent it.
        details: what it is about.
    """

    type: str | None = None
    time: int | None = None
    tenant_id: str | None = wire("tenantId")
    sub_tenant_id: str | None = wire("subTenantId")
    webhook: str | None = None
    details: WebhookDetails | None = None

    @property
    def at(self) -> datetime | None:
        """When it happened."""
        return from_milliseconds(self.time)


def parse(body: bytes | str | Mapping[str, Any]) -> WebhookEvent:
    """Read a message from the service: the body of the request that it sends to a webhook's target.

    The vendor documents no signature (docs/services/blaize.md): whoever knows the target can send such a message, so take it
    as a hint, and ask the service what is true.

    Args:
        body: of the request; or the JSON object in it, where a framework has read it already.

    Returns:
        The message, with all its fields: types and fields that are unknown here are kept.

    Raises:
        WebhookError: it is no event: not a JSON object, or one that does not say what happened. Answer with a 400.
    """
    value: Any = body
    if isinstance(body, bytes | str):
        try:
            value = read_json(body)
        except ValueError as error:
            raise _unreadable(f"not JSON ({error})") from None
    if not isinstance(value, Mapping):
        raise _unreadable(f"a JSON object is due, not {type(value).__name__}")
    if not isinstance(value.get("type"), str) or not value["type"]:
        raise _unreadable("it has no type that says what happened")
    return from_dict(WebhookEvent, value)


def _unreadable(why: str) -> WebhookError:
    return WebhookError(f"the body of a webhook cannot be read: {why}", unreadable=True)


LIST = Operation("blaize.webhooks.list", "GET", "/v3/webhooks", "results")
CREATE = Operation("blaize.webhooks.create", "POST", "/v3/webhooks", "none", "unsent", body=Webhook)
GET = Operation("blaize.webhooks.get", "GET", "/v3/webhooks/{id}", "object")
DELETE = Operation("blaize.webhooks.delete", "DELETE", "/v3/webhooks/{id}", "none")
UPDATE = Operation("blaize.webhooks.update", "PUT", "/v3/webhooks/{id}", "none", body=Webhook)


class Webhooks(BlaizeResource):
    """Whom the service tells what."""

    def list(self) -> Pager[Webhook]:
        """List the webhooks.

        ``GET /v3/webhooks``, section "Webhooks".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Webhook)

    async def create(self, webhook: Webhook | Mapping[str, Any]) -> Created:
        """Create a webhook; what it sends is read by `parse`.

        ``POST /v3/webhooks``, section "Webhooks". Never sent twice by itself.

        Args:
            webhook: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._create(CREATE, body=webhook)

    async def get(self, id: str) -> Webhook:
        """Get one webhook.

        ``GET /v3/webhooks/{id}``, section "Webhook".

        Args:
            id: the webhook.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=Webhook)

    async def delete(self, id: str) -> Receipt:
        """Delete a webhook.

        ``DELETE /v3/webhooks/{id}``, section "Webhook".

        Args:
            id: the webhook.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def update(self, id: str, webhook: Webhook | Mapping[str, Any]) -> Receipt:
        """Replace a webhook.

        ``PUT /v3/webhooks/{id}``, section "Webhook".

        Args:
            id: the webhook.
            webhook: what it is to be, whole.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(UPDATE, id, body=webhook)
