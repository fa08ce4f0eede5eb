"""What of this service's requests is secret though its name does not say so, and an error without it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from ...errors import DecodeError, SDKError
from ...http.redact import MASK
from ...operation import Operation

# An API token's id is the key itself.
_KEYS = "/api-token"
# What of the service's own words may hold such a key or URL, under no name that tells.
_TOLD = (_KEYS, "/object-store", "/push-target")
# URLs of these hold credentials, or a stream key as their last part.
_URLS = ("/object-store", "/push-target", "/stream")


@frozen(repr=False)
class Sent:
    """What of a call is secret: looked for anew each time, since only an error asks.

    Attributes:
        operation: what is called.
        path: the values of its path parameters.
        body: what is sent.
        known: what is known to be secret besides.
    """

    operation: Operation
    path: tuple[object, ...]
    body: bytes
    known: Iterable[str] = ()

    def __iter__(self) -> Iterator[str]:
        yield from self.known
        if self.operation.path.startswith(_KEYS):
            yield from (str(each) for each in self.path)
        if self.body and self.operation.path.startswith(_URLS):
            for url in _urls(json.loads(self.body)):
                yield url
                rest = url.partition("://")[2]
                yield rest.rpartition("/")[2]
                if "@" in rest:
                    yield from map(unquote, rest.rpartition("@")[0].split(":"))


def conceal(error: SDKError, operation: Operation) -> None:
    """Leave out of an error an answer that may hold a secret which was not sent, under no name that tells.

    Args:
        error: of a call.
        operation: what was called.
    """
    if isinstance(error, DecodeError) and operation.path.startswith(_TOLD):
        error.snippet = MASK


def _urls(value: Any) -> Iterator[str]:
    """The URLs in a body, at any depth."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "url" and isinstance(each, str):
                yield each
            else:
                yield from _urls(each)
    elif isinstance(value, list):
        for each in value:
            yield from _urls(each)
