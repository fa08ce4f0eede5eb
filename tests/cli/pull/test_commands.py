"""The commands that a system gets for its data sets: of Blaize, against the sandbox, and of a toy that has each kind."""

from __future__ import annotations

import json
from datetime import datetime  # attrs resolves the annotations of models

import httpx
import pytest
from attrs import frozen
from one_host import OneHost
from pyarrow import parquet

from asyncsdk import Model, RetryPolicy
from asyncsdk.cli.app import run
from asyncsdk.cli.group import group
from asyncsdk.cli.operations.system import System
from asyncsdk.cli.pull.source import Source
from asyncsdk.cli.way import Way
from asyncsdk.codec import as_json, as_list
from asyncsdk.datasets.dataset import Dataset
from asyncsdk.datasets.pull import DataSets
from asyncsdk.operation import Operation
from asyncsdk.paging import at_once
from asyncsdk.testing import BlaizeService, Sandbox, serve

LIST = Operation("shop.list", "GET", "/{what}", "array")


@frozen(kw_only=True)
class Sale(Model):
    """What was sold."""

    item: str | None = None
    sold_at: datetime | None = None


def _of(client, what):
    return at_once(lambda: client.call(LIST, what, into=as_list(Sale)), of=Sale)


def _shops(client):
    return at_once(lambda: client.call(LIST, "shops", into=as_json), of=str)


ITEMS = Dataset("shop.items", Sale, lambda client, key, start, end: _of(client, "items"))
STOCK = Dataset(
    "shop.stock", Sale, lambda client, key, start, end: _of(client, f"stock-{key}"), key="companyId", keys=_shops
)
TILL = Dataset("shop.open_till", Sale, lambda client, key, start, end: _of(client, "till"), time="sold_at")


class ShopDataSets(DataSets):
    """All lists.

    Attributes:
        items: what there is to buy.
        stock: what a company has. Not what it sold.
    """

    def __init__(self, client):
        super().__init__(client)
        for each in (ITEMS, STOCK, TILL):
            self._bound(each)


class Shop(OneHost):
    """A client of nothing but data sets."""

    @property
    def datasets(self):
        return ShopDataSets(self)


@pytest.fixture
def shop(capfd):
    """Runs a command of the shop: ``code, out, err = shop("pull", "items")``."""
    answers = {
        "/items": [{"item": "tea"}, {"item": "nut, salted"}],
        "/shops": ["a", "b"],
        "/stock-a": [{"item": "tea"}],
        "/stock-b": [{"item": "rum"}, {"item": "gin"}],
        "/till": [
            {"item": "tea", "sold_at": "2026-11-01T10:30:00Z"},
            {"item": "gin", "sold_at": "2026-11-02T10:30:00Z"},
        ],
    }

    def answer(request):
        found = answers.get(request.url.path)
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    def client():
        return Shop(
            base_url="http://sdk.test", retry=RetryPolicy(max_attempts=1), transport=httpx.MockTransport(answer)
        )

    @frozen(kw_only=True)
    class ShopWay(Way[Shop]):
        def secrets(self):
            return {}

        def client(self, secrets, settings):
            return client()

        def service(self):
            raise AssertionError("it has no sandbox")

    def invoke(*arguments, pull=None):
        app = group(lambda: System("shop", {}, client(), ShopWay, pull=pull), help="A shop.")
        app.callback()(lambda: None)
        code = run([str(each) for each in arguments], app)
        out, err = capfd.readouterr()
        return code, out, err

    return invoke


def rows(out):
    return [json.loads(line) for line in out.splitlines()]


def test_a_list_with_neither_key_nor_time_goes_down_a_pipe(shop):
    code, out, err = shop("pull", "items")
    assert (code, rows(out)) == (0, [{"item": "tea"}, {"item": "nut, salted"}])
    assert err.startswith("2 rows in 1 shard, ")
    assert shop("pull", "items", "-f", "csv")[1] == 'item,sold_at,extra\r\ntea,,\r\n"nut, salted",,\r\n'


def test_rows_that_do_not_have_their_key_are_written_with_it(shop):
    expected = [("a", "tea"), ("b", "gin"), ("b", "rum")]
    code, out, _ = shop("pull", "stock", "--all")
    assert code == 0
    assert sorted((row["companyId"], row["item"]) for row in rows(out)) == expected
    assert shop("pull", "stock", "--all", "--ordered", "-f", "csv")[1].splitlines() == [
        "companyId,item,sold_at,extra", "a,tea,,", "b,rum,,", "b,gin,,"
    ]  # fmt: skip
    assert len(rows(shop("pull", "stock", "--all", "--limit", 2)[1])) == 2


def test_a_list_with_a_time_is_cut_by_windows(shop, tmp_path):
    code, out, _ = shop(
        "pull",
        "open-till",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-02",
        "--window",
        "12h",
        "--out",
        tmp_path,
        "--json",
        "-q",
    )
    figures = json.loads(out)
    assert (code, figures["shards"], figures["rows"], figures["window_seconds"]) == (0, 2, 1, 43_200)
    assert figures["from"] == "2026-11-01T00:00:00.000Z"
    assert {each.parent.name for each in tmp_path.rglob("*.parquet")} == {"date=2026-11-01"}


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("items", (), ("--all", "--company", "--from", "--to", "--window", "--settle")),
        ("stock", ("--company", "--all"), ("--from", "--to", "--window", "--settle")),
        ("open-till", ("--from", "--to", "--window", "--settle"), ("--all",)),
    ],
)
def test_a_pull_has_the_options_that_it_has_use_for(shop, environment, name, has, lacks):
    code, out, _ = shop("pull", name, "--help")
    typed = set(out.split())
    assert code == 0
    assert {*has, "--out", "--format", "--restart", "--keep-going", "--concurrency", "--base-url"} <= typed
    assert typed.isdisjoint(lacks)
    for option in lacks:
        code, _, err = shop("pull", name, option, "x")
        assert code == 2
        assert err.startswith(f"error: No such option: {option}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stock",), "say which companies to pull: --company ID (as often as needed), or --all"),
        (("stock", "--company", ".."), "--company: company id must not be '..'"),
        (("open-till",), "Missing option '--from'"),
        (("items", "--restart"), "--restart: a pipe remembers nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop, arguments, said):
    code, out, err = shop("pull", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_snapshot_stands_until_it_is_asked_for_again(shop, tmp_path):
    assert shop("pull", "items", "--out", tmp_path)[0] == 0
    [file] = tmp_path.glob("*.parquet")
    file.write_bytes(b"old")
    code, _, err = shop("pull", "items", "--out", tmp_path)
    assert (code, file.read_bytes()) == (0, b"old")
    assert err == "nothing to fetch: 1 of 1 shard was there already; --restart fetches what is there now\n"
    code, _, err = shop("pull", "items", "--out", tmp_path, "--restart")
    assert code == 0
    assert err.startswith("2 rows in 1 shard, ")
    assert parquet.read_table(file).column("item").to_pylist() == ["tea", "nut, salted"]


def test_a_key_that_fails_is_told_by_its_name(shop, tmp_path):
    code, out, err = shop("pull", "stock", "--company", "a", "--company", "x", "-k", "--json", "--out", tmp_path)
    assert code == 1
    [failure] = json.loads(out)["failures"]
    assert (json.loads(out)["companies"], failure["company"], json.loads(out)["rows"]) == (2, "x", 1)
    assert "failed: x: " in err


def test_what_the_data_sets_say_of_themselves_is_the_help(shop, environment):
    code, out, _ = shop("pull", "--help")
    assert code == 0
    said = " ".join(out.split())
    assert "items Pull what there is to buy." in said
    assert "stock Pull what a company has. Pull" not in said
    assert "Not what it sold" not in said
    assert "Not what it sold." in " ".join(shop("pull", "stock", "--help")[1].split())


def test_a_system_with_one_list_can_pull_it_by_that_name_alone(shop):
    assert rows(shop("pull", "--all", "--ordered", pull="stock")[1])[0] == {"companyId": "a", "item": "tea"}


def test_a_system_without_data_sets_has_no_pull(capfd):
    client = OneHost(base_url="http://sdk.test", transport=httpx.MockTransport(lambda request: httpx.Response(500)))
    app = group(lambda: System("shop", {}, client, Way), help="A shop.")
    app.callback()(lambda: None)
    assert run(["pull"], app) == 2
    assert "No such command 'pull'" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("key", "one", "many", "letter"),
    [
        ("user_id", "user", "users", "u"),
        ("playbackId", "playback", "playbacks", "p"),
        ("company_id", "company", "companies", None),
        ("day", "day", "days", "d"),
        ("id", "id", "ids", "i"),
    ],
)
def test_a_key_is_called_as_people_call_it(key, one, many, letter):
    source = Source(Dataset("shop.any", Sale, ITEMS.read, key=key, keys=_shops), Way)
    assert (source.one, source.many, source.letter) == (one, many, letter)


@pytest.fixture(scope="module")
def base_url():
    with serve(Sandbox(BlaizeService(users=30))) as url:
        yield url


@pytest.fixture
def pull(command, environment, base_url):
    """Pulls from Blaize: ``code, out, err = pull("grants", "--all")``."""
    environment.setenv("BLAIZE_ACCESS_KEY", "test-access")
    environment.setenv("BLAIZE_SECRET_KEY", "test-secret")
    return lambda *arguments: command("blaize", "pull", *arguments, "--base-url", base_url)


@pytest.mark.parametrize(
    ("arguments", "pieces", "column"),
    [
        (("users",), 1, "user"),
        (("grants", "--all"), 31, "user_id"),
        (("accounts",), 1, "name"),
        (("account-users", "--all"), 1, "account_id"),
    ],
)
def test_each_data_set_of_blaize_is_pulled_once(pull, tmp_path, arguments, pieces, column):
    code, out, _ = pull(*arguments, "--out", tmp_path, "--format", "parquet", "--json")
    first = json.loads(out)
    assert (code, first["fetched"], first["skipped"]) == (0, pieces, 0)
    table = parquet.read_table(tmp_path)
    assert (table.num_rows, column in table.schema.names) == (first["rows"], True)
    again = json.loads(pull(*arguments, "--out", tmp_path, "--json")[1])
    assert (again["fetched"], again["skipped"]) == (0, pieces)
    fresh = json.loads(pull(*arguments, "--out", tmp_path, "--restart", "--json")[1])
    assert (fresh["fetched"], fresh["skipped"], fresh["rows"]) == (pieces, 0, first["rows"])


def test_a_user_of_blaize_that_is_not_there_is_one_sentence(pull):
    code, out, err = pull("grants", "-u", "nobody")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "nobody" in err
