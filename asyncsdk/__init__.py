"""Async Python SDK for Unleash live (Analytics, Platform), Blaize (Zephr), Cognitive3D and Livepeer."""

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

__version__ = VERSION

__all__ = [
    "OMIT",
    "APIError",
    "AnalyticsRow",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
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
    "NotFoundError",
    "Operation",
    "Page",
    "Pager",
    "PaginationError",
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
