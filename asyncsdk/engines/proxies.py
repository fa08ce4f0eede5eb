"""Which proxy a request goes through."""

from __future__ import annotations

import sys
import urllib.request
from typing import TYPE_CHECKING, Self

import attrs
import httpx

from ..errors import ConfigurationError
from .no_proxy import Exempt, entries, is_exempt

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen
class Proxies:
    """The proxies that the environment names, or the one that a program does.

    Args:
        by_scheme: proxy URLs by the scheme they are for, ``all`` for any; ``no`` lists the hosts that need none.
        named_by: who says so, for errors.
    """

    by_scheme: Mapping[str, str] = attrs.field(repr=False)  # a proxy's URL may hold a password
    named_by: str = "the environment"
    _exempt: tuple[Exempt, ...] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_exempt", entries(self.by_scheme.get("no", "")))

    @classmethod
    def from_environment(cls) -> Self:
        """``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, or what the operating system has set."""
        return cls(urllib.request.getproxies())

    @classmethod
    def of(cls, url: str | httpx.URL) -> Self:
        """One proxy for all requests, whatever the environment says.

        Args:
            url: ``http://host:port`` or ``https://host:port``, with user name and password where it wants them.

        Raises:
            ConfigurationError: it is no such URL.
        """
        proxies = cls({"all": str(url)}, named_by="proxy=...")
        proxies._proxy(str(url))
        return proxies

    def url_for(self, url: httpx.URL) -> httpx.URL | None:
        """The proxy for a URL, or None to connect directly.

        Raises:
            ConfigurationError: what is named for it is no HTTP proxy.
        """
        given = self.by_scheme.get(url.scheme) or self.by_scheme.get("all")
        return None if not given or self._bypassed(url) else self._proxy(given)

    def _proxy(self, given: str) -> httpx.URL:
        try:
            proxy = httpx.URL(given if "://" in given else f"http://{given}")
        except (httpx.InvalidURL, UnicodeError):
            proxy = httpx.URL("")
        if proxy.scheme not in ("http", "https") or not proxy.raw_host:
            # the value may hold a password
            raise ConfigurationError(f"the proxy that {self.named_by} names is not an http:// or https:// URL")
        return proxy

    def _bypassed(self, url: httpx.URL) -> bool:
        if is_exempt(self._exempt, url):
            return True
        # these keep a list of exceptions of their own beside the environment's
        system = sys.platform in ("darwin", "win32") and self.named_by == "the environment"
        return system and bool(urllib.request.proxy_bypass(url.netloc.decode("ascii")))
