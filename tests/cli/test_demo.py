from __future__ import annotations

import re

from pyarrow import parquet

from asyncsdk.testing import Fleet


def table(out):
    """The lines of the table; below it a path may make a line longer."""
    lines = out.splitlines()
    return lines[: 1 + next(number for number, line in enumerate(lines) if "all devices" in line)]


def test_it_pulls_into_files_and_shows_what_is_in_them(command, tmp_path):
    code, out, err = command("demo", "--out", tmp_path / "demo", "--devices", 3, "--hours", 6)
    assert (code, err) == (0, "")
    assert all(device in out for device in Fleet(size=3).device_ids)
    assert "The busiest 3 of 3 devices, 17 August 2020, 6 hours" in out
    assert re.search("[▁▂▃▄▅▆▇█]{6}", out)
    assert re.search(r"[\d,]+ rows in 18 shards, .* rows/s", out)
    rows = parquet.read_table(tmp_path / "demo")
    assert "demo: 18 Parquet files, " in out
    assert f"{rows.num_rows:,} rows" in out
    assert all(len(line) <= 100 for line in table(out))


def test_run_again_it_finds_its_files(command, tmp_path):
    first = command("demo", "--out", tmp_path, "--devices", 2, "--hours", 2)[1]
    code, second, _ = command("demo", "--out", tmp_path, "--devices", 2, "--hours", 2)
    assert code == 0
    assert "nothing to fetch: 4 of 4 shards were there already" in second
    assert table(first) == table(second)


def test_files_of_others_in_the_directory_are_no_trouble(command, tmp_path):
    (tmp_path / "notes.csv").write_text("mine")
    assert command("demo", "--out", tmp_path, "--devices", 1, "--hours", 1)[0] == 0
    assert (tmp_path / "notes.csv").read_text() == "mine"


def test_it_needs_no_key(command, environment, tmp_path):
    environment.delenv("UNLEASH_API_KEY")
    assert command("demo", "--out", tmp_path, "--devices", 1, "--hours", 1)[0] == 0


def test_more_hours_than_fit_are_put_together(command, tmp_path):
    _, out, _ = command("demo", "--out", tmp_path, "--devices", 1, "--hours", 30)
    assert "by 2 hours, UTC" in out
    assert re.search("[▁▂▃▄▅▆▇█]{15} ", out)
    assert all(len(line) <= 100 for line in table(out))


def test_a_path_is_shown_as_it_is(command, tmp_path):
    _, out, _ = command("demo", "--out", tmp_path / "[bold]", "--devices", 1, "--hours", 1)
    assert "[bold]: 1 Parquet file, " in out
