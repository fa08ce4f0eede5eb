"""The smallest client there can be, for tests of what all clients inherit."""

from __future__ import annotations

from asyncsdk.client import Client


class OneHost(Client):
    """A client of one host, with a signer of the test's own."""

    system = "shop"

    def __init__(self, *, signer=None, **options):
        self._set_up({"signer": signer}, options)

    def _where(self):
        signer = self._arguments["signer"]
        return {"": (self._arguments["base_url"], lambda _: signer)}

    def with_options(self, **changes):
        return self._with(changes)
