"""Ways for a sandbox to misbehave: functions to give to `Sandbox(on_request=...)` and `AnalyticsService(on_page=...)`.

Anything else is a function of your own: `OnRequest` sees each request first and may answer it, `OnPage` sees each page
of analytics before it is encoded and may change it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .gateway import message

OnRequest = Callable[[Request], Response | Awaitable[Response | None] | None]
"""Given a request, an answer to give in place of the real one; None to let it through. May be a coroutine function."""

OnPage = Callable[[dict[str, Any], int], Any]
"""Given the JSON of a page of rows and its number, the JSON to send instead."""


def fail_every(n: int, status: int = 503, text: str = "Service Unavailable", **headers: str) -> OnRequest:
    """Every nth request fails: with ``n=4`` the fourth, the eighth, and so on.

    Args:
        n: the distance between two failures; 1 for all.
        status: the HTTP status.
        text: the message.
        headers: more headers, with ``_`` for ``-``: ``retry_after="1"``.
    """
    numbers = count(1)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: None if next(numbers) % n else message(status, text, **named)


def fail_first(n: int, status: int = 503, text: str = "Service Unavailable", **headers: str) -> OnRequest:
    """The first n requests fail, the rest are served. Arguments as for `fail_every`."""
    numbers = count(1)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: None if next(numbers) > n else message(status, text, **named)


def html(status: int = 200) -> OnRequest:
    """Every answer is a web page, as from a captive portal or a proxy in between."""
    return lambda _: HTMLResponse("<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>", status)


def with_key(name: str, value: Any) -> OnPage:
    """Every row has one more value, the same in all."""

    def change(page: dict[str, Any], _: int) -> dict[str, Any]:
        if "keys" in page:
            return page | {"keys": [*page["keys"], name], "data": [[*row, value] for row in page["data"]]}
        return page | {"data": [row | {name: value} for row in page["data"]]}

    return change


def renamed(old: str, new: str) -> OnPage:
    """A key of every row goes by another name."""

    def change(page: dict[str, Any], _: int) -> dict[str, Any]:
        if "keys" in page:
            return page | {"keys": [new if key == old else key for key in page["keys"]]}
        data = [{new if key == old else key: value for key, value in row.items()} for row in page["data"]]
        return page | {"data": data}

    return change


def reordered(page: dict[str, Any], _: int) -> dict[str, Any]:
    """Every row backwards, its keys and its values alike."""
    if "keys" in page:
        return page | {"keys": page["keys"][::-1], "data": [row[::-1] for row in page["data"]]}
    return page | {"data": [dict(reversed(row.items())) for row in page["data"]]}


def without_total(page: dict[str, Any], _: int) -> dict[str, Any]:
    """No page says how many pages there are."""
    return {key: value for key, value in page.items() if key != "total_num_pages"}


def late_total(page: dict[str, Any], number: int) -> dict[str, Any]:
    """Each page knows of one page after itself at most: the total grows while it is walked."""
    return page | {"total_num_pages": min(page["total_num_pages"], number + 1)}


def empty_page(withheld: int) -> OnPage:
    """One page, by its number, comes without its rows, though the total says that there are more pages."""
    return lambda page, number: page | {"data": []} if number == withheld else page
