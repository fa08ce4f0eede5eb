"""The Unleash live Platform API as a signed-in user: temporary AWS credentials for the id token of a user pool.

export UNLEASH_IDENTITY_POOL=ap-southeast-2:...  # the identity pool's id
export UNLEASH_USER_POOL=ap-southeast-2_...      # the user pool's id
export UNLEASH_ID_TOKEN_FILE=id_token.txt        # kept up to date by whatever signs the user in
python examples/cognito.py
"""

from __future__ import annotations

import os

import anyio

from asyncsdk import CognitoIdentity, UnleashPlatform

IDENTITY_POOL = os.environ["UNLEASH_IDENTITY_POOL"]
PROVIDER = f"cognito-idp.{IDENTITY_POOL.partition(':')[0]}.amazonaws.com/{os.environ['UNLEASH_USER_POOL']}"


async def logins() -> dict[str, str]:
    """Asked before every refresh of the credentials, since an id token lasts no longer than they do."""
    token = await anyio.Path(os.environ["UNLEASH_ID_TOKEN_FILE"]).read_text()
    return {PROVIDER: token.strip()}


async def main() -> None:
    identity = CognitoIdentity(IDENTITY_POOL, logins=logins)
    async with UnleashPlatform(credentials=identity) as platform:
        async for device in platform.devices.list():
            print(device)
    print(f"asked as {identity.identity_id}, which is the user's id there too")


anyio.run(main)
