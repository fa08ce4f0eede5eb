"""From answers to what calls give: a receipt, a model, plain JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from ..errors import DecodeError, NotFoundError
from .model import Model, keep_wire, wire
from .reading import from_dict

if TYPE_CHECKING:
    from ..http.reply import Reply

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound="Receipt")


@frozen(kw_only=True)
class Receipt(Model):
    """What a service says of a change: the status, and whatever else it sent.

    Attributes:
        status_code: the HTTP status.
        message: the service's sentence, where it gives one.
        uri: where the object is, as the service says.
        id: the object's id: ``id``, else ``user_id``, else the last segment of ``uri``.
    """

    status_code: int = wire(None, default=0)
    message: str | None = None
    uri: str | None = None
    id: str | None = wire(None)


@frozen(kw_only=True)
class Created(Receipt):
    """A `Receipt` of an operation that makes something and says what.

    Attributes:
        id: the object's id: ``id``, else ``user_id``, else the last segment of ``uri``.
    """

    id: str = wire(None, always=True)


def receipt(reply: Reply) -> Receipt:
    """A `Receipt` of any success: an object, another JSON value, a text or nothing at all."""
    return _receipt(reply, Receipt)


def created(reply: Reply) -> Created:
    """The same of what makes something."""
    return _receipt(reply, Created)


def _receipt(reply: Reply, kind: type[R]) -> R:
    try:
        sent = reply.json() if reply.body.strip() else None
    except DecodeError:
        sent = reply.body.decode("utf-8-sig", "replace")
    return receipt_of(sent, reply.status, kind)


def receipt_of(sent: Any, status: int, kind: type[R]) -> R:
    """A `Receipt`, or what derives from it, of what a service sent, which may be any JSON."""
    if not isinstance(sent, Mapping):
        made = kind(status_code=status, message=sent if isinstance(sent, str) else None)
    else:
        known = {"message": sent.get("message"), "uri": sent.get("uri")}
        found = _id(sent)
        made = kind(status_code=status, **known, **({} if found is None else {"id": found}))
    keep_wire(made, sent)
    return made


def _id(sent: Mapping[str, Any]) -> Any:
    for key in ("id", "user_id"):
        if sent.get(key) not in (None, ""):
            return sent[key]
    uri = sent.get("uri")
    return (uri.rstrip("/").rpartition("/")[2] or None) if isinstance(uri, str) else None


def as_model(cls: type[M]) -> Callable[[Reply], M]:
    """A decoder that gives one model; a 200 with ``null`` is a `NotFoundError`."""

    def decode(reply: Reply) -> M:
        value = reply.json()
        if value is None:
            operation = reply.operation.id
            raise NotFoundError(f"{operation}: 404: the service answered null", status_code=404, operation=operation)
        if not isinstance(value, Mapping):
            raise reply.unreadable(f"a JSON object was promised, not {type(value).__name__}")
        return from_dict(cls, value)

    return decode


def as_json(reply: Reply) -> Any:
    """A decoder that gives plain JSON."""
    return reply.json()
