"""What one call to a service is: a frozen value that client, command line and sandbox all read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Literal
from urllib.parse import quote

from attrs import field, frozen

from .timeout import Timeout

Kind = Literal["object", "any", "none", "scalar", "text", "array", "results", "pages", "cursor", "stream", "bytes"]
"""What a call gives: docs/lists.md says what each means."""

RetryClass = Literal["safe", "unsent"]
"""``safe``: may be repeated. ``unsent``: only where provably nothing was sent, or the service says it throttled."""

_SLOT = re.compile(r"\{([^{}]+)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*", re.ASCII)


def segment(value: object, name: str = "path value") -> str:
    """One path segment, percent-encoded whole, so that no value can reach another path.

    Raises:
        TypeError: neither a string nor an integer.
        ValueError: empty, ``.`` or ``..``, or text that is not Unicode.
    """
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return value
        if value in ("", ".", ".."):
            raise ValueError(f"{name} must not be {value!r}: it would change the path of the request")
        try:
            return quote(value, safe="")
        except UnicodeEncodeError:
            raise ValueError(f"{name} holds a character that cannot be sent as UTF-8") from None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{name} must be a string or an integer, not {type(value).__name__}")


def _split(path: str) -> tuple[str, ...]:
    """``/a/{b}/c`` -> ``("/a/", "b", "/c")``: fixed text and slot names in turn."""
    return tuple(_SLOT.split(path))


@frozen
class Operation:
    """One operation of a service, declared beside the method that calls it.

    Attributes:
        id: the system and the attribute path below its client, e.g. ``"unleash_analytics.rows"``.
        method: the HTTP method.
        path: the path below the base URL, with ``{slots}``.
        kind: what the call gives.
        retry: whether it may be sent again.
        signed: False for the few calls that must go without credentials.
        query: the query parameters, keyword argument to wire name.
        body: the model of the body it takes; `str` for raw text; None for none, or for free-form JSON.
        required: wire names of the body's fields that the document's schema requires.
        many: whether it takes a list of such bodies too.
        content_type: of the body.
        host: which of the client's hosts it is for; its main one by default.
        timeout: limits of one attempt, where the client's do not fit: a long poll, a slow export.
    """

    id: str
    method: str
    path: str
    kind: Kind
    retry: RetryClass = "safe"
    signed: bool = True
    query: Mapping[str, str] = field(factory=dict, hash=False)
    body: Any = field(default=None, hash=False)
    required: tuple[str, ...] = ()
    many: bool = False
    content_type: str = "application/json"
    host: str = ""
    timeout: Timeout | None = None
    _parts: tuple[str, ...] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_parts", _split(self.path))

    @property
    def python(self) -> str:
        """The attribute path below the client, e.g. ``"users.grants.list"``."""
        return self.id.partition(".")[2]

    @property
    def path_params(self) -> tuple[str, ...]:
        """The names of the slots, in path order."""
        return self._parts[1::2]

    def told(self, path: tuple[object, ...], query: Mapping[str, Any] | None) -> Mapping[str, object]:
        """What a call is given, by name, as a repr may list it."""
        return {**dict(zip(self.path_params, path, strict=False)), **(query or {})}

    def url_path(self, *values: object) -> str:
        """The path with each value in its slot, as one percent-encoded segment.

        Raises:
            TypeError: not as many values as slots, or a value of the wrong type.
            ValueError: a value that is empty, ``.`` or ``..``.
        """
        parts = self._parts
        if len(values) != len(parts) // 2:
            raise TypeError(
                f"{self.id} takes {len(parts) // 2} path values ({', '.join(parts[1::2])}), not {len(values)}"
            )
        if not values:
            return parts[0]
        filled = list(parts)
        for at, value in enumerate(values):
            filled[2 * at + 1] = segment(value, parts[2 * at + 1])
        return "".join(filled)


def declared(modules: Iterable[ModuleType]) -> dict[str, Operation]:
    """Every `Operation` that the modules hold as a constant, by id."""
    return {value.id: value for module in modules for value in vars(module).values() if isinstance(value, Operation)}
