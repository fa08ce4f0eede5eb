"""URLs whose bytes are ours: what is built here is what is signed, and what is signed is what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self
from urllib.parse import quote

import httpx
from attrs import field, frozen

from ..errors import ConfigurationError

Query = Mapping[str, Any]
"""Wire name to value: a string, number or bool; a list repeats the name; None leaves it out."""

Origin = tuple[str, bytes, int | None]
"""Scheme, host and port; None stands for the scheme's own port."""


def origin(url: httpx.URL) -> Origin:
    """Where a URL points; `httpx.URL` has dropped default ports and folded the case already."""
    return url.scheme, url.raw_host, url.port


def encode_query(query: Query | None) -> str:
    """A query string in RFC 3986 form: ``%20`` and never ``+``, nothing but unreserved characters left as they are.

    Raises:
        TypeError: a value of a kind that has no agreed spelling.
        ValueError: a text that is not Unicode.
    """
    if not query:
        return ""
    try:
        return "&".join(
            f"{quote(name, safe='')}={quote(text, safe='')}"
            for name, value in query.items()
            for text in _texts(name, value)
        )
    except UnicodeEncodeError:
        names = ", ".join(repr(name) for name in query)
        raise ValueError(f"a query parameter holds a character that cannot be sent as UTF-8 (one of {names})") from None


def _texts(name: str, value: Any) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int | float):
        return (str(value),)
    if isinstance(value, list | tuple | set | frozenset):
        return [text for each in value for text in _texts(name, each)]
    raise TypeError(f"query parameter {name!r} takes a string, a number, a bool or a list, not {type(value).__name__}")


def _trimmed(value: object) -> str:
    return str(value).rstrip("/")


@frozen
class BaseURL:
    """A parsed base URL, from which request URLs are made without parsing again.

    Args:
        text: an absolute http or https URL without query, fragment or credentials.

    Raises:
        ConfigurationError: anything else.
    """

    text: str = field(converter=_trimmed)
    url: httpx.URL = field(init=False, repr=False)
    host: bytes = field(init=False, repr=False)
    origin: Origin = field(init=False, repr=False)
    _prefix: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        try:
            url = httpx.URL(self.text)
        except (httpx.InvalidURL, ValueError):
            url = httpx.URL("")
        whole = url.scheme in ("http", "https") and url.raw_host and b"%" not in url.raw_host
        if not whole or url.userinfo or "?" in self.text or "#" in self.text:
            # the text is not shown: it may hold a password
            raise ConfigurationError(
                "base_url must be an absolute http or https URL without query, fragment or user name, such as "
                "https://api.example.com/v1"
            )
        set_once = object.__setattr__
        set_once(self, "url", url)
        set_once(self, "host", url.netloc)
        set_once(self, "origin", origin(url))
        set_once(self, "_prefix", url.raw_path.decode("ascii").rstrip("/"))

    @classmethod
    def of_origin(cls, url: httpx.URL) -> Self:
        """The root of the origin that a URL belongs to.

        Raises:
            ConfigurationError: it is no absolute http or https URL.
        """
        return cls(f"{url.scheme}://{url.netloc.decode('ascii')}")

    def holds(self, url: httpx.URL) -> bool:
        """Whether a URL of the same origin lies below this one."""
        path = url.raw_path.partition(b"?")[0].decode("ascii")
        return path == self._prefix or path.startswith(f"{self._prefix}/")

    def join(self, path: str, query: str = "") -> httpx.URL:
        """The URL of an already encoded path (and query) below this one.

        httpx has no public way to swap a path without parsing the URL again, which is a third of an operation's whole cost:
        hence the private field. A test compares the result with a parsed one.
        """
        base = self.url._uri_reference  # noqa: SLF001
        url = httpx.URL.__new__(httpx.URL)
        url._uri_reference = type(base)(*base[:4], self._prefix + path, query or None, None)  # noqa: SLF001
        return url
