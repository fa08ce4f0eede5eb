"""What is asked of no other system (`tests/contract` asks the rest)."""

from __future__ import annotations

import hashlib

import pytest

from asyncsdk import to_dict
from asyncsdk.blaize import PromoCode

PROMO_CODE = {
    "discountId": "discountId",
    "code": "code",
    "discount": 10,
    "billingCycles": 5,
    "limit": 100,
    "absoluteDiscount": False,
}


@pytest.mark.anyio
async def test_a_call_is_signed_over_what_is_sent(client, router):
    route = router.route().respond(200, json={"results": []})
    await client.users.list(search="a b").to_list()
    request = route.calls.last.request
    scheme, _, value = request.headers["authorization"].partition(" ")
    access, timestamp, nonce, signature = value.split(":")
    signed = f"test-secret/v3/userssearch=a%20bGET{timestamp}{nonce}"
    assert (scheme, access) == ("ZEPHR-HMAC-SHA256", "test-access")
    assert signature == hashlib.sha256(signed.encode()).hexdigest()


def test_a_wrong_path_value_of_a_list_is_refused_at_the_call(client):
    for listing in (
        client.users.grants.list,
        client.users.accounts,
        client.accounts.users.list,
        client.admin.users.roles,
        client.admin.keypairs.list,
        client.feature_rules.versions.list,
    ):
        with pytest.raises(ValueError, match="_id must not be ''"):
            listing("")


def test_a_promo_code_is_what_the_contract_shows():
    assert (
        to_dict(
            PromoCode(
                discount_id="discountId", code="code", discount=10, billing_cycles=5, limit=100, absolute_discount=False
            )
        )
        == PROMO_CODE
    )
