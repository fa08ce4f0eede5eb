"""A disk that is full: the one sentence names a folder that is there, and not the draft that is gone."""

from __future__ import annotations

import re
import resource
from pathlib import Path

import pytest

PULL = ("unleash", "pull", "--sandbox", "--all", "--from", "2020-08-17T06:00", "--to", "2020-08-17T07:00")


@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_it_says_where(start, tmp_path, kind):
    # no file may have a byte: the nearest to a full disk that needs no disk of its own
    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    process = start(*PULL, "--out", tmp_path / "rows", "--format", kind, "-q", preexec_fn=full)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    said = re.fullmatch(r"error: (/\S+): File too large\n", err.decode())
    assert said, err
    assert Path(said[1]).is_dir()
