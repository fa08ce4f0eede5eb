"""The examples do what they say, against the sandbox."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from blocks import ROOT
from loops import asyncio_alone
from starlette.responses import Response

from asyncsdk import AWSCredentials, Blaize, Cognitive3D, RetryPolicy, UnleashAnalytics, UnleashPlatform
from asyncsdk.testing import (
    AnalyticsService,
    BlaizeService,
    CognitiveService,
    FakeClock,
    Sandbox,
    UnleashPlatformService,
    faults,
    serve,
)

anyio_backend = asyncio_alone

DAY = date(2020, 8, 17)
NOON = datetime(2020, 8, 17, 12, 20, tzinfo=UTC)
ONCE = RetryPolicy(max_attempts=1)


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
    with serve(Sandbox(AnalyticsService(devices=2, rows_per_hour=5), BlaizeService(users=20))) as url:
        yield url


@pytest.fixture
def analytics(url):
    return lambda: UnleashAnalytics("test-key", base_url=f"{url}/v1")


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
    for path in sorted((ROOT / "examples").glob("*.py")):
        assert callable(example(path.stem).main)


@pytest.mark.anyio
async def test_the_example_of_a_flight_sends_it_and_waits_for_the_model(example, tmp_path, capsys):
    (tmp_path / "1.JPG").write_bytes(b"picture")
    clock = FakeClock()
    with serve(Sandbox(UnleashPlatformService(clock=clock))) as url:
        platform = UnleashPlatform(
            credentials=AWSCredentials("test-access", "test-secret"), base_url=f"{url}/prod", clock=clock
        )
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
        await example("cognitive3d_session_lengths").main(
            c3d, 5001, datetime(2026, 1, 1, tzinfo=UTC), 7, str(tmp_path / "lengths.svg")
        )
    assert capsys.readouterr().out == "7 days in lengths.svg\n"
    assert (tmp_path / "lengths.svg").read_text().count("<rect") == 7


@pytest.mark.anyio
async def test_rows_go_to_parquet_and_back(example, analytics, tmp_path, capsys):
    main, target = example("rows_to_parquet").main, str(tmp_path / "detections")
    await main(analytics(), target, DAY, DAY)
    first = capsys.readouterr().out
    await main(analytics(), target, DAY, DAY)
    again = capsys.readouterr().out
    assert "people" in first
    assert "the first of them: 2020-08-17T" in first
    assert again.startswith("0 rows written, ")
    assert again.splitlines()[1:] == first.splitlines()[1:]


@pytest.mark.anyio
async def test_the_fan_out_counts_what_the_rows_say(example, analytics, capsys):
    assert await example("fan_out").main(analytics(), NOON, 6) == 0
    told = capsys.readouterr()
    async with analytics() as client, client.fan_out("all", NOON - timedelta(hours=6), NOON) as stream:
        people = sum([row.count async for row in stream if row.class_name == "person"])
    assert f"{people:,}  person" in told.out
    assert "0 failures" in told.err


@pytest.mark.anyio
async def test_the_fan_out_goes_on_past_what_fails_and_names_it(example, capsys):
    broken = Sandbox(AnalyticsService(devices=2, rows_per_hour=5), on_request=failing({"/W099b9dd8225c354/"}))
    with serve(broken) as url:
        analytics = UnleashAnalytics("test-key", base_url=f"{url}/v1", retry=ONCE)
        assert await example("fan_out").main(analytics, NOON, 2) == 1
    told = capsys.readouterr()
    assert "person" in told.out
    assert "W099b9dd8225c354" in told.err


@pytest.mark.anyio
async def test_a_run_of_the_timer_makes_up_for_the_one_that_failed(example, tmp_path, capsys):
    main, target = example("backfill_by_cron").main, str(tmp_path / "detections")
    down, told = {"/W099b9dd8225c354/"}, []
    with serve(Sandbox(AnalyticsService(devices=2, rows_per_hour=5), on_request=failing(down))) as url:
        for expected in (1, 0, 0):
            client = UnleashAnalytics("test-key", base_url=f"{url}/v1", retry=ONCE)
            assert await main(client, target, NOON, 1) == expected
            told.append(json.loads(capsys.readouterr().out))
            down.clear()
    assert told[0]["failed"]
    assert [each["whole"] for each in told] == [False, True, True]
    assert told[1]["fetched"] >= 24  # the device that failed, and the hours that are not settled
    assert told[2]["fetched"] < told[1]["fetched"]  # these alone


@pytest.mark.anyio
async def test_a_run_of_the_timer_without_a_service_says_so(example, tmp_path, capsys):
    with serve(Sandbox(AnalyticsService(), on_request=faults.fail_every(1, 503))) as url:
        client = UnleashAnalytics("test-key", base_url=f"{url}/v1", retry=ONCE)
        assert await example("backfill_by_cron").main(client, str(tmp_path / "detections"), NOON, 1) == 1
    assert "503" in json.loads(capsys.readouterr().out)["failed"][0]


@pytest.mark.anyio
async def test_the_mirror_follows_what_messages_hint_at(example, tmp_path):
    module = example("zephr_sync")
    with serve(Sandbox(BlaizeService(users=20))) as url:
        ours = Blaize(base_url=url, access_key="test-access", secret_key="test-secret")
        mirror = module.Mirror(str(tmp_path / "users.db"))
        app = module.application(ours, mirror, "https://example.com/zephr")

        def kept():
            return dict(mirror.database.execute("select user_id, json from users").fetchall())

        async with (
            Blaize(base_url=url, access_key="test-access", secret_key="test-secret") as service,
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sync") as messages,
        ):
            with closing(mirror.database):
                async with app.router.lifespan_context(app):
                    assert kept().keys() == {each.user_id async for each in service.users.list()}
                    assert [each.label async for each in service.webhooks.list()].count("sync") == 1
                    made = await service.users.create(
                        {
                            "identifiers": {"email_address": "new@example.com"},
                            "validators": {"password": "test-password"},
                        }
                    )
                    hint = {"type": "CREATE_USER", "time": 1592181105400, "details": {"user_id": made.id}}
                    assert (await messages.post("/zephr", json=hint)).status_code == 204
                    assert "new@example.com" in kept()[made.id]
                    await service.users.delete(made.id)
                    assert (await messages.post("/zephr", json=hint)).status_code == 204
                    assert made.id not in kept()
                    assert (await messages.post("/zephr", json={"details": {}})).status_code == 400
                assert [each.label async for each in service.webhooks.list()].count("sync") == 0


def failing(parts):
    """Answers 500 to whoever asks for what has one of these in its path."""
    return lambda request: Response(status_code=500) if any(each in request.url.path for each in parts) else None
