"""Sign an administrator in, act as that administrator, and sign out again.

    BLAIZE_TENANT=demo BLAIZE_ACCESS_KEY=... BLAIZE_SECRET_KEY=... python blaize_admin_session.py joe.blow@company.com

The password is asked for, and shows in no message and no repr.
"""

from __future__ import annotations

import sys
from getpass import getpass

import anyio

from asyncsdk.blaize import Blaize, Identifiers, SignIn, Validators


async def main(blaize: Blaize, address: str, password: str) -> None:
    sign_in = SignIn(identifiers=Identifiers(email_address=address), validators=Validators(password=password))
    async with blaize:
        session = await blaize.admin.login(sign_in)
        administrator = blaize.with_session(session)
        try:
            async for role in administrator.admin.roles.list():
                print(role.email, role.role)
        finally:
            await administrator.admin.logout()


if __name__ == "__main__":
    anyio.run(main, Blaize(), sys.argv[1], getpass("Password: "))
