from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk.cognitive3d.datasets import SESSIONS as SESSIONS_OF_PROJECTS
from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks.layout import Layout, held_against
from asyncsdk.times import DAY
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000
SHARD = Shard(ROWS_OF_DEVICES.id, "W9d3f1bcad8e8abd", MIDNIGHT + 6 * HOUR, MIDNIGHT + 7 * HOUR)

ROWS = Layout.of(ROWS_OF_DEVICES, ".parquet")
GRANTS = Layout("blaize.grants", "user_id", day=None, suffix=".csv.gz")
USERS = Layout("blaize.users", None, day=None, suffix=".ndjson")
LOG = Layout("any.log", None, day="date", suffix=".csv")
SESSIONS = Layout.of(SESSIONS_OF_PROJECTS, ".csv")
EACH = [ROWS, GRANTS, USERS, LOG, SESSIONS, evolve(LOG, day="day__")]


def test_a_shard_lies_in_a_hive_tree_by_key_and_date_as_far_as_there_are_any():
    assert ROWS.folder(SHARD) == "device_id=W9d3f1bcad8e8abd/date=2020-08-17"
    assert GRANTS.folder(Shard("blaize.grants", "u1")) == "user_id=u1"
    assert USERS.folder(Shard("blaize.users")) == ""
    assert LOG.folder(evolve(SHARD, key=None)) == "date=2020-08-17"


def test_where_rows_have_a_date_of_their_own_the_day_is_called_otherwise():
    assert SESSIONS.folder(evolve(SHARD, key="4460")) == "project_id=4460/day=2020-08-17"
    assert SESSIONS.has("project_id=4460/day=2020-08-17")
    assert not SESSIONS.has("project_id=4460/date=2020-08-17")
    assert SESSIONS.label == "cognitive3d.sessions,project_id,day,csv"


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..") and text.isprintable()))
def test_any_key_has_one_folder_of_its_own(key):
    name = ROWS.key_folder(key)
    assert "/" not in name
    assert "\\" not in name
    assert ROWS.key_of(name) == key


@pytest.mark.parametrize(
    ("key", "error"), [("", ValueError), (".", ValueError), ("..", ValueError), (None, TypeError), (1.5, TypeError)]
)
def test_a_key_that_cannot_stand_in_a_path_is_refused(key, error):
    with pytest.raises(error, match="a key"):
        ROWS.key_folder(key)


def test_a_key_that_is_a_number_lies_where_its_digits_do():
    assert ROWS.key_folder(7) == ROWS.key_folder("7") == "device_id=7"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (MIDNIGHT, MIDNIGHT),
        (MIDNIGHT + 1, MIDNIGHT),
        (MIDNIGHT - 1, MIDNIGHT + 1),
        (MIDNIGHT, MIDNIGHT + DAY + 1),
        (None, None),
    ],
)
def test_a_shard_that_does_not_lie_within_one_day_is_refused(start, end):
    with pytest.raises(ValueError, match="one UTC day"):
        ROWS.folder(evolve(SHARD, start=start, end=end))


@pytest.mark.parametrize(
    "name", ["device=W1", "device_id", "device_id=", "date=2020-08-17", "device_id=a b", "device_id=%41"]
)
def test_the_folders_of_others_are_passed_over(name):
    assert ROWS.key_of(name) is None
    assert not ROWS.has(f"{name}/date=2020-08-17")


def test_only_where_shards_may_be_somebody_looks_for_them():
    assert ROWS.has("device_id=W1/date=2020-08-17")
    assert ROWS.has("device_id=W1/date=2020-08-17", ("2020-08-17", "2020-08-18"))
    assert not ROWS.has("device_id=W1/date=2020-08-17", ("2020-08-18", "2020-08-18"))
    assert not any(map(ROWS.has, ["", "device_id=W1", "device_id=W1/date=2020-08-17/deeper", "device_id=W1/other=1"]))
    assert GRANTS.has("user_id=1")
    assert USERS.has("")
    assert LOG.has("date=2020-08-17")
    assert not LOG.has("")


@pytest.mark.parametrize("layout", EACH)
def test_a_label_says_which_tree_it_is(layout):
    assert Layout.labelled(layout.label) == layout
    assert layout.label.count("/") == 0


@pytest.mark.parametrize("label", ["", "notes.txt", "a,b,c,d,e"])
def test_a_file_that_is_no_label_is_passed_over(label):
    assert Layout.labelled(label) is None
    assert held_against([label], ROWS, "out") is False


def test_a_target_takes_what_it_holds_and_nothing_else():
    assert held_against([], ROWS, "out") is False
    assert held_against([ROWS.label], ROWS, "out") is True
    with pytest.raises(
        ConfigurationError,
        match=r"out holds unleash_analytics\.rows as parquet, and cannot take blaize\.grants as csv\.gz beside it",
    ):
        held_against([ROWS.label], GRANTS, "out")
    with pytest.raises(ConfigurationError, match=r"holds unleash_analytics\.rows as parquet, .* as csv beside"):
        held_against([ROWS.label], evolve(ROWS, suffix=".csv"), "out")
