"""The Livepeer API: its client, and one module a resource with the models beside it."""

from .api_tokens import Access, AccessRule, ApiToken
from .billing import NewCustomer, NewSubscription, PaymentMethodChange, PaymentMethodRequest, SubscriptionChange
from .client import Livepeer
from .model import Profile, PushTargetRef, PushTargetSpec, Wowza, moment
from .object_stores import ObjectStore
from .push_targets import PushTarget
from .regions import Orchestrator, Region
from .rules.passwords import hash_password
from .sessions import Session
from .stream import Stream, StreamInfo, Terminated
from .user import (
    AdminStatus,
    EmailVerification,
    Login,
    PasswordReset,
    PasswordResetRequest,
    PasswordResetToken,
    Usage,
    UsagePeriod,
    User,
    UserSession,
)
from .webhooks import RecordingReady, StreamDetection, StreamIdle, StreamStarted, Webhook, WebhookEvent

__all__ = [
    "Access",
    "AccessRule",
    "AdminStatus",
    "ApiToken",
    "EmailVerification",
    "Livepeer",
    "Login",
    "NewCustomer",
    "NewSubscription",
    "ObjectStore",
    "Orchestrator",
    "PasswordReset",
    "PasswordResetRequest",
    "PasswordResetToken",
    "PaymentMethodChange",
    "PaymentMethodRequest",
    "Profile",
    "PushTarget",
    "PushTargetRef",
    "PushTargetSpec",
    "RecordingReady",
    "Region",
    "Session",
    "Stream",
    "StreamDetection",
    "StreamIdle",
    "StreamInfo",
    "StreamStarted",
    "SubscriptionChange",
    "Terminated",
    "Usage",
    "UsagePeriod",
    "User",
    "UserSession",
    "Webhook",
    "WebhookEvent",
    "Wowza",
    "hash_password",
    "moment",
]
