from __future__ import annotations

import pytest

from asyncsdk.engines.httpx2.wire import told

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "digit"),
    [
        (b"", None),
        (b"HTTP/1.1 4", None),
        (b"HTTP/1.1 413", None),
        (b"HTTP/1.1 413 Content Too Large\r\n", 4),
        (b"HTTP/1.0 200\r\n", 2),
        (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\n\r\n", 3),
        (CONTINUE, None),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <", None),
        (CONTINUE + b"HTTP/1.1 5", None),
        (CONTINUE + CONTINUE + b"HTTP/1.1 503 Busy\r\n\r\n", 5),
        (b"SSH-2.0-OpenSSH\r\n", 0),
        (b"HTTP/1.1 999999\r\n", 0),
    ],
)
def test_what_is_told_of_the_final_answer(said, digit):
    assert told(said) == told(bytearray(said)) == digit


def test_it_is_told_once_there_is_enough_of_it():
    said = CONTINUE + b"HTTP/1.1 401 Unauthorized\r\n"
    assert [told(said[:count]) for count in range(len(said))].count(None) == len(CONTINUE) + len(b"HTTP/1.1 401 ")
