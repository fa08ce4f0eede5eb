"""What the document prints, as the tenant that a new service begins with (seed 003).

The ids are the document's where it has any: those in its answers, else the words of its "Example URI" lines. Its examples do not fit
together (the user of one is unknown to the next), so Joe Blow stands for all its users, and the one account for all its accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import Record

USER_ID = "123456789ABCD"
USER: Record = {
    "user_id": USER_ID,
    "identifiers": {"email_address": "joe.blow@company.com"},
    "attributes": {"first_name": "Joe", "surname": "Blow"},
    "email_verified": True,
}
PASSWORD = "mysecurepassword123"  # noqa: S105  # the document's own
SESSION_ID = "SS0123456789ABCD"

ACCOUNT_ID = "0123456789ABCD"
COMPANY_ID = "123456789ABCD"
GRANT_ID = "0123456789ABCD"
ENTITLEMENT_ID = "XX0123456789ABCD"
GRANT: Record = {"entitlement_type": "entitlement", "entitlement_id": ENTITLEMENT_ID}

ADMINISTRATORS: Mapping[str, str] = {
    "b859f5dd-8184-4d01-8bf9-e3e771f68a62": "joe.blow@company.com",
    "123456789ABCD": "admin@company.com",
}
ROLE_ID = "0123456789ABCD"
ROLE: Record = {"email": "admin@company.com", "role": "role..."}

OAUTH_CODE = "1234567890"
REFRESH_TOKEN = "6kuabo4gug8t9h13x7gt43cm"  # noqa: S105  # the document's own

PROMO_CODE: Record = {
    "code": "code",
    "discountId": "discountId",
    "discount": 10,
    "billingCycles": 5,
    "limit": 100,
    "claimed": 0,
    "absoluteDiscount": False,
}

CERT: Record = {"label": "company.com", "private_key": "private_key...", "cert": "cert..."}

CONFIGURATION: Record = dict.fromkeys(
    [
        "db.tables.extendedProfiles",
        "db.tables.grants",
        "db.tables.forms",
        "db.tables.features",
        "db.tables.requestRules",
        "db.tables.entitlements",
        "db.tables.formFields",
        "db.tables.companies",
        "db.tables.accounts",
        "db.tables.userSchemaFields",
        "db.tables.users",
        "db.tables.userAttributes",
        "db.tables.accountUsers",
        "db.tables.staticItems",
        "db.tables.webhooks",
        "db.tables.adminUserTenantRoles",
        "db.tables.adminUsers",
        "db.tables.adminKeyPairs",
        "oauth.google.apis.host",
        "oauth.linkedin.clientSecret",
        "oauth.linkedin.apis.host",
        "oauth.google.clientSecret",
        "oauth.google.callbackUri",
        "oauth.linkedin.clientId",
        "oauth.linkedin.callbackUri",
        "oauth.google.clientId",
        "oauth.facebook.callbackUri",
        "oauth.facebook.clientSecret",
        "oauth.facebook.apis.host",
        "oauth.facebook.clientId",
        "cdn.origin",
        "redis.port",
        "elasticsearch.url",
        "aws.region",
        "redis.host",
        "email.from",
        "authentication.password.requireEmailVerfication",
    ],
    "value",
)

_SCRIPTS: Mapping[str, str] = {
    "requirements_script": "return []",
    "action_script": 'return "this is a test"',
    "script_type": "javascript",
    "graph_state": '{"property1": "value1"}',
    "editing_mode": "manual",
}

FEATURE_RULE_ID = "featureRuleId"
FEATURE_RULE: Record = {
    "version": 1,
    "tags": [],
    "label": "Test feature",
    "description": "Test feature",
    **_SCRIPTS,
    "last_updated": "2011-11-11T11:11:11.000",
}

_NO_PARTS: Mapping[str, Any] = {"entitlements": [], "meters": [], "credits": [], "bundles": []}

RECORDS: Mapping[str, Mapping[str, Record]] = {
    "accounts": {
        ACCOUNT_ID: {
            "company_id": COMPANY_ID,
            "name": "Account name",
            "number_of_seats": 5,
            "allow_oversubscription": True,
            "notify_when_account_oversubscribed": True,
            "notify_on_each_registration_when_account_is_oversubscribed": True,
            "registration_code": "Registration code",
        }
    },
    "bundles": {
        "gold-bundle": {
            "label": "Test bundle",
            "description": "This is a bundle",
            "includes": _NO_PARTS,
            "auto_assign": "none",
        }
    },
    "cache_configurations": {
        "id": {
            "label": "Test",
            "conditions": {"url_pattern": "^/forum", "header_patterns": {"Content-Type": "^text/html"}},
            "cache": {"origin": False, "decision_points": False},
        }
    },
    "companies": {
        COMPANY_ID: {
            "name": "Company name",
            "description": "Company description",
            "website": "company.com",
            "contact": "Company contact",
            "account_manager": "Company account manager",
        }
    },
    "credits": {
        "id": {
            "label": "Test credit",
            "description": "This is an credit",
            "delivers": ["ENTITLEMENT_ID"],
            "unit": "views",
            "quantity": 5,
            "auto_assign": "none",
        }
    },
    "entitlements": {
        ENTITLEMENT_ID: {
            "label": "Test entitlement",
            "description": "This is an entitlement",
            "auto_assign": "none",
        }
    },
    "forms": {
        "slug": {
            "title": "Test",
            "internal-description": "This form is for testing",
            "public-description": "Please provide some info",
            "registration": True,
            "fields": [{"slug": "first-name", "placeholder": "First name", "required": True, "order": 1}],
        }
    },
    "gifts": {
        "58c3852bb23f3467": {
            "id": "58c3852bb23f3467",
            "created": "2018-04-27T09:15:28Z",
            "claimed": "Hello, world!",
            "uri": "/news/local/story",
            "cross_device_session": "Hello, world!",
        }
    },
    "meters": {
        "id": {
            "label": "Test meter",
            "description": "This is a meter",
            "unit": "views",
            "limit": 5,
            "cycle": "calendar",
            "period": "monthly",
            "timezone": "+0:00",
            "auto_assign": "none",
        }
    },
    "products": {
        "one": {
            "id": "one",
            "label": "One month access",
            "description": "One month access",
            "entitlement": {"id": "gold-bundle", "type": "bundle"},
            "mapping": {"braintree_one_off": {"price_points": [{"id": "ten", "label": "Ten Dollars", "price": 10}]}},
        }
    },
    "request_rules": {
        "id": {"label": "Test", "conditions": {"url_pattern": "^/forum", "method": "GET"}, **_SCRIPTS},
    },
    "static_items": {"123456789ABCD": {"id": "123456789ABCD", "item": "Lorem ipsum..."}},
    "user_schema": {
        "slug1": {
            "slug": "slug1",
            "label": "Test",
            "internal-description": "This is for testing",
            "public-description": "Please provide some info",
            "required": False,
            "decision-point": False,
            "validation-expression": "test",
            "input-type": "text",
            "select-options": "null",
            "range-start": 0,
            "range-end": 100,
            "range-step": 5,
        }
    },
    "webhooks": {
        "01234567890ABCD": {
            "webhook_id": "01234567890ABCD",
            "label": "Test webhook",
            "triggers": ["user.create", "user.delete"],
            "method": "POST",
            "target": "http://localhost:9999",
        }
    },
}
"""The document's example of each kind, by its id."""
