"""Temporary AWS credentials for the id token of a user pool, as a client of an AWS service takes them.

export UNLEASH_IDENTITY_POOL=ap-southeast-2:...  # the identity pool's id
export UNLEASH_USER_POOL=ap-southeast-2_...      # the user pool's id
export UNLEASH_ID_TOKEN_FILE=id_token.txt        # kept up to date by whatever signs the user in
python examples/cognito.py
"""

from __future__ import annotations

import os
from functools import partial

import anyio

from asyncsdk import CognitoIdentity


async def logins(provider: str, token_file: str) -> dict[str, str]:
    """Asked before every refresh of the credentials, since an id token lasts no longer than they do."""
    token = await anyio.Path(token_file).read_text()
    return {provider: token.strip()}


async def main(identity: CognitoIdentity) -> None:
    credentials = await identity.credentials()
    print(f"we are {identity.identity_id}, which is the user's id on Unleash live, until {credentials.expires_at}")


if __name__ == "__main__":
    pool = os.environ["UNLEASH_IDENTITY_POOL"]
    provider = f"cognito-idp.{pool.partition(':')[0]}.amazonaws.com/{os.environ['UNLEASH_USER_POOL']}"
    asked = partial(logins, provider, os.environ["UNLEASH_ID_TOKEN_FILE"])
    anyio.run(main, CognitoIdentity(pool, logins=asked))
