"""What the server takes: its schemas, and how its validator says what is wrong. Only the first thing is told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..kit import RefusedError

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
ANY: Schema = {}
OBJECT: Schema = {"type": "object"}

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}


def of(*required: str, **properties: Schema) -> Schema:
    """An object that has these properties and no others."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


EVENTS = ("stream.started", "stream.detection", "stream.idle", "recording.ready")
PRESETS = (
    "P720p60fps16x9",
    "P720p30fps16x9",
    "P720p30fps4x3",
    "P576p30fps16x9",
    "P360p30fps16x9",
    "P360p30fps4x3",
    "P240p30fps16x9",
    "P240p30fps4x3",
    "P144p30fps16x9",
)
_HTTP: Schema = {"type": "string", "pattern": "^http(s)?://"}
_PUSH: Schema = {"type": "string", "pattern": "^(srt|rtmps?)://"}
_SECRET: Schema = {"type": "string", "minLength": 64, "maxLength": 64}

PROFILE = of(
    "width", "name", "height", "bitrate", "fps",
    width=NUMBER, name=TEXT, height=NUMBER, bitrate=NUMBER, fps=NUMBER, fpsDen=NUMBER, gop=TEXT, profile=TEXT,
)  # fmt: skip
PUSH_TARGET = of("url", id=TEXT, name=TEXT, url=_PUSH, userId=TEXT, disabled=TRUTH, createdAt=NUMBER)
PUSH_TARGETS = many(
    of("profile", profile=TEXT, id=TEXT, spec=of("url", name=TEXT, url=_PUSH), videoOnly=TRUTH)
)  # fmt: skip
STREAM = of(
    "name",
    id=TEXT, kind=TEXT, name=TEXT, userId=TEXT, lastSeen=NUMBER, isActive=TRUTH, createdAt=NUMBER, parentId=TEXT,
    streamKey=TEXT, playbackId=TEXT, profiles=many(PROFILE), objectStoreId=TEXT,
    presets=many({"type": "string", "enum": PRESETS}), record=TRUTH, recordObjectStoreId=TEXT, wowza=OBJECT,
    renditions=OBJECT, pushTargets=PUSH_TARGETS, detection=OBJECT, region=TEXT, broadcasterHost=TEXT, mistHost=TEXT,
    suspended=TRUTH, deleted=TRUTH, createdByTokenName=TEXT, createdByTokenId=TEXT, sourceSegments=NUMBER,
    transcodedSegments=NUMBER, sourceSegmentsDuration=NUMBER, transcodedSegmentsDuration=NUMBER, sourceBytes=NUMBER,
    transcodedBytes=NUMBER, ingestRate=NUMBER, outgoingRate=NUMBER, partialSession=TRUTH, previousSessions=many(TEXT),
)  # fmt: skip
STREAM_PATCH = of(record=TRUTH, suspended=TRUTH, pushTargets=PUSH_TARGETS)
OBJECT_STORE = of("url", id=TEXT, url=TEXT, publicUrl=TEXT, disabled=TRUTH, userId=TEXT, name=TEXT, createdAt=NUMBER)
API_TOKEN = of(
    id=TEXT, kind=TEXT, userId=TEXT, name=TEXT, lastSeen=NUMBER, createdAt=NUMBER,
    access=of(rules=many(of(resources=many(TEXT), methods=many(TEXT)))),
)  # fmt: skip
WEBHOOK = of(
    "name", "url",
    id=TEXT, kind=TEXT, name=TEXT, userId=TEXT, createdAt=NUMBER, events=many({"type": "string", "enum": EVENTS}),
    event={"type": "string", "enum": EVENTS}, url=_HTTP, sharedSecret=TEXT, deleted=TRUTH,
)  # fmt: skip
OLD_WEBHOOK: Schema = {
    "type": "object",
    "required": ("name", "event", "url"),
    "properties": {
        "name": TEXT,
        "event": {"type": "string", "enum": ("streamStarted",)},
        "url": TEXT,
        "blocking": TRUTH,
        "deleted": TRUTH,
    },
}
REGION = of(
    "region", "orchestrators", id=TEXT, kind=TEXT, region=TEXT, orchestrators=many(of("address", address=TEXT))
)  # fmt: skip
USER = of(
    "email", "password",
    id=TEXT, kind=TEXT, email=TEXT, password=_SECRET, salt=TEXT, admin=TRUTH, suspended=TRUTH, emailValid=TRUTH,
    emailValidToken=TEXT, firstName=TEXT, lastName=TEXT, organization=TEXT, phone=TEXT, createdAt=NUMBER,
    verifiedAt=NUMBER, planChangedAt=NUMBER, lastStreamedAt=NUMBER, lastSeen=NUMBER, stripeProductId=TEXT,
    stripeCustomerId=TEXT, stripeCustomerPaymentMethodId=TEXT, stripeCustomerSubscriptionId=TEXT, ccLast4=TEXT,
    ccBrand=TEXT, recaptchaToken=TEXT,
)  # fmt: skip
VERIFICATION = of("email", "emailValidToken", email=TEXT, emailValidToken=TEXT)
RESET_TOKEN = of("email", email=TEXT, userId=TEXT)
RESET = of("email", "password", "resetToken", email=TEXT, resetToken=TEXT, password=_SECRET, userId=TEXT)
MAKE_ADMIN = of("email", "admin", email=TEXT, admin=TRUTH)
CUSTOMER = of("email", email=TEXT)
_STRIPE = ("stripeCustomerId", "stripeCustomerPaymentMethodId", "stripeProductId", "stripeCustomerSubscriptionId")
BILLING = {
    "update_payment_method": of(*_STRIPE[:2], **dict.fromkeys(_STRIPE, TEXT)),
    "create_subscription": of(_STRIPE[0], _STRIPE[2], **dict.fromkeys(_STRIPE, TEXT)),
    "update_subscription": of(_STRIPE[0], _STRIPE[2], **dict.fromkeys(_STRIPE, TEXT)),
    "payment_method": of(_STRIPE[1], **dict.fromkeys(_STRIPE, TEXT)),
}


def hold(value: Any, schema: Schema) -> None:
    """Hold a body against a schema.

    Raises:
        RefusedError: 422: the first thing that is wrong, as the JSON text of the validator's own error.
    """
    if (wrong := _wrong(value, schema, "", "#")) is not None:
        raise RefusedError(422, json.dumps(wrong, separators=(",", ":")))


Wrong = Mapping[str, Any] | None


def _error(keyword: str, data: str, path: str, params: Mapping[str, Any], message: str) -> Wrong:
    return {
        "keyword": keyword,
        "dataPath": data,
        "schemaPath": f"{path}/{keyword}",
        "params": params,
        "message": message,
    }


def _wrong(value: Any, schema: Schema, data: str, path: str) -> Wrong:
    """The first thing that is wrong with a value."""
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return _error("type", data, path, {"type": kind}, f"should be {kind}")
    if isinstance(value, str):
        return _wrong_text(value, schema, data, path)
    if isinstance(value, list) and "items" in schema:
        found = (_wrong(each, schema["items"], f"{data}[{at}]", f"{path}/items") for at, each in enumerate(value))
        return next(filter(None, found), None)
    return _wrong_object(value, schema, data, path) if isinstance(value, dict) else None


def _wrong_text(value: str, schema: Schema, data: str, path: str) -> Wrong:
    most, least = schema.get("maxLength"), schema.get("minLength")
    if most is not None and len(value) > most:
        return _error("maxLength", data, path, {"limit": most}, f"should NOT be longer than {most} characters")
    if least is not None and len(value) < least:
        return _error("minLength", data, path, {"limit": least}, f"should NOT be shorter than {least} characters")
    pattern, allowed = schema.get("pattern"), schema.get("enum")
    if pattern is not None and not re.search(pattern, value):
        return _error("pattern", data, path, {"pattern": pattern}, f'should match pattern "{pattern}"')
    if allowed is not None and value not in allowed:
        params = {"allowedValues": list(allowed)}
        return _error("enum", data, path, params, "should be equal to one of the allowed values")
    return None


def _wrong_object(value: Mapping[str, Any], schema: Schema, data: str, path: str) -> Wrong:
    for name in schema.get("required", ()):
        if name not in value:
            message = f"should have required property '{name}'"
            return _error("required", data, path, {"missingProperty": name}, message)
    properties = schema.get("properties", {})
    if schema.get("additionalProperties") is False:
        for name in value:
            if name not in properties:
                params = {"additionalProperty": name}
                return _error("additionalProperties", data, path, params, "should NOT have additional properties")
    inside = (
        _wrong(value[name], each, f"{data}.{name}", f"{path}/properties/{name}")
        for name, each in properties.items()
        if name in value
    )
    return next(filter(None, inside), None)
