"""What came back inside a block, for whoever needs an ETag or what is left of a rate limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType

import httpx
from attrs import frozen

from .problem import request_id_of, shown_headers


@frozen
class Answer:
    """What a service answered to one call, without its body.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        status_code: the HTTP status.
        headers: those that help (an allow-list, secrets taken out), lower-case names.
        request_id: what to quote to the vendor's support, where one was sent.
        attempts: how many times the request was tried; this is the answer to the last of them that had one.
    """

    operation: str
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None
    attempts: int

    @property
    def status(self) -> int:
        """The same as `status_code`, as `Attempt` calls it."""
        return self.status_code


# The lists of the blocks that are open here, the outermost first. Tasks inherit them, so that a fan-out's workers fill them too.
_open: ContextVar[tuple[list[Answer], ...]] = ContextVar("asyncsdk_answers", default=())


class Responses:
    """The block of `responses`."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._token: Token[tuple[list[Answer], ...]] | None = None

    def __enter__(self) -> list[Answer]:
        self._token = _open.set((*_open.get(), self._answers))
        return self._answers

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._token is not None
        with suppress(ValueError):  # left by another task than entered it: that one's context ends with it
            _open.reset(self._token)


def responses() -> Responses:
    """Collect what services answer to the calls of a block, also where they answer with an error.

    ::

        with asyncsdk.responses() as answers:
            user = await blaize.users.get("u1")
        answers[-1].headers.get("etag")

    The list grows by one `Answer` a call, in the order in which they came: of each page of a pager, of each request of a fan-out
    that is entered inside the block, of a stream once its head is there. Blocks may be nested; each has all that is inside it.

    Returns:
        A context manager that gives the list.
    """
    return Responses()


def note(response: httpx.Response, attempts: int, operation: str, secrets: Callable[[], Iterable[str]]) -> None:
    """Let the blocks that are open have the answer to a call.

    Args:
        response: the last one that an attempt had.
        attempts: the number of that attempt.
        operation: the call's.
        secrets: gives the values that must not be shown.
    """
    if lists := _open.get():
        hidden = tuple(secrets())
        answer = Answer(
            operation,
            response.status_code,
            shown_headers(response.headers, hidden),
            request_id_of(response.headers, hidden),
            attempts,
        )
        for each in lists:
            each.append(answer)
