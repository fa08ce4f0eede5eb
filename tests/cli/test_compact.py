from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux swaps two folders in one step")

DAY = ("--device", "Wabcdb35be35bb72", "--from", "2020-08-17", "--to", "2020-08-19")


def test_a_pull_is_compacted_and_goes_on_as_before(command, origin, tmp_path):
    out = tmp_path / "rows"
    pull = ("unleash", "pull", *DAY, "--out", out, "--base-url", origin)
    assert command(*pull)[0] == 0
    assert command("compact", out, "--older-than", "2d") == (0, "", "46 files fewer in 2 of 2 folders\n")
    assert len(list(out.rglob("*.parquet"))) == 2
    assert command(*pull)[2].startswith("nothing to fetch: 48 of 48 shards were there already")
    assert command("compact", out, "-q") == (0, "", "")


def test_what_cannot_be_compacted_is_told(command, tmp_path):
    code, _, err = command("compact", tmp_path)
    assert (code, "is no target of a sink" in err) == (1, True)
    assert command("compact", tmp_path, "--older-than", "soon")[0] == 2
    assert command("compact")[0] == 2
