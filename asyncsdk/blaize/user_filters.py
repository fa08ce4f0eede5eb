"""The filters of the users' list and export, as they go over the wire."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..codec import encode, timestamp

if TYPE_CHECKING:
    from ..http.url import Query


def foreign_keys(given: Mapping[str, str] | None) -> Query:
    """``{"system": "id"}`` as ``foreign_key.system=id``.

    Raises:
        TypeError: not a mapping of texts.
        ValueError: an empty name or id.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f'foreign_key must be a mapping such as {{"system": "id"}}, not {type(given).__name__}')
    texts = [*given, *given.values()]
    if not all(isinstance(each, str) for each in texts):
        raise TypeError("foreign_key must be a mapping of texts")
    if not all(texts):
        raise ValueError("foreign_key must name a system and an id, and neither may be empty")
    return {f"foreign_key.{system}": known for system, known in given.items()}


def packed(structure: Any) -> str | None:
    """A structure as the Base64 of its JSON.

    Raises:
        TypeError: no structure: a text would be packed twice.
    """
    if structure is None:
        return None
    if not isinstance(structure, Mapping | list | tuple):
        raise TypeError(
            f"search_by_attributes takes the structure itself, a list or mapping, not {type(structure).__name__}"
        )
    return b64encode(encode(structure, "search_by_attributes")).decode("ascii")


def joined(ids: str | Iterable[str] | None, name: str) -> str | None:
    """Ids as the service wants them: with commas between.

    Args:
        ids: one text, sent as it is; or ids.
        name: of the argument, for the error.

    Raises:
        TypeError: an id that is no text.
        ValueError: an id that is empty or holds a comma.
    """
    if ids is None or isinstance(ids, str):
        return ids
    found = list(ids)
    if not all(isinstance(each, str) for each in found):
        raise TypeError(f"{name} must be texts")
    if any(not each or "," in each for each in found):
        raise ValueError(f"{name} must not be empty nor hold a comma")
    return ",".join(found)


def as_text(moment: datetime | str | int | None) -> str | int | None:
    """A datetime as ISO 8601 in UTC; anything else as it is.

    Raises:
        ValueError: a naive datetime.
    """
    return timestamp(moment) if isinstance(moment, datetime) else moment
