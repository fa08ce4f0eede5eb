from __future__ import annotations

import logging

import pytest

from asyncsdk.engines.quiet import hush, inside


@pytest.mark.parametrize(
    "name", ["httpx", "httpx2", "httpcore.http11", "httpcore2.http11", "httpcore.proxy", "hpack.hpack", "hpack.table"]
)
def test_only_what_is_said_of_our_requests_is_left_out(caplog, name):
    caplog.set_level(logging.DEBUG)
    hush()
    hush()
    logger = logging.getLogger(name)
    logger.info("before")
    token = inside.set(True)
    logger.info("test-secret")
    inside.reset(token)
    logger.info("after")
    assert caplog.messages == ["before", "after"]
    assert len([each for each in logger.filters if getattr(each, "__module__", "") == "asyncsdk.engines.quiet"]) == 1
