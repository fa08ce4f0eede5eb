"""What is asked of the Analytics API of one device and range of time, by any client of its."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ...operation import Operation, segment
from ...paging import Pager, at_once, by_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...client import Client, Decoder
    from ...http.reply import Reply

T = TypeVar("T")

DEVICES = Operation("unleash_analytics.devices", "GET", "/analytics/devices", "array")
ROWS = Operation("unleash_analytics.rows", "GET", "/analytics/{device_id}/{start}/{end}/{page}", "pages")


def device_id(value: object) -> str:
    """A device id that can stand in a path, else TypeError or ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"a device id is a string, not {type(value).__name__}")
    segment(value, "device id")
    return value


def read_ids(reply: Reply) -> list[str]:
    """A list of ids.

    Raises:
        DecodeError: not a list of strings.
    """
    value = reply.json()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise reply.unreadable("a list of strings was promised")
    return value


def read_listed(reply: Reply) -> list[Any]:
    """The same as it comes: what is no id is to be a failure of its own, and not of all that stand beside it.

    Raises:
        DecodeError: no list.
    """
    value = reply.json()
    if not isinstance(value, list):
        raise reply.unreadable("a list of strings was promised")
    return value


def ids(client: Client, operation: Operation) -> Pager[str]:
    """A list of ids that comes in one answer.

    Args:
        client: who asks.
        operation: what for.
    """
    return at_once(lambda: client.call(operation, into=read_ids), of=str).told(operation.id, {})


def walk(
    client: Client,
    operation: Operation,
    device: str,
    span: tuple[int, int],
    into: Decoder[tuple[Sequence[T], int | None]],
    *,
    of: type[T] | None = None,
) -> Pager[T]:
    """The pages of one device and range, read by a decoder of the caller's.

    Args:
        client: who asks.
        operation: for rows, or for rows spelt out as objects.
        device: a device.
        span: start and end, in milliseconds since the epoch.
        into: from an answer to a page's items and the number of pages.
        of: what the items are, as for any pager.
    """
    pager = by_number(lambda number: client.call(operation, device, *span, number, into=into), of=of)
    return pager.told(operation.id, {"device": device, "start": span[0], "end": span[1]})
