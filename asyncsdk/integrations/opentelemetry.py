"""Calls as spans and metrics of OpenTelemetry, by its API alone; it takes the extra ``otel``.

::

    blaize = Blaize("demo", telemetry=OpenTelemetry())

A call is a span, and each of its attempts a child of it, named as the stable conventions for HTTP have it whatever
``OTEL_SEMCONV_STABILITY_OPT_IN`` says. Paths are told as their templates: no id, no query, no header and no body is in a span or on a
metric.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from opentelemetry import context as contexts, metrics, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from ..version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping

    from opentelemetry.context import Context
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.propagators.textmap import TextMapPropagator
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

    from ..chain.attempts import Attempt
    from ..chain.telemetry.facts import AttemptStart, CallEnd, CallStart
    from ..chain.throttle import Throttle

_NAME = "asyncsdk"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)

# What instrumentations ask before they make a span: whether somebody wants none, and whether HTTP is told of already.
# The keys have no public name yet; where they lose the one that they have, there are two spans for a request again.
_SUPPRESSED = (
    "suppress_instrumentation",
    getattr(contexts, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation"),
)
_HTTP_IS_TOLD = getattr(contexts, "_SUPPRESS_HTTP_INSTRUMENTATION_KEY", "suppress_http_instrumentation")

_GAUGES: tuple[tuple[str, str, str, Callable[[Throttle], float], Callable[[Iterable[float]], float]], ...] = (
    ("active", "{request}", "Places at a host that are taken.", lambda throttle: throttle.active, sum),
    ("limit", "{request}", "Places at a host that there are now.", lambda throttle: throttle.limit, sum),
    ("waiting", "{request}", "Requests that wait for a place.", lambda throttle: throttle.waiting, sum),
    ("paused", "s", "What is left of a pause that a host asked for.", lambda throttle: throttle.paused, max),
)


class OpenTelemetry:
    """Spans and metrics of all calls of the clients that it is given to; one serves many.

    Args:
        tracer_provider: where spans go; the program's own otherwise.
        meter_provider: where metrics go; likewise.
        propagator: what writes the context into requests, such as ``traceparent``, before they are signed; the program's own
            otherwise. Only the client's own hosts are sent it.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        propagator: TextMapPropagator | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(_NAME, __version__, tracer_provider)
        self._inject = propagate.inject if propagator is None else propagator.inject
        meter = metrics.get_meter(_NAME, __version__, meter_provider)
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._throttles: WeakKeyDictionary[Throttle, tuple[str, int]] = WeakKeyDictionary()
        for name, unit, what, value, of_all in _GAUGES:
            meter.create_observable_gauge(f"asyncsdk.throttle.{name}", [self._observer(value, of_all)], unit, what)

    def call_starts(self, start: CallStart) -> _Call | None:
        """See `asyncsdk.chain.telemetry.facts.Telemetry`."""
        if any(map(contexts.get_value, _SUPPRESSED)):
            return None
        if start.own and start.throttle not in self._throttles:
            self._throttles[start.throttle] = (start.host, start.port)
        return _Call(start, self._tracer, self._inject if start.own else None, self._duration.record)

    def _observer(
        self, value: Callable[[Throttle], float], of_all: Callable[[Iterable[float]], float]
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        """What reads a gauge: one value a host, though several clients may ask it."""

        def observe(_: CallbackOptions) -> Iterator[Observation]:
            found: dict[tuple[str, int], list[float]] = {}
            for throttle, to in list(self._throttles.items()):
                found.setdefault(to, []).append(value(throttle))
            for (host, port), values in found.items():
                yield metrics.Observation(of_all(values), {"server.address": host, "server.port": port})

        return observe


class _Call:
    """The span of one call, and that of its attempt under way.

    A span is current only while an attempt is made, within the one task that makes it: never while a generator is left.
    """

    __slots__ = ("_attempt", "_attributes", "_context", "_inject", "_record", "_span", "_start", "_token", "_tracer")

    def __init__(
        self,
        start: CallStart,
        tracer: trace.Tracer,
        inject: Callable[..., None] | None,
        record: Callable[[float, dict[str, AttributeValue], Context], None],
    ) -> None:
        self._start = start
        self._tracer = tracer
        self._inject = inject
        self._record = record
        self._attributes: dict[str, AttributeValue] = {
            "http.request.method": start.method,
            "server.address": start.host,
            "server.port": start.port,
        }
        if start.route:
            self._attributes["url.template"] = start.route
        self._span = tracer.start_span(
            start.operation, attributes={**self._attributes, "asyncsdk.operation": start.operation}
        )
        self._context = trace.set_span_in_context(self._span)
        self._attempt: Span = trace.INVALID_SPAN
        self._token: Any = None

    def attempt_starts(self, start: AttemptStart, headers: MutableMapping[str, str]) -> None:
        attributes = dict(self._attributes)
        if start.number > 1:
            attributes["http.request.resend_count"] = start.number - 1
        name = f"{start.method} {start.route}" if start.route else start.method
        self._attempt = self._tracer.start_span(name, self._context, SpanKind.CLIENT, attributes)
        inside = trace.set_span_in_context(self._attempt, self._context)
        if self._inject is not None:
            self._inject(headers, inside)
        self._token = contexts.attach(contexts.set_value(_HTTP_IS_TOLD, True, inside))

    def attempt_ends(self, attempt: Attempt) -> None:
        contexts.detach(self._token)
        found = _outcome(attempt.status, attempt.error)
        self._attempt.set_attributes(found)
        _say_failed(self._attempt, found, attempt.error)
        self._attempt.end()
        inside = trace.set_span_in_context(self._attempt, self._context)  # for exemplars
        self._record(attempt.seconds, {**self._attributes, "url.scheme": self._start.scheme, **found}, inside)

    def call_ends(self, end: CallEnd) -> None:
        found = _outcome(end.status, end.error)
        self._span.set_attributes({**found, "asyncsdk.attempts": end.attempts})
        _say_failed(self._span, found, end.error)
        self._span.end()


def _outcome(status: int | None, error: str | None) -> dict[str, AttributeValue]:
    """The attributes for what became of a request. The type of an error is its status, where there is one."""
    found: dict[str, AttributeValue] = {} if status is None else {"http.response.status_code": status}
    if status is not None and status >= 400:
        found["error.type"] = str(status)
    elif error is not None:
        found["error.type"] = error
    return found


def _say_failed(span: Span, found: dict[str, AttributeValue], error: str | None) -> None:
    if "error.type" in found and error != "Cancelled":
        span.set_status(Status(StatusCode.ERROR))
