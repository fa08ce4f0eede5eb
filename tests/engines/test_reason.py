from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
import pytest

from asyncsdk.engines.reason import reason

REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)")


def caused(error, cause):
    error.__cause__ = cause
    return error


def untrusted():
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] ... (_ssl.c:1006)")
    error.verify_message = "self-signed certificate"
    return error


def broken_tls():
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (REFUSED, "Connection refused"),
        (caused(OSError("All connection attempts failed"), REFUSED), "Connection refused"),
        (OSError(f"Multiple exceptions: [Errno {errno.ECONNREFUSED}] a, [Errno {errno.ECONNREFUSED}] b"), "Connection refused"),
        (
            OSError(f"Multiple exceptions: [Errno {errno.ECONNREFUSED}] a, [Errno {errno.ENETUNREACH}] b"),
            "Connection refused, Network is unreachable",
        ),
        (
            caused(OSError("All"), ExceptionGroup("all", [REFUSED, OSError(errno.ENETUNREACH, "x"), REFUSED])),
            "Connection refused, Network is unreachable",
        ),
        (ConnectionResetError(), "Connection reset by peer"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name not found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "Temporary failure in name resolution"),
        (untrusted(), "certificate verify failed: self-signed certificate"),
        (caused(RuntimeError("passed on"), untrusted()), "certificate verify failed: self-signed certificate"),
        (broken_tls(), "wrong version number"),
        (caused(aiohttp.ClientConnectionError("x"), REFUSED), "Connection refused"),
        (RuntimeError("in its own words"), "in its own words"),
        (RuntimeError(), ""),
    ],
)  # fmt: skip
def test_it_is_what_is_at_the_bottom_without_an_address(error, text):
    assert reason(error) == text


def test_what_a_library_hides_is_found():
    def hide():
        try:
            raise REFUSED
        except OSError:
            raise OSError("passed on") from None

    with pytest.raises(OSError, match="passed on") as caught:
        hide()
    assert reason(caught.value) == "Connection refused"


def test_a_circle_ends():
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert reason(first) == "first"
