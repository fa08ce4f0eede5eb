"""What is shown in a console and in a notebook tells what it is, stays within two screens, and shows no secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asyncsdk import (
    AnalyticsRow,
    Blaize,
    Failure,
    Livepeer,
    Page,
    Pager,
    Plan,
    Progress,
    Report,
    Shard,
    UnleashAnalytics,
)
from asyncsdk.blaize import SignIn, User, Validators
from asyncsdk.codec import from_dict
from asyncsdk.livepeer import Stream
from asyncsdk.testing import Script

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)
TWO_SCREENS = 60


def blaize():
    return Blaize("demo", access_key="test-access", secret_key="test-secret", transport=Script(500))


def analytics():
    return UnleashAnalytics("test-key", transport=Script(500))


def test_a_pager_tells_what_it_lists():
    assert repr(blaize().users.list(rpp=50)) == "<Pager blaize.users.list rpp=50>"
    assert repr(blaize().users.grants.list("u 1")) == "<Pager blaize.users.grants.list user_id='u 1'>"
    assert repr(analytics().rows("W1", START, END)).startswith(
        "<Pager unleash_analytics.rows device='W1' start=1793491200000"
    )
    assert repr(analytics().devices()) == "<Pager unleash_analytics.devices>"
    livepeer = Livepeer("test-key", transport=Script(500))
    assert repr(livepeer.streams.list(limit=7)).startswith("<Pager livepeer.streams.list ")
    assert "limit=7" in repr(livepeer.streams.list(limit=7))


def test_a_pager_of_ones_own_says_what_it_can():
    async def fetch(cursor):
        return Page([])

    assert repr(Pager(fetch)) == "<Pager>"
    assert repr(Pager(fetch, of=User)) == "<Pager of User>"


def test_a_page_counts_its_items():
    page = Page(list(range(1000)), number=1, total_pages=7, cursor="2")
    assert repr(page) == "Page(number=1, total_pages=7, 1000 items, next='2')"
    assert repr(Page(["a"])) == "Page(1 item)"


def test_a_plan_tells_keys_and_days():
    plan = analytics().plan(["W1", "W2", "W3"], START, END)
    assert repr(plan) == "<Plan unleash_analytics.rows: 3 devices x 7 days from 2026-11-01T00:00Z, 504 shards>"
    assert repr(analytics().plan("all", START, START + timedelta(hours=12))) == (
        "<Plan unleash_analytics.rows: all devices x 0.5 days from 2026-11-01T00:00Z>"
    )
    assert repr(Plan.of([Shard("blaize.grants", "u1")])) == "<Plan blaize.grants: 1 chosen shard>"
    assert repr(blaize().datasets.users.plan()) == "<Plan blaize.users: all of it, 1 shard>"


def test_a_stream_tells_how_far_it_is():
    stream = analytics().fan_out(["W1", "W2"], START, START + timedelta(hours=2))
    assert repr(stream) == "<RowStream unleash_analytics.rows: 0/4 shards, 0 rows, 0 failures>"
    stream.progress.shards, stream.progress.rows, stream.progress.failures = 3, 12_345, 1
    assert repr(stream) == "<RowStream unleash_analytics.rows: 3/4 shards, 12,345 rows, 1 failure>"


REPORT = Report(
    shards=24,
    provisional=1,
    skipped=0,
    pages=30,
    rows=1_234_567,
    bytes=10,
    retries=2,
    outside=0,
    seconds=1.5,
    failures=(Failure(Shard("blaize.grants", "<b>"), ValueError("no <i>")),),
)


def test_a_report_is_a_table():
    lines = repr(REPORT).splitlines()
    assert lines[0] == "Report"
    assert "rows         1,234,567" in lines
    assert "seconds      1.50" in lines
    assert "failures     1" in lines
    assert len(lines) < TWO_SCREENS


SHOWN = [
    from_dict(User, {"user_id": "<script>", "identifiers": {"email_address": "a@b.c"}}),
    from_dict(
        Stream, {"id": "x", "streamKey": "test-secret", "pushTargets": [{"spec": {"url": "rtmp://test-secret"}}]}
    ),
    SignIn(validators=Validators(password="test-secret")),
    Page([from_dict(User, {"user_id": f"<{number}>", "n": number}) for number in range(1000)], number=1, total_pages=7),
    Page([f"<{number}>" for number in range(1000)]),
    Page([]),
    analytics().plan([f"<W{number}>" for number in range(500)], START, START + timedelta(days=400)),
    analytics().plan("all", START, END),
    REPORT,
    Progress(shards=3, total_shards=10, rows=4),
    Progress(),
    analytics().fan_out(["W1"], START, END),
]


@pytest.mark.parametrize("value", SHOWN, ids=lambda value: type(value).__name__)
def test_a_notebook_shows_tables_within_two_screens(value):
    html = value._repr_html_()
    assert html.count("<tr>") <= TWO_SCREENS
    assert len(html) < 60_000
    for tag in ("<script", "<i>", "<b>", "<1>", "<W1"):
        assert tag not in html
    assert "test-secret" not in html
    assert "<table>" in html


def test_a_time_in_a_notebook_is_a_time_and_no_code():
    row = AnalyticsRow("person", 1, "W1", 1, "m", "1", timestamp=START)
    assert "<td>2026-11-01 00:00:00+00:00</td>" in row._repr_html_()


def test_a_plan_in_a_notebook_is_devices_by_days():
    html = analytics().plan(["W1", "W2"], START, END)._repr_html_()
    assert "<th>device</th><th>2026-11-01</th>" in html
    assert html.count("<td>24</td>") == 14
