from __future__ import annotations

import socket
import sys

import pytest

from asyncsdk.engines.kernel import arrivals, has_room, unsent

LINUX = sys.platform == "linux"


@pytest.fixture
def ends():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        near.setblocking(False)
        far, _ = listener.accept()
        with far:
            yield near, far


def test_what_has_come_is_seen_without_being_read(ends):
    near, far = ends
    poll = arrivals(near)
    assert not poll.poll(0)
    far.sendall(b"x")
    assert poll.poll(1000)
    assert near.recv(2) == b"x"
    assert not poll.poll(0)
    far.close()
    assert poll.poll(1000)


def filled(near):
    """Write until the kernel takes no more."""
    try:
        while True:
            near.send(b"x" * 65536)
    except BlockingIOError:
        pass


def test_what_a_peer_has_not_taken_is_counted_where_the_system_tells(ends):
    near, far = ends
    assert unsent(near) == 0
    assert has_room(near, 1 << 14) == LINUX
    filled(near)
    before = unsent(near)
    assert not has_room(near, 1 << 20)
    for _ in range(10):
        far.recv(1 << 16)
    assert (unsent(near) < before) == LINUX


def test_of_what_is_closed_or_none_nothing_is_known(ends):
    near, _ = ends
    near.close()
    for each in (near, None):
        assert unsent(each) == 0
        assert not has_room(each, 1)
    assert arrivals(None) is None
