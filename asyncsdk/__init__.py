"""Async Python SDK for Unleash live Analytics, Unleash live Platform, Blaize (now Zephr) Admin, Cognitive3D and Livepeer.

Every public name is loaded when it is first used: a program pays for the systems that it talks to.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from .version import __version__ as __version__

if _TYPE_CHECKING:
    from . import (
        blaize as blaize,
        cognitive3d as cognitive3d,
        datasets as datasets,
        errors as errors,
        livepeer as livepeer,
        sinks as sinks,
        testing as testing,
        unleash as unleash,
    )
    from .auth.cognito import CognitoIdentity as CognitoIdentity
    from .auth.credentials import AWSCredentials as AWSCredentials
    from .blaize.client import Blaize as Blaize
    from .chain.attempts import Attempt as Attempt
    from .chain.retry import RetryPolicy as RetryPolicy
    from .chain.telemetry.facts import AttemptStart as AttemptStart, CallEnd as CallEnd
    from .codec import OMIT as OMIT, Created as Created, Model as Model, Receipt as Receipt, to_dict as to_dict
    from .cognitive3d.client import Cognitive3D as Cognitive3D
    from .datasets.plan import Plan as Plan
    from .datasets.report import Report as Report
    from .datasets.shard import Shard as Shard
    from .errors import (
        APIError as APIError,
        AuthenticationError as AuthenticationError,
        BadRequestError as BadRequestError,
        ConfigurationError as ConfigurationError,
        ConflictError as ConflictError,
        ConnectError as ConnectError,
        ConnectionLostError as ConnectionLostError,
        DecodeError as DecodeError,
        GraphQLError as GraphQLError,
        JobFailedError as JobFailedError,
        MissingFieldError as MissingFieldError,
        NotFoundError as NotFoundError,
        PaginationError as PaginationError,
        PermissionDeniedError as PermissionDeniedError,
        RateLimitError as RateLimitError,
        RedirectError as RedirectError,
        SDKError as SDKError,
        ServerError as ServerError,
        ServiceUnavailableError as ServiceUnavailableError,
        TimeoutError as TimeoutError,  # noqa: A004  # the contract's name
        TransportError as TransportError,
        UnprocessableError as UnprocessableError,
        WebhookError as WebhookError,
    )
    from .fanout.progress import Failure as Failure, Progress as Progress, Warned as Warned
    from .fanout.stream import FanOut as FanOut, fan_out as fan_out
    from .http.answers import Answer as Answer, responses as responses
    from .livepeer.client import Livepeer as Livepeer
    from .operation import Operation as Operation
    from .paging import Page as Page, Pager as Pager
    from .sinks import CSVSink as CSVSink, NDJSONSink as NDJSONSink, ParquetSink as ParquetSink
    from .timeout import Timeout as Timeout
    from .unleash.analytics.client import UnleashAnalytics as UnleashAnalytics
    from .unleash.analytics.rows import AnalyticsRow as AnalyticsRow
    from .unleash.platform.client import UnleashPlatform as UnleashPlatform

_HOMES = {
    "Blaize": "blaize.client",
    "Cognitive3D": "cognitive3d.client",
    "Created": "codec",
    "Model": "codec",
    "OMIT": "codec",
    "Receipt": "codec",
    "to_dict": "codec",
    "APIError": "errors",
    "AuthenticationError": "errors",
    "BadRequestError": "errors",
    "ConfigurationError": "errors",
    "ConflictError": "errors",
    "ConnectError": "errors",
    "ConnectionLostError": "errors",
    "DecodeError": "errors",
    "GraphQLError": "errors",
    "JobFailedError": "errors",
    "MissingFieldError": "errors",
    "NotFoundError": "errors",
    "PaginationError": "errors",
    "PermissionDeniedError": "errors",
    "RateLimitError": "errors",
    "RedirectError": "errors",
    "SDKError": "errors",
    "ServerError": "errors",
    "ServiceUnavailableError": "errors",
    "TimeoutError": "errors",
    "TransportError": "errors",
    "UnprocessableError": "errors",
    "WebhookError": "errors",
    "Livepeer": "livepeer.client",
    "Plan": "datasets.plan",
    "Shard": "datasets.shard",
    "Failure": "fanout.progress",
    "Progress": "fanout.progress",
    "Warned": "fanout.progress",
    "FanOut": "fanout.stream",
    "fan_out": "fanout.stream",
    "Answer": "http.answers",
    "responses": "http.answers",
    "Attempt": "chain.attempts",
    "AttemptStart": "chain.telemetry.facts",
    "CallEnd": "chain.telemetry.facts",
    "CognitoIdentity": "auth.cognito",
    "AWSCredentials": "auth.credentials",
    "RetryPolicy": "chain.retry",
    "Operation": "operation",
    "Timeout": "timeout",
    "Page": "paging",
    "Pager": "paging",
    "CSVSink": "sinks",
    "NDJSONSink": "sinks",
    "ParquetSink": "sinks",
    "UnleashAnalytics": "unleash.analytics.client",
    "Report": "datasets.report",
    "AnalyticsRow": "unleash.analytics.rows",
    "UnleashPlatform": "unleash.platform.client",
}
_ROOMS = {"blaize", "cognitive3d", "datasets", "errors", "livepeer", "sinks", "testing", "unleash"}

__all__ = [
    "OMIT",
    "APIError",
    "AWSCredentials",
    "AnalyticsRow",
    "Answer",
    "Attempt",
    "AttemptStart",
    "AuthenticationError",
    "BadRequestError",
    "Blaize",
    "CSVSink",
    "CallEnd",
    "Cognitive3D",
    "CognitoIdentity",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "Created",
    "DecodeError",
    "Failure",
    "FanOut",
    "GraphQLError",
    "JobFailedError",
    "Livepeer",
    "MissingFieldError",
    "Model",
    "NDJSONSink",
    "NotFoundError",
    "Operation",
    "Page",
    "Pager",
    "PaginationError",
    "ParquetSink",
    "PermissionDeniedError",
    "Plan",
    "Progress",
    "RateLimitError",
    "Receipt",
    "RedirectError",
    "Report",
    "RetryPolicy",
    "SDKError",
    "ServerError",
    "ServiceUnavailableError",
    "Shard",
    "Timeout",
    "TimeoutError",
    "TransportError",
    "UnleashAnalytics",
    "UnleashPlatform",
    "UnprocessableError",
    "Warned",
    "WebhookError",
    "__version__",
    "fan_out",
    "responses",
    "to_dict",
]


def __getattr__(name: str) -> _Any:
    if name in _ROOMS:
        return _import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
