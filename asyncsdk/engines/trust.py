"""Whom our engines trust: the certificate authorities that servers are verified by."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path

import httpx

from ..errors import ConfigurationError

# how OpenSSL finds a certificate in a directory: by the hash of its subject
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


def trusted_context() -> ssl.SSLContext:
    """A context that verifies servers by certifi's list, or by ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``.

    Raises:
        ConfigurationError: one of these variables, or ``SSLKEYLOGFILE``, names something that is of no use.
    """
    try:
        context = httpx.create_ssl_context()
    except OSError as error:  # as ssl.SSLError is
        raise _misconfigured(error) from None
    _check_directory()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _misconfigured(error: OSError) -> ConfigurationError:
    """Which of the variables it was, and what is wrong with it."""
    key_log = os.environ.get("SSLKEYLOGFILE")
    if key_log and error.filename == key_log:
        return ConfigurationError(f"SSLKEYLOGFILE names {key_log!r}, which cannot be written to: {error.strerror}")
    why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
    path = os.environ.get("SSL_CERT_FILE")
    return ConfigurationError(
        f"SSL_CERT_FILE names {path!r}, which cannot be used: {why}" if path else f"TLS cannot be set up: {why}"
    )


def _check_directory() -> None:
    """Look into the directory, if one is what is used: OpenSSL takes any text for the name of one, and then trusts nobody."""
    named = os.environ.get("SSL_CERT_DIR")
    if not named or os.environ.get("SSL_CERT_FILE"):
        return
    places = [Path(each) for each in named.split(os.pathsep) if each]
    found = (each for place in places if place.is_dir() for each in place.iterdir() if _HASHED.fullmatch(each.name))
    if not any(map(_is_certificate, found)):
        why = (
            "holds no certificate under the name that OpenSSL looks for"
            if any(map(Path.is_dir, places))
            else "is not there"
        )
        raise ConfigurationError(f"SSL_CERT_DIR names {named!r}, which {why}")


def _is_certificate(path: Path) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        return False
    return True
