"""Against moto's server, a stand-in for AWS in a process of its own."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.session import Session
from one_host import OneHost

from asyncsdk.auth.cognito import CognitoIdentity
from asyncsdk.auth.sigv4 import SigV4Signer
from asyncsdk.operation import Operation
from asyncsdk.testing.rawserver import RawServer, Reply

THING = Operation("test.thing", "GET", "/thing", "any")

MOTO = """
import logging
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
print(server.port, flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="module")
def moto():
    """The URL of a moto server, which listens before it says its port."""
    with subprocess.Popen([sys.executable, "-c", MOTO], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def aws(moto):
    """Makes botocore clients of moto's services."""
    made = []

    def client(service):
        session = Session()
        session.set_credentials("test-key", "test-secret")
        made.append(
            session.create_client(
                service,
                region_name="ap-southeast-2",
                endpoint_url=moto,
                config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
            )
        )
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def pool(aws):
    created = aws("cognito-identity").create_identity_pool(IdentityPoolName="test", AllowUnauthenticatedIdentities=True)
    return created["IdentityPoolId"]


def service(server, credentials, **options):
    return OneHost(base_url=server.url, signer=SigV4Signer(credentials, "ap-southeast-2"), **options)


@pytest.mark.anyio
@pytest.mark.parametrize("max_connections", [1, 8])
async def test_cognito_is_asked_past_the_throttle(moto, aws, pool, max_connections):
    async with RawServer(Reply.ok(b'{"id":1}')) as server:
        identity = CognitoIdentity(pool, endpoint_url=moto)
        async with service(server, identity, max_connections=max_connections) as client:
            await client.call(THING, into=lambda reply: reply.json())
            await client.call(THING, into=lambda reply: reply.json())
        known = aws("cognito-identity").list_identities(IdentityPoolId=pool, MaxResults=60)["Identities"]
        assert [each["IdentityId"] for each in known].count(identity.identity_id) == 1
        assert len(server.requests) == 2
        for request in server.requests:
            assert "Credential=TESTACCESSKEY12345/" in request.header("authorization")
            assert request.header("x-amz-security-token") == "ABC12345"


@pytest.mark.anyio
async def test_expired_credentials_are_replaced_while_the_only_permit_is_held(moto, pool):
    expired = Reply.ok(b'{"message":"The security token included in the request is expired"}', status="403 Forbidden")
    async with RawServer(expired, Reply.ok(b'{"id":1}')) as server:
        identity = CognitoIdentity(pool, endpoint_url=moto)
        async with service(server, identity, max_connections=1) as client:
            assert await client.call(THING, into=lambda reply: reply.json()) == {"id": 1}
        assert len(server.requests) == 2


@pytest.mark.anyio
async def test_an_identity_opens_an_engine_of_its_own_where_it_is_given_none(moto, pool):
    credentials = await CognitoIdentity(pool, endpoint_url=moto).credentials()
    assert timedelta(0) < credentials.expires_at - datetime.now(UTC) <= timedelta(seconds=90)


@pytest.mark.anyio
async def test_what_botocore_logs_while_it_refreshes_for_us_holds_no_secret(aws, caplog):
    caplog.set_level(logging.DEBUG)
    given = {}

    def refresh():
        answer = aws("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/test", RoleSessionName="test")
        given.update(answer["Credentials"])
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    past = datetime.now(UTC) - timedelta(hours=1)
    credentials = RefreshableCredentials("test-key", "test-secret", "test-token", past, refresh, "test")
    signer = SigV4Signer(credentials, "ap-southeast-2")
    await signer.ready(None)
    signer.headers(httpx.Request("GET", "https://service.test/"), b"")
    assert signer.credentials.current.secret_key == given["SecretAccessKey"]
    assert "botocore" in caplog.text
    for name in ("SecretAccessKey", "SessionToken"):
        assert given[name] not in caplog.text

    # and what others ask of botocore is logged as ever
    caplog.clear()
    aws("sts").get_caller_identity()
    assert "CanonicalRequest" in caplog.text
