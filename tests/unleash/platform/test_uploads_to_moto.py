"""Against moto's S3, a stand-in for Amazon's in a process of its own: what botocore has signed is what arrives there."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tracemalloc

import pytest
from botocore.config import Config
from botocore.session import Session

from asyncsdk.testing import RawServer, Reply
from asyncsdk.unleash.platform import UnleashPlatform

MOTO = """
import logging
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.port, flush=True)
server.serve_forever()
"""
MB = 1 << 20


@pytest.fixture(scope="module")
def moto():
    """The URL of a moto server, which listens before it says its port."""
    with subprocess.Popen([sys.executable, "-c", MOTO], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def s3(moto):
    session = Session()
    session.set_credentials("test-key", "test-secret")
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
    )
    client = session.create_client("s3", region_name="ap-southeast-2", endpoint_url=moto, config=config)
    client.create_bucket(Bucket="pylot", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-2"})
    yield client
    client.close()


def api(ticket):
    """The Platform, which tells where a file may be sent."""
    return RawServer(Reply.ok(json.dumps(ticket).encode(), headers=(("Content-Type", "application/json"),)))


@pytest.fixture
def sparse(tmp_path):
    path = tmp_path / "flight.mp4"
    with path.open("wb") as file:
        file.truncate(200 * MB)
        file.seek(150 * MB)
        file.write(b"in the middle")
    return path


@pytest.mark.anyio
async def test_200_mb_arrive_in_constant_memory(s3, sparse, keys):
    conditions = [["content-length-range", 1, 300 * MB]]
    ticket = s3.generate_presigned_post("pylot", "u/W123/3/flight.mp4", Conditions=conditions)
    async with api(ticket) as server, UnleashPlatform(credentials=keys, base_url=server.url) as platform:
        await platform.devices.verify_token("warm", "up")
        tracemalloc.start()
        try:
            done = await platform.library.upload(sparse, device_id="W123", session_id="3")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 * MB
    stored = s3.head_object(Bucket="pylot", Key=done.key)
    assert stored["ContentLength"] == 200 * MB
    with sparse.open("rb") as file:
        assert stored["ETag"] == f'"{hashlib.file_digest(file, hashlib.md5).hexdigest()}"'


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["a b+c.JPG", "中文 🛩.JPG", "%41 %2F.JPG", "quo'te.JPG"])
async def test_a_put_that_botocore_has_signed_arrives_under_its_key_and_comes_back(s3, keys, file, tmp_path, name):
    key = f"u/W123/3/{name}"
    put = s3.generate_presigned_url("put_object", Params={"Bucket": "pylot", "Key": key, "ContentType": "image/jpeg"})
    path = file(100_000)
    async with api({"url": put}) as server, UnleashPlatform(credentials=keys, base_url=server.url) as platform:
        done = await platform.modelling.upload(path, filename=name, device_id="W123", session_id=3)
        get = s3.generate_presigned_url("get_object", Params={"Bucket": "pylot", "Key": key})
        await platform.library.download(get, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    stored = s3.head_object(Bucket="pylot", Key=key)
    assert (stored["ContentType"], stored["ETag"]) == ("image/jpeg", f'"{done.etag}"')
