"""What of an object goes over the wire: this service refuses a write for any field that it does not expect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ...codec import Model, same, to_dict

if TYPE_CHECKING:
    from ...operation import Operation

Wire = Mapping[str, Any]

NEW_STREAM = (
    "name",
    "profiles",
    "presets",
    "record",
    "suspended",
    "wowza",
    "objectStoreId",
    "pushTargets",
    "detection",
)
"""What of a stream that was read makes another one like it."""

CHANGED_STREAM = ("record", "suspended", "pushTargets")
"""What of a stream can be changed."""

_OF_THE_SERVICE = ("id", "kind", "userId", "createdAt", "deleted", "user", "status")


def is_whole(wire: Wire) -> bool:
    """Whether this is an object as it was read, and not what a caller put together: then it has an id."""
    return wire.get("id") is not None


def only(wire: Wire, names: Collection[str]) -> dict[str, Any]:
    """What a write takes of an object that was read; of anything else all of it, so that the service can say what is wrong."""
    return {name: value for name, value in wire.items() if name in names} if is_whole(wire) else dict(wire)


def new_stream(wire: Wire) -> dict[str, Any]:
    """What makes a stream. Some releases fail without a list of profiles, so an empty one is sent where there is none."""
    made = {name: value for name, value in only(wire, NEW_STREAM).items() if value is not None}
    return made if "profiles" in made else {**made, "profiles": []}


def changed_stream(operation: Operation, body: object, wire: Wire) -> dict[str, Any]:
    """What changes a stream.

    Raises:
        ValueError: a model in which something was changed that can never be.
    """
    if isinstance(body, Model):
        sent = body._wire if isinstance(body._wire, Mapping) else {}  # noqa: SLF001
        changed = {name for name, value in wire.items() if name not in sent or not same(sent[name], value)}
        if fixed := sorted(changed - {*CHANGED_STREAM, "id"}):
            raise ValueError(
                f"{operation.id}: {', '.join(fixed)} of a stream can never be changed, only {', '.join(CHANGED_STREAM)}"
            )
        return {name: value for name, value in wire.items() if name in CHANGED_STREAM and value is not None}
    return only(wire, CHANGED_STREAM)


def is_old_webhook(wire: Wire) -> bool:
    """Whether a webhook is in the document's dialect, ``event: "streamStarted"``: the next release has dots in its names."""
    event = wire.get("event")
    return not wire.get("events") and isinstance(event, str) and "." not in event


def in_its_dialect(wire: Wire) -> dict[str, Any]:
    """A webhook without the fields of the other dialect."""
    if is_old_webhook(wire):
        others: tuple[str, ...] = ("events", "sharedSecret")
    else:
        others = ("blocking",) if wire.get("events") is None else ("blocking", "event")
    return {name: value for name, value in wire.items() if name not in others}


def new_webhook(wire: Wire) -> dict[str, Any]:
    """What makes a webhook, which may be one that was read."""
    made = in_its_dialect(wire)
    return {name: value for name, value in made.items() if name not in _OF_THE_SERVICE} if is_whole(wire) else made


def changed_webhook(id: str, wire: Wire) -> dict[str, Any]:
    """What replaces a webhook: with its id, which the service reads from the body, and without the user that a list tells beside it."""
    kept = {name: value for name, value in in_its_dialect(wire).items() if name not in ("id", "user")}
    return {"id": id, **kept}


def ids_of(body: object) -> object:
    """The body that names several things: a list of ids is enough."""
    if isinstance(body, Mapping | Model):
        return to_dict(body)
    return {"ids": list(body)} if isinstance(body, Collection) and not isinstance(body, str | bytes) else body
