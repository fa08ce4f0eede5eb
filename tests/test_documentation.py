"""The documentation says what is so: its Python blocks run or at least could, its links lead somewhere, the examples work."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sqlite3
import tomllib
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import attrs
import httpx
import pytest
from blocks import BLOCKS, PAGES, ROOT, WORLD, compiled, tree_of
from loops import asyncio_alone

import asyncsdk
from asyncsdk import AWSCredentials, Blaize, Cognitive3D, Livepeer, UnleashAnalytics, UnleashPlatform
from asyncsdk.testing import (
    AnalyticsService,
    BlaizeService,
    CognitiveService,
    FakeClock,
    LivepeerService,
    Sandbox,
    Script,
    UnleashPlatformService,
    serve,
)

anyio_backend = asyncio_alone

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SOURCES = [path for folder in ("asyncsdk", "benchmarks", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMED = re.compile(r"`(asyncsdk(?:\.\w+)+)`")
_FILE = re.compile(r"`((?:examples|docs|tests|benchmarks|asyncsdk)/[\w/.-]+\.\w+)`")
_SERVICE = re.compile(r"docs/services/[\w-]+\.md")
# What readers do not have: the numbers of the documents that this was written from, and the notes beside them.
_WORKING_PAPER = re.compile(r"\b[Ss]eed \d{3}\b|\bFACTS\b|\b[Ff]acts \d|/work/shared")

# The document's sample device has no row outside of these hours.
START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=2)

# Before this moment the sandbox has sessions of Cognitive3D.
C3D_END = datetime(2026, 1, 1, tzinfo=UTC)

_CLIENTS = {"Blaize", "Cognitive3D", "Livepeer", "UnleashAnalytics", "UnleashPlatform"}
_AWS = AWSCredentials("test-access", "test-secret")
_ELSEWHERE = {"base_url", "transport"}


def dotted(node):
    """``a.b.c`` as its parts; None for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None


def resolved(name):
    """What a dotted name stands for: modules are imported, all else is an attribute."""
    first, *rest = name.split(".")
    value = importlib.import_module(first)
    for at, part in enumerate(rest):
        try:
            value = getattr(value, part)
        except AttributeError:
            value = importlib.import_module(".".join([first, *rest[: at + 1]]))
    return value


def offline():
    """One client of each system, by the names that the pages give them; nothing is asked."""
    blaize = Blaize("demo", access_key="test-access", secret_key="test-secret", transport=Script(500))
    analytics = UnleashAnalytics("test-key", transport=Script(500))
    platform = UnleashPlatform(credentials=_AWS, transport=Script(500))
    c3d = Cognitive3D("test-key", transport=Script(500))
    return {
        "c3d": c3d,
        "analytics": analytics,
        "client": analytics,
        "blaize": blaize,
        "administrator": blaize,
        "platform": platform,
        "livepeer": Livepeer("test-key", transport=Script(500)),
    }


def leaves_home(tree):
    """Whether a block makes a client that would talk to the real service."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = (dotted(call.func) or [""])[-1]
        if name in _CLIENTS and _ELSEWHERE.isdisjoint(each.arg for each in call.keywords):
            return True
    return False


@contextmanager
def named(page, number):
    """Says of an error in which block it is."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"in block {number} of {page}")
        raise


@pytest.mark.parametrize("page", BLOCKS)
def test_the_blocks_of_a_page_compile_and_use_names_that_there_are(page):
    clients = offline()
    for number, source in enumerate(BLOCKS[page], 1):
        with named(page, number):
            compiled(source)
            for node in ast.walk(tree_of(source)):
                check_names(node, clients)


def check_names(node, clients):
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "asyncsdk":
        for each in node.names:
            assert resolved(f"{node.module}.{each.name}") is not None
    parts = dotted(node) if isinstance(node, ast.Attribute) else None
    if parts and parts[0] == "asyncsdk":
        assert resolved(".".join(parts)) is not None
    elif parts and parts[0] in clients:
        value = clients[parts[0]]
        for part in parts[1:]:
            value = getattr(value, part)


@pytest.mark.parametrize(
    "page", [page for page, blocks in BLOCKS.items() if not all(leaves_home(tree_of(each)) for each in blocks)]
)
@pytest.mark.asyncio
async def test_the_blocks_of_a_page_run_against_the_sandbox(page, tmp_path, monkeypatch):
    """Blocks stand in the middle of a program: they find what the text around them speaks of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "216.JPG").write_bytes(bytes(1000))
    clock = FakeClock()
    services = (
        AnalyticsService(devices=2, rows_per_hour=50, page_size=5),
        BlaizeService(users=3),
        UnleashPlatformService(clock=clock),
        CognitiveService(),
        LivepeerService(clock=clock),
    )
    with serve(Sandbox(*services)) as url:
        async with (
            UnleashPlatform(credentials=_AWS, base_url=f"{url}/prod", clock=clock) as platform,
            UnleashAnalytics("test-key", base_url=f"{url}/v1") as analytics,
            Blaize(base_url=url, access_key="test-access", secret_key="test-secret") as blaize,
            Cognitive3D("test-key", base_url=f"{url}/cognitive3d", data_url=f"{url}/cognitive3d/data") as c3d,
            Livepeer("test-key", base_url=f"{url}/api", clock=clock) as livepeer,
        ):
            users = await blaize.users.list().to_list()
            await platform.library.upload("216.JPG", device_id="W123", session_id="3")
            c3d_plan = c3d.datasets.sessions.plan([5001], C3D_END - timedelta(days=2), C3D_END)
            await c3d.datasets.sessions.backfill(c3d_plan, asyncsdk.ParquetSink("sessions"))
            plan = analytics.plan("all", START, END)
            await analytics.backfill(plan, asyncsdk.ParquetSink("detections"))
            row = await analytics.rows("W9d3f1bcad8e8abd", START, END).first()
            world = {
                "asyncsdk": asyncsdk,
                "attrs": attrs,
                "httpx": httpx,
                "timedelta": timedelta,
                **{name: getattr(asyncsdk, name) for name in asyncsdk.__all__},
                "analytics": analytics,
                "client": analytics,
                "blaize": blaize,
                "platform": platform,
                "livepeer": livepeer,
                "path": "216.JPG",
                "c3d": c3d,
                "c3d_url": f"{url}/cognitive3d",
                "connect": partial(UnleashAnalytics, "test-key", base_url=f"{url}/v1"),
                "device": "W9d3f1bcad8e8abd",
                "start": START,
                "end": END,
                "plan": plan,
                "pager": analytics.rows("W9d3f1bcad8e8abd", START, END),
                "row": row,
                "user_ids": [each.user_id for each in users],
                "user_id": users[0].user_id,
            }
            assert world.keys() >= WORLD.keys() - {"administrator"}
            for number, source in enumerate(BLOCKS[page], 1):
                if not leaves_home(tree_of(source)):
                    with named(page, number):
                        result = eval(compiled(source), {**world})
                        if inspect.isawaitable(result):
                            await result


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_leads_and_points_to_what_there_is(page):
    text = page.read_text()
    for target in _LINK.findall(text):
        if "://" not in target and not target.startswith("#"):
            assert (page.parent / target.partition("#")[0]).is_file(), target
    for path in _FILE.findall(text):
        assert (ROOT / path).exists(), path
    for name in _NAMED.findall(text):
        assert resolved(name) is not None


def listed(contents):
    """The pages in a table of contents, without their suffix, from the folder of the page that holds it."""
    found = re.search(r"```\{toctree\}.*?\n\n(.*?)```", contents.read_text(), re.DOTALL)[1].split()
    return sorted([*found, "index"])


@pytest.mark.parametrize("folder", ["docs", "docs/services"])
def test_every_page_is_in_a_table_of_contents(folder):
    pages = [page.stem for page in (ROOT / folder).glob("*.md")]
    folders = [f"{page.parent.name}/index" for page in (ROOT / folder).glob("*/index.md")]
    assert listed(ROOT / folder / "index.md") == sorted([*pages, *folders])


def test_readers_are_sent_to_what_they_have():
    for path in (*SOURCES, *PAGES):
        text = path.read_text()
        assert _WORKING_PAPER.findall(text) == [], path
        for page in _SERVICE.findall(text):
            assert (ROOT / page).is_file(), f"{page}, in {path}"


def test_the_api_page_has_every_public_name():
    text = (ROOT / "docs/api.md").read_text()
    modules = re.findall(r"automodule:: (\S+)\n   :members:(.*)", text)
    shown = set(re.findall(r"auto(?:class|function):: asyncsdk\.([\w.]+)", text))
    for module, members in modules:
        shown |= {each.strip() for each in members.split(",")} if members.strip() else set(vars(resolved(module)))
    named = {each for each in asyncsdk.__all__ if not each.startswith("__")} | set(asyncsdk.blaize.__all__)
    named |= set(resolved("asyncsdk.unleash.platform").__all__)
    named |= set(asyncsdk.cognitive3d.__all__)
    named |= set(resolved("asyncsdk.livepeer").__all__)
    assert named - shown == set()


def test_the_readme_has_every_extra():
    readme = (ROOT / "README.md").read_text()
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    table = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|(.*)\|$", readme, re.MULTILINE))
    assert set(table) == set(extras) - {"all"}
    for name, requirements in extras.items():
        for each in requirements if name != "all" else ():
            assert re.match(r"[\w.-]+", each)[0] in table[name]


def test_contributing_has_the_layers_in_their_order():
    with (ROOT / "pyproject.toml").open("rb") as file:
        layers = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]["layers"]
    diagram = re.search(r"^```\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    assert [re.split(r"\s{2,}", line)[0] for line in diagram.splitlines()] == layers


def test_contributing_has_every_session():
    told = {
        each.replace("-", "_") for each in re.findall(r"`nox -s ([a-z-]+[a-z])", (ROOT / "CONTRIBUTING.md").read_text())
    }
    functions = [
        node for node in ast.parse((ROOT / "noxfile.py").read_text()).body if isinstance(node, ast.FunctionDef)
    ]
    assert told == {each.name for each in functions if each.decorator_list}


@pytest.fixture
def example():
    def load(name):
        specification = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="module")
def url():
    with serve(Sandbox(AnalyticsService(devices=1, rows_per_hour=5), BlaizeService(users=20))) as url:
        yield url


@pytest.fixture
def blaize(url):
    return Blaize(base_url=url, access_key="test-access", secret_key="test-secret")


@pytest.mark.anyio
async def test_the_example_of_a_session_shows_the_roles(example, blaize, capsys):
    await example("blaize_admin_session").main(blaize, "admin@example.com", "test-password")
    assert "example.com" in capsys.readouterr().out


@pytest.mark.anyio
async def test_the_example_of_an_export_writes_a_line_a_user(example, blaize, capsys):
    assert await example("blaize_export_users").main(blaize) == 0
    assert len(capsys.readouterr().out.splitlines()) > 20


@pytest.mark.anyio
async def test_the_example_of_grants_finds_who_holds_one(example, blaize, url, capsys):
    async with Blaize(base_url=url, access_key="test-access", secret_key="test-secret") as other:
        user = await other.users.list().first()
        grant = {"entitlement_type": "entitlement", "entitlement_id": "test-entitlement"}
        receipt = await other.users.grants.create(user.user_id, grant)
        await example("blaize_grants").main(blaize, "test-entitlement")
        await other.users.grants.delete(user.user_id, receipt.id)
    assert capsys.readouterr().out.split()[0] == user.user_id


@pytest.mark.anyio
async def test_the_example_of_a_sink_fills_its_database(example, url, tmp_path, capsys):
    analytics = UnleashAnalytics("test-key", base_url=f"{url}/v1")
    await example("own_sink").main(analytics, str(tmp_path / "rows.db"))
    with closing(sqlite3.connect(tmp_path / "rows.db")) as database:
        (count,) = database.execute("select count(*) from detections").fetchone()
    assert count > 0
    assert capsys.readouterr().out.startswith(f"{count} rows")


@pytest.mark.anyio
async def test_the_example_of_cognito_reads_its_token_anew(example, tmp_path):
    module = example("cognito")
    token = tmp_path / "id_token.txt"
    for written in ("first", "second"):
        token.write_text(f"{written}\n")
        assert await module.logins("provider", str(token)) == {"provider": written}


def test_every_example_can_be_imported_without_being_run(example):
    for path in EXAMPLES:
        assert callable(example(path.stem).main)


@pytest.mark.anyio
async def test_the_example_of_a_flight_sends_it_and_waits_for_the_model(example, tmp_path, capsys):
    (tmp_path / "1.JPG").write_bytes(b"picture")
    clock = FakeClock()
    with serve(Sandbox(UnleashPlatformService(clock=clock))) as url:
        platform = UnleashPlatform(credentials=_AWS, base_url=f"{url}/prod", clock=clock)
        main = example("platform_upload_flight").main
        assert await main(platform, "u", "W123", "7", str(tmp_path / "1.JPG")) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("1.JPG 7 bytes")
    assert told[-2] == "STOPPED"
    assert told[-1] == str(tmp_path / "odm.tif")
    assert (tmp_path / "odm.tif").stat().st_size == 4


@pytest.mark.anyio
async def test_the_example_of_session_lengths_draws_a_bar_a_day(example, tmp_path, capsys):
    with serve(Sandbox(CognitiveService())) as url:
        c3d = Cognitive3D("test-key", base_url=f"{url}/cognitive3d")
        await example("cognitive3d_session_lengths").main(c3d, 5001, C3D_END, 7, str(tmp_path / "lengths.svg"))
    assert capsys.readouterr().out == "7 days in lengths.svg\n"
    assert (tmp_path / "lengths.svg").read_text().count("<rect") == 7
