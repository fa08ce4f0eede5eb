"""The one entrance: `nox -s demo` and `nox -s tests` are what the README tells a newcomer to run."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.error_on_missing_interpreters = False
nox.options.error_on_external_run = True

PROJECT = nox.project.load_toml("pyproject.toml")


def groups(*names: str) -> list[str]:
    """The requirements of dependency groups."""
    return [each for name in names for each in nox.project.dependency_groups(PROJECT, name)]


def install_wheel(session: nox.Session, extras: str = "all") -> None:
    """Build the wheel and install just that, so that what is tried is what users get."""
    session.install("build", "hatchling")
    out = Path(session.create_tmp()) / "dist"
    for old in out.glob("*.whl"):
        old.unlink()
    session.run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), silent=True)
    (wheel,) = out.glob("*.whl")
    # The version stays while the content changes: nothing of an earlier build may be taken for this one.
    session.install("--force-reinstall", "--no-deps", "--no-cache-dir" if session.venv_backend != "uv" else "--no-cache", str(wheel))
    session.install(f"asyncsdk[{extras}] @ {wheel.resolve().as_uri()}")


@nox.session
def demo(session: nox.Session) -> None:
    """Pull 30 devices x 24 hours from the embedded sandbox into Parquet files."""
    install_wheel(session, "cli,sandbox,arrow,uvloop")
    session.run("python", "-P", "-m", "asyncsdk", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite against the built wheel, with branch coverage."""
    install_wheel(session)
    session.install(*groups("tests"))
    session.env["PYTHONSAFEPATH"] = "1"
    session.run("python", "-m", "coverage", "erase")
    session.run("python", "-m", "coverage", "run", "-m", "pytest", *session.posargs)
    session.run("python", "-m", "coverage", "combine", "--quiet")
    session.run("python", "-m", "coverage", "report", "--skip-covered")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the arrows of the design."""
    session.install(".", *groups("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports", env={"PYTHONPATH": "."})


@nox.session
def types(session: nox.Session) -> None:
    """Both type checkers, over the package and a typed sample of its use."""
    session.install(".[all]", *groups("types", "tests"))
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(Path(session.virtualenv.bin) / "python"))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, warnings being errors."""
    session.install(".[all]", *groups("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks: peers beside us in the same run, medians and ratios."""
    install_wheel(session)
    session.install(*groups("bench"))
    scripts = session.posargs or sorted(str(each) for each in Path("benchmarks").glob("*.py") if each.name[0] != "_")
    for script in scripts:
        session.run("python", "-P", script)


@nox.session
def soak(session: nox.Session) -> None:
    """The long trials: hostile origins, kills, cancellation."""
    install_wheel(session)
    session.install(*groups("tests"))
    session.run("python", "-m", "pytest", "-m", "soak", "-s", *session.posargs, env={"ASYNCSDK_SOAK": "1", **_quiet()})


def _quiet() -> dict[str, str]:
    return {"PYTHONSAFEPATH": "1", "COLUMNS": os.environ.get("COLUMNS", "120")}
