"""The Blaize (Zephr) Admin API: its client, and one module a resource with the models beside it."""

from .accounts import Account, AccountUser
from .admin import AccessKey, AdminRole, AdminSession, AdminSessionUser, KeyPair
from .bundles import Bundle, BundleIncludes
from .cache import CacheConditions, CacheConfiguration, CacheSwitches
from .certs import Cert
from .client import Blaize
from .companies import Company
from .configuration import TenantConfiguration
from .credits import Credit
from .decision_engine import DecisionRequest, DecisionResponse, trusted_referrer
from .entitlements import Entitlement
from .export import ExportedUser, UserExport
from .feature_rules import FeatureRule
from .forms import Form, FormField
from .gifts import Gift, NewGift
from .grants import Grant
from .meters import Meter
from .model import AccessModel, DeliveredEntitlement, Identifiers, SignIn, Validators
from .oauth2 import CodeExchange, TokenRefresh, Tokens
from .products import BraintreeOneOff, BraintreeRecurring, PricePoint, Product, ProductEntitlement, ProductMapping
from .promo_codes import PromoCode
from .request_rules import RequestConditions, RequestRule
from .sessions import CrossDeviceSession, Session
from .static_items import StaticItem
from .times import moment
from .user import Delivery, EmailUpdate, PasswordlessStart, PasswordReset, User
from .user_schema import SchemaField
from .webhooks import Webhook, WebhookDetails, WebhookEvent

__all__ = [
    "AccessKey",
    "AccessModel",
    "Account",
    "AccountUser",
    "AdminRole",
    "AdminSession",
    "AdminSessionUser",
    "Blaize",
    "BraintreeOneOff",
    "BraintreeRecurring",
    "Bundle",
    "BundleIncludes",
    "CacheConditions",
    "CacheConfiguration",
    "CacheSwitches",
    "Cert",
    "CodeExchange",
    "Company",
    "Credit",
    "CrossDeviceSession",
    "DecisionRequest",
    "DecisionResponse",
    "DeliveredEntitlement",
    "Delivery",
    "EmailUpdate",
    "Entitlement",
    "ExportedUser",
    "FeatureRule",
    "Form",
    "FormField",
    "Gift",
    "Grant",
    "Identifiers",
    "KeyPair",
    "Meter",
    "NewGift",
    "PasswordReset",
    "PasswordlessStart",
    "PricePoint",
    "Product",
    "ProductEntitlement",
    "ProductMapping",
    "PromoCode",
    "RequestConditions",
    "RequestRule",
    "SchemaField",
    "Session",
    "SignIn",
    "StaticItem",
    "TenantConfiguration",
    "TokenRefresh",
    "Tokens",
    "User",
    "UserExport",
    "Validators",
    "Webhook",
    "WebhookDetails",
    "WebhookEvent",
    "moment",
    "trusted_referrer",
]
