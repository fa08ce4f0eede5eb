"""What signing one request costs: the Zephr hash, and SigV4 by us, by botocore's `add_auth` and by aws-requests-auth.

    python benchmarks/signing.py [--quick] [--rounds 15]

A GET with an encoded id and a query, and a POST with 2 kB of JSON; temporary credentials. Rounds are interleaved, and only the
ratios of one run mean something: times drift.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aws_requests_auth.aws_auth import AWSRequestsAuth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.auth.keys import bearer
from asyncsdk.auth.sigv4 import SigV4Signer
from asyncsdk.auth.zephr import ZephrSigner

HOST, REGION, SERVICE = "v8ic8csycc.execute-api.ap-southeast-2.amazonaws.com", "ap-southeast-2", "execute-api"
KEY, SECRET, TOKEN = "test-key", "test-secret", "test-token" * 80
GET = ("GET", f"https://{HOST}/prod/user/ap-southeast-2%3A6f1d0c1e/device?limit=10&q=a%20b", b"")
POST = ("POST", f"https://{HOST}/prod/company", json.dumps({"name": "x" * 2000}).encode())


def by_a_signer(signer, method, url, body):
    request = httpx.Request(method, url, content=body)
    return lambda: signer.headers(request, body)


def ours(method, url, body):
    signer = SigV4Signer(AWSCredentials(KEY, SECRET, TOKEN), REGION)
    signer.credentials.current = AWSCredentials(KEY, SECRET, TOKEN)
    return by_a_signer(signer, method, url, body)


def botocores(method, url, body):
    auth = SigV4Auth(Credentials(KEY, SECRET, TOKEN), SERVICE, REGION)
    return lambda: auth.add_auth(AWSRequest(method, url, headers={"Host": HOST}, data=body))


def aws_requests_auths(method, url, body):
    auth = AWSRequestsAuth(KEY, SECRET, HOST, REGION, SERVICE, aws_token=TOKEN)
    request = SimpleNamespace(method=method, url=url, body=body)
    return lambda: auth.get_aws_request_headers_handler(request)


CONTESTANTS = {
    "SigV4, asyncsdk": ours,
    "SigV4, botocore's add_auth": botocores,
    "SigV4, aws-requests-auth": aws_requests_auths,
    "Zephr hash, asyncsdk": lambda *request: by_a_signer(ZephrSigner(KEY, SECRET), *request),
    "Bearer, asyncsdk": lambda *request: by_a_signer(bearer(SECRET), *request),
}
BASELINE = "SigV4, botocore's add_auth"


def cost(sign, times):
    """Microseconds of CPU for one signature."""
    started = time.process_time()
    for _ in range(times):
        sign()
    return (time.process_time() - started) / times * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    rounds, times = (3, 200) if options.quick else (options.rounds, 2000)
    made = {(name, request[0]): build(*request) for name, build in CONTESTANTS.items() for request in (GET, POST)}
    costs = {key: [] for key in made}
    for sign in made.values():
        cost(sign, times)
    for _ in range(rounds):
        for key, sign in made.items():
            costs[key].append(cost(sign, times))
    medians = {key: statistics.median(values) for key, values in costs.items()}

    peers = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("botocore", "aws-requests-auth"))
    print(f"{platform.python_implementation()} {platform.python_version()}, {peers}; medians of {rounds} rounds")
    print(f"{'one signature':<28}" + "".join(f"{method:>9}     ratio" for method in ("GET", "POST")))
    for name in CONTESTANTS:
        cells = (
            f"{medians[name, method]:>9.1f} µs {medians[name, method] / medians[BASELINE, method]:>6.2f}x"
            for method in ("GET", "POST")
        )
        print(f"{name:<28}" + "".join(cells))


if __name__ == "__main__":
    main()
