"""Passwords as this service takes them: hashed by the client."""

from __future__ import annotations

import re
from hashlib import pbkdf2_hmac

import anyio.to_thread

# The service's own web client has the same for everybody; the server hashes once more, with a salt of its own.
_SALT = bytes.fromhex("69195A9476F08546")
_ROUNDS = 10_000
_BYTES = 32
_HASHED = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)


def hash_password(password: str) -> str:
    """The 64 upper-case hexadecimal digits that the service takes for a password; a value of that form is taken as hashed already.

    It takes milliseconds of CPU: `hashed` does it in a worker thread.
    """
    if _HASHED.fullmatch(password):
        return password
    return pbkdf2_hmac("sha256", password.encode(), _SALT, _ROUNDS, _BYTES).hex().upper()


async def hashed(password: str) -> str:
    """As `hash_password`, in a worker thread."""
    if _HASHED.fullmatch(password):
        return password
    return await anyio.to_thread.run_sync(hash_password, password)
