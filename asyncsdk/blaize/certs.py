"""Certificates (section "Certs"): what the CDN proves the site's name with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..resource import Resource


@frozen(kw_only=True)
class Cert(Model):
    """A certificate and its key.

    Attributes:
        label: the host name.
        private_key: PEM; never shown in a repr.
        cert: PEM.
    """

    label: str | None = None
    private_key: str | None = wire("private_key", secret=True)
    cert: str | None = None


CREATE = Operation("blaize.certs.create", "POST", "/v3/certs", "none", "unsent", body=Cert)
DELETE = Operation("blaize.certs.delete", "DELETE", "/v3/certs", "none")


class Certs(Resource):
    """The tenant's certificate."""

    async def create(self, cert: Cert | Mapping[str, Any]) -> Receipt:
        """Give the tenant a certificate.

        ``POST /v3/certs``, section "Create Cert". Never sent twice by itself.

        Args:
            cert: the certificate and its private key.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(CREATE, body=cert)

    async def delete(self) -> Receipt:
        """Delete the certificate; the document's path names none, so it is the tenant's one.

        ``DELETE /v3/certs``, section "Delete Cert".

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE)
