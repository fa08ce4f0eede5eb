from __future__ import annotations

from asyncsdk.testing.unleash_analytics import samples
from asyncsdk.testing.unleash_analytics.generator import KEYS


def test_the_seven_rows_of_the_introduction_are_the_documents(document):
    assert list(KEYS) == document["introduction"]["keys"]
    assert [list(row) for row in samples.ROWS["W9d3f1bcad8e8abd"]] == document["introduction"]["data"]


def test_the_two_size_optimized_rows_are_the_documents(document):
    assert list(KEYS) == document["size_optimized"]["keys"]
    assert [list(row) for row in samples.ROWS["Wabcdb35be35bb72"]] == document["size_optimized"]["data"]


def test_the_two_tableau_rows_are_the_documents(document):
    rows = [dict(zip(KEYS, row, strict=True)) for row in samples.TABLEAU_ROWS["Wabcdb35be35bb72"]]
    assert rows == document["tableau"]["data"]
    assert all(tuple(row) == samples.TABLEAU_KEYS for row in document["tableau"]["data"])


def test_the_lists_and_the_version_are_the_documents(document, contract):
    assert list(samples.DEVICES) == document["devices"]
    assert list(samples.SESSIONS) == document["sessions"]
    assert samples.VERSION_AS_PRINTED.decode() == document["version_as_printed"]
    assert contract["unleash_analytics.version"].example == samples.VERSION
