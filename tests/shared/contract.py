"""What a system says of itself, so that the same can be asked of every operation of every one (`tests/contract`)."""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import httpx

from asyncsdk import Model, Pager, RetryPolicy
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.documents import Document, documents
from asyncsdk.testing.kit import operations_of
from asyncsdk.testing.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from asyncsdk.operation import Operation

ONCE = RetryPolicy(max_attempts=1)
HOSTILE = "a/b ?#é:%"


def connects(kind, **options):
    """What makes a client over a transport, one attempt a call."""
    return lambda transport: kind(transport=transport, clock=FakeClock(), retry=ONCE, **options)


@attrs.frozen(eq=False, kw_only=True, slots=False)
class System:
    """A system, and where its operations are not like all others.

    Attributes:
        name: as operation ids begin.
        package: where its operations and models are.
        connect: makes a client over a transport, one attempt a call.
        at: by host, what comes before an operation's path.
        secret: what no error may show, however the service throws it back.
        authorization: what the header must match, by host.
        queries: by keyword, what is given, and what must then be asked.
        arguments: by operation, what is given where it is not the path's values and the document's body.
        paths: by operation, the path where it is not the values as they are.
        sent: what becomes of a body on its way.
        answered: what of an answer's JSON is given.
        refusal: how it says no.
        beside: operations that the document does not have.
        composed: methods that are more than one operation.
        also: keywords and optional arguments of methods that the document does not have.
        names: classes that stand for others in annotations.
        command: what its commands are made of; its sandbox is the one that they start.
        met: by operation, what the sandbox answers to the document's example, where its state or its rules forbid that.
        lives: resources whose things are created, got, listed and deleted.
        hidden: fields that are not told again.
    """

    name: str
    package: ModuleType
    connect: Callable[..., Any]
    at: Mapping[str, str]
    secret: str
    authorization: Mapping[str, str]
    queries: Mapping[str, tuple[Any, str]] = attrs.field(factory=dict)
    arguments: Mapping[str, list[Any]] = attrs.field(factory=dict)
    paths: Mapping[str, str] = attrs.field(factory=dict)
    sent: Callable[[str, Any], Any] = lambda _, body: body
    answered: Callable[[str, Any], Any] = lambda _, example: example
    refusal: Callable[[str], Any] = lambda said: {"message": said}
    beside: frozenset[str] = frozenset()
    composed: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    names: Mapping[str, str] = attrs.field(factory=dict)
    command: Callable[[], Any]
    met: Mapping[str, int] = attrs.field(factory=dict)
    lives: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    told: Mapping[str, Document] = attrs.field(
        default=attrs.Factory(lambda self: documents(self.name), takes_self=True)
    )
    operations: Mapping[str, Operation] = attrs.field(
        default=attrs.Factory(lambda self: operations_of(self.package), takes_self=True)
    )

    @property
    def entries(self):
        return [Entry(self, name.partition(".")[2], told) for name, told in self.told.items()]

    def answering(self, answer):
        """A client, each of whose requests gets an answer, and the list in which they are kept."""
        sent = []

        def handle(request):
            sent.append(request)
            return answer(request) if callable(answer) else answer

        return self.connect(httpx.MockTransport(handle)), sent

    def in_sandbox(self):
        """A client of its sandbox, as the command line makes both."""
        way = self.command().way(sandbox=True)
        service, secrets = way.service()
        transport = httpx.ASGITransport(app=Sandbox(service, gzip=False))
        settings = {"base_url": f"http://sandbox.test{service.prefix}", "retry": ONCE, "transport": transport}
        return way.client(secrets, settings)


@attrs.frozen(eq=False)
class Entry:
    """One operation of a system's document."""

    system: System
    python: str
    told: Document

    def __str__(self):
        return f"{self.system.name}.{self.python}"

    @property
    def operation(self):
        return self.system.operations[str(self)]

    @property
    def plain(self):
        """Whether it is called with the path's values and the document's body."""
        return self.python not in self.system.arguments

    @property
    def model(self):
        """The class of its body, if it has one and callers give it."""
        body = self.operation.body
        return body if self.plain and isinstance(body, type) and issubclass(body, Model) else None

    def method(self, client):
        return functools.reduce(getattr, self.python.split("."), client)

    def body(self):
        request = self.told.request
        return [] if request is None else [request.example if request.text is None else request.text]

    def given(self, values=None):
        """The arguments of a call: the path's values, and the body."""
        if not self.plain:
            return list(self.system.arguments[self.python])
        return [*(values or [HOSTILE for _ in self.operation.path_params]), *self.body()]

    @property
    def needed(self):
        """Keywords without which it cannot be called."""
        parameters = inspect.signature(self.method(self.system.connect(httpx.MockTransport(None)))).parameters.values()
        needed = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty]
        return {name: self.system.queries[name][0] for name in needed}

    async def called(self, client, *given, **query):
        """What a call gives in the end: of a list its first page, of a stream its rows or bytes."""
        found = self.method(client)(*(given or self.given()), **{**self.needed, **query})
        if isinstance(found, Pager):
            return list((await found.page()).items)
        if hasattr(found, "__aenter__"):
            async with found as stream:
                pieces = [each async for each in stream]
            return b"".join(pieces) if self.operation.kind == "bytes" else pieces
        return await found

    @property
    def target(self):
        path = self.system.paths.get(self.python) or re.sub(r"\{\w+\}", quote(HOSTILE, safe=""), self.told.path)
        return self.system.at[self.told.host] + path

    def answer(self, told=None):
        """An answer that the document shows, or a plausible one where it shows none."""
        told = told or self.told.success()
        if told.text is not None:
            return httpx.Response(told.status, text=told.text)
        if told.example is not None:
            return httpx.Response(told.status, json=told.example)
        if self.told.kind == "bytes":
            return httpx.Response(told.status, content=b"PK")
        if self.told.kind == "none":
            return httpx.Response(told.status)
        return httpx.Response(told.status, json=[] if self.told.kind in ("results", "array", "stream") else {})

    def made(self, body):
        """A body's JSON as a new instance of its model."""
        names = {each.metadata.get("wire", each.name): each.alias for each in attrs.fields(self.model)}
        return self.model(**{names[key]: value for key, value in body.items()})
