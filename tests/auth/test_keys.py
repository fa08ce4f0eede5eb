from __future__ import annotations

import httpx
import pytest

from asyncsdk.auth.keys import basic, bearer, developer_key, jwt, organization_key


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        (bearer("test-secret"), "Bearer test-secret"),
        (jwt("test-secret"), "JWT test-secret"),
        (basic("user-1", "test-secret"), "Basic dXNlci0xOnRlc3Qtc2VjcmV0"),
        (organization_key("test-secret"), "APIKEY:ORGANIZATION test-secret"),
        (organization_key("orgkey-test-secret"), "orgkey-test-secret"),
        (organization_key("APIKEY:DATA test-secret"), "APIKEY:DATA test-secret"),
        (developer_key("test-secret"), "APIKEY:DEVELOPER test-secret"),
        (developer_key("APIKEY:DEVELOPER test-secret"), "APIKEY:DEVELOPER test-secret"),
    ],
)
def test_the_authorization_header(signer, expected):
    request = httpx.Request("GET", "https://api.test/")
    assert signer.headers(request, b"") == ((b"authorization", expected.encode()),)
    assert "secret" not in repr(signer)
    assert expected in signer.secrets()
    # what a service may echo without the scheme
    assert expected.rpartition(" ")[2] in signer.secrets()
    assert any(secret.endswith("test-secret") and " " not in secret for secret in signer.secrets())
