"""Async Python SDK for Unleash live (Analytics, Platform), Blaize (Zephr), Cognitive3D and Livepeer."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from .codec import OMIT, Model, Receipt, to_dict
from .errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DecodeError,
    GraphQLError,
    JobFailedError,
    NotFoundError,
    PaginationError,
    PermissionDeniedError,
    RateLimitError,
    RedirectError,
    SDKError,
    ServerError,
    ServiceUnavailableError,
    TimeoutError,  # noqa: A004  # the contract's name
    TransportError,
    UnprocessableError,
)
from .fanout.plan import Plan, Shard
from .fanout.progress import Failure, Progress
from .fanout.stream import FanOut, fan_out
from .http.attempts import Attempt
from .http.retry import RetryPolicy
from .operation import Operation
from .options import VERSION, Timeout
from .paging import Page, Pager
from .unleash.analytics import UnleashAnalytics
from .unleash.rows import AnalyticsRow

if _TYPE_CHECKING:
    from .blaize.client import Blaize
    from .http.cognito import CognitoIdentity
    from .http.credentials import AWSCredentials
    from .sinks import CSVSink, NDJSONSink, ParquetSink

__version__ = VERSION

__all__ = [
    "OMIT",
    "APIError",
    "AWSCredentials",
    "AnalyticsRow",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "Blaize",
    "CSVSink",
    "CognitoIdentity",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DecodeError",
    "Failure",
    "FanOut",
    "GraphQLError",
    "JobFailedError",
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
    "RetryPolicy",
    "SDKError",
    "ServerError",
    "ServiceUnavailableError",
    "Shard",
    "Timeout",
    "TimeoutError",
    "TransportError",
    "UnleashAnalytics",
    "UnprocessableError",
    "__version__",
    "fan_out",
    "to_dict",
]

# What a program may never use is loaded when it is named.
_LAZY = {
    "AWSCredentials": ".http.credentials",
    "Blaize": ".blaize.client",
    "CSVSink": ".sinks",
    "CognitoIdentity": ".http.cognito",
    "NDJSONSink": ".sinks",
    "ParquetSink": ".sinks",
}


def __getattr__(name: str) -> _Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(_LAZY[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
