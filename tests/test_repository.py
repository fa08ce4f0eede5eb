"""What stands around the package: the same Pythons, sessions and addresses everywhere that names them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

_SESSIONS = re.compile(r"nox (?:--[a-z-]+ )?-s ([^\n]+)")


def pythons():
    """The Pythons that the package says it runs on."""
    return re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))


def sessions(path):
    """What a file has nox run, whatever the Python."""
    return {
        name
        for line in _SESSIONS.findall((ROOT / path).read_text())
        for name in re.findall(r"[a-z]+", line.partition("$")[0])
    }


def test_the_workflow_runs_what_the_local_run_does_on_every_python():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert sessions(".github/workflows/ci.yml") == sessions(".ci/run") == {"lint", "types", "docs", "tests"}
    assert re.search(r"matrix: \{python: \[(.*)\]\}", workflow)[1].replace('"', "").split(", ") == pythons()


def test_the_sessions_know_the_same_pythons():
    noxfile = (ROOT / "noxfile.py").read_text()
    assert re.search(r"PYTHONS = \[(.*)\]", noxfile)[1].replace('"', "").split(", ") == pythons()


def test_every_address_of_the_project_is_that_of_its_repository():
    home = PROJECT["urls"]["Source"]
    assert all(url.startswith(home) for url in PROJECT["urls"].values())
    for path in (ROOT / "README.md", *(ROOT / ".github").rglob("*.yml")):
        assert set(re.findall(r"https://github\.com/asyncsdk/[\w-]+", path.read_text())) <= {home}, path


def test_the_readme_leads_somewhere_from_a_package_index_too():
    """A package index shows it alone: a relative link is dead there, and the file behind an absolute one must exist."""
    files = f"{PROJECT['urls']['Source']}/blob/main/"
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / "README.md").read_text()):
        assert "://" in target, target
        if target.startswith(files):
            assert (ROOT / target.removeprefix(files).partition("#")[0]).is_file(), target


def test_the_lock_file_knows_every_group_and_extra():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    (own,) = (each for each in lock["package"] if each["name"] == PROJECT["name"])
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert set(own["metadata"]["provides-extras"]) == set(PROJECT["optional-dependencies"])
    assert set(own["metadata"]["requires-dev"]) == set(groups)
