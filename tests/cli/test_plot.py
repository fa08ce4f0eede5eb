from __future__ import annotations

import pytest
from typer.main import get_command

from asyncsdk.cli.app import app

PULL = ("unleash", "pull", "--sandbox", "--all", "--from", "2020-08-17T06:00", "--to", "2020-08-17T08:00", "-q")


@pytest.mark.parametrize("kind", ["parquet", "ndjson", "csv"])
def test_the_files_of_a_pull_are_drawn_whatever_their_format(command, tmp_path, kind):
    assert command(*PULL, "--out", tmp_path / "rows", "--format", kind)[0] == 0
    code, out, err = command("unleash", "plot", tmp_path / "rows", "--out", tmp_path / "pictures", "--tz", "Asia/Tokyo")
    assert (code, out) == (0, "")
    assert err == f"{tmp_path}/pictures/counts.png\n{tmp_path}/pictures/heat-map.png\n"
    assert (tmp_path / "pictures" / "counts.png").read_bytes()[1:4] == b"PNG"
    code, out, _ = command("unleash", "plot", tmp_path / "rows", "--terminal", "--tz", "Asia/Tokyo")
    assert code == 0
    assert "Counts by device and hour, 17 Aug 2020, JST" in out
    assert "\x1b" not in out


def test_svg_for_a_dark_page(command, tmp_path):
    assert command(*PULL, "--out", tmp_path / "rows")[0] == 0
    arguments = ("--format", "svg", "--dark", "--every", "5m", "--out", tmp_path)
    assert command("unleash", "plot", tmp_path / "rows", *arguments)[0] == 0
    assert "#12181f" in (tmp_path / "counts.svg").read_text()


@pytest.mark.parametrize(
    ("place", "said"),
    [("nowhere", "there is no such directory"), (".", "there are no files of a pull"), ("s3://a/b", "on this machine")],
)
def test_what_cannot_be_drawn_says_what_to_do(command, tmp_path, monkeypatch, place, said):
    monkeypatch.chdir(tmp_path)
    code, _, err = command("unleash", "plot", place)
    assert code == 2
    assert said in err


def test_where_files_go_and_what_they_are_has_one_name_everywhere():
    unleashed = get_command(app).commands["unleash"]
    context = unleashed.make_context("unleash", ["version"])
    demo = get_command(app).commands["demo"]
    for made in (demo, unleashed.get_command(context, "pull"), unleashed.get_command(context, "plot")):
        given = {flag: each for each in made.params for flag in each.opts}
        assert given["--out"].metavar == "DIR"
        assert "--output" not in given
        assert "-f" not in given or given["-f"] is given["--format"]
