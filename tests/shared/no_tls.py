"""Spares the loading of the list of authorities, which takes some 20 ms a client: for clients that speak no TLS."""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
