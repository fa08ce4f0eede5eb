from __future__ import annotations

import json
import pickle

import pytest

import asyncsdk.blaize.webhooks
from asyncsdk import WebhookError, to_dict
from asyncsdk.blaize import WebhookDetails, WebhookEvent
from asyncsdk.blaize.webhooks import parse

MESSAGE = {
    "tenantId": "demo",
    "subTenantId": "main",
    "type": "CREATE_USER",
    "time": 1592181105400,
    "details": {
        "user_id": "ce219f64-59e2-46a5-ba5f-6dc8a0b31397",
        "identifiers": {"email_address": "gwen@company.com"},
        "attributes": {"first-name": "Gwen"},
        "tenantId": "demo",
        "email_verified": False,
        "tracking_id": "e55fc897-be62-491e-93c3-ff11f7ae6274",
        "registered": "2020-06-15T00:31:44Z",
        "registration_state": "complete",
    },
    "webhook": "my webhook",
}


@pytest.mark.parametrize(
    "given",
    [json.dumps(MESSAGE), "\ufeff" + json.dumps(MESSAGE), json.dumps(MESSAGE).encode("utf-8-sig"), MESSAGE],
    ids=["str", "str with a mark", "bytes with a mark", "dict"],
)
def test_a_message_is_read_with_all_its_fields(given):
    event = asyncsdk.blaize.webhooks.parse(given)
    assert type(event) is WebhookEvent
    assert event.type == "CREATE_USER"
    assert event.at.isoformat() == "2020-06-15T00:31:45.400000+00:00"
    assert (event.tenant_id, event.sub_tenant_id, event.webhook) == ("demo", "main", "my webhook")
    assert type(event.details) is WebhookDetails
    assert event.details.identifiers.email_address == "gwen@company.com"
    assert event.details.registered_at.isoformat() == "2020-06-15T00:31:44+00:00"
    assert event.details.extra == {"tenantId": "demo"}
    assert to_dict(event) == MESSAGE


def test_an_unknown_type_is_kept_with_all_it_says():
    message = {"type": "RULE_OUTCOME", "time": "soon", "details": {"outcome": {"a": [1]}}, "new": None}
    event = parse(json.dumps(message))
    assert event.type == "RULE_OUTCOME"
    assert event.at is None
    assert event.details.extra == {"outcome": {"a": [1]}}
    assert event.extra == {"new": None}
    assert to_dict(event) == message


def test_a_text_that_was_cut_in_the_middle_of_an_emoji_is_kept():
    assert to_dict(parse(b'{"type": "caf\\ud83d"}')) == {"type": "caf\ud83d"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", "7", b"<html>", b'{"a": "' + b"[" * 10, b"{}", {}, {"type": 3}, {"type": ""}],
)
def test_what_is_no_message_is_refused(body):
    with pytest.raises(WebhookError, match="the body of a webhook cannot be read") as caught:
        parse(body)
    assert caught.value.unreadable
    assert pickle.loads(pickle.dumps(caught.value)).unreadable


def test_a_refusal_shows_no_secret():
    with pytest.raises(WebhookError) as caught:
        parse(b'["password=test-secret-value"]')
    assert "test-secret-value" not in repr(caught.value)
