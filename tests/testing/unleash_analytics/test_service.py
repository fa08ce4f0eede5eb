from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve

from asyncsdk.operation import Operation
from asyncsdk.testing import AnalyticsService, Sandbox
from asyncsdk.testing.unleash_analytics.generator import HOUR, KEYS
from asyncsdk.unleash.analytics import client as operations

START = 1_597_622_400_000  # 2020-08-17
END = START + 24 * HOUR
SERVICE = AnalyticsService(devices=3)
DEVICE = SERVICE.device_ids[0]


def path(device=DEVICE, start=START, end=END, page=1, tableau=""):
    return f"/analytics/{tableau}{device}/{start}/{end}/{page}"


@pytest.fixture
async def client(in_process):
    async with in_process(Sandbox(SERVICE)) as client:
        yield client


@pytest.fixture
def asking(in_process):
    """Asks a service with these options."""

    async def ask(url, method="GET", headers=None, **options):
        async with in_process(Sandbox(evolve(SERVICE, **options)), **(headers or {})) as client:
            return await client.request(method, url)

    return ask


@pytest.mark.anyio
async def test_the_introductions_sample_comes_verbatim(client, document):
    answer = await client.get(path("W9d3f1bcad8e8abd"))
    assert answer.status_code == 200
    assert answer.json() == document["introduction"]
    assert list(answer.json()) == list(document["introduction"])


@pytest.mark.anyio
async def test_the_size_optimized_sample_comes_verbatim(client, document, contract):
    answer = (await client.get(path("Wabcdb35be35bb72"))).json()
    assert answer == document["size_optimized"]
    assert answer == contract["unleash_analytics.rows"].example


@pytest.mark.anyio
async def test_the_tableau_sample_comes_verbatim_with_its_truck(client, document, contract):
    answer = (await client.get(path("Wabcdb35be35bb72", tableau="tableau/"))).json()
    assert answer == document["tableau"]
    assert answer == contract["unleash_analytics.tableau"].example
    assert [list(row) for row in answer["data"]] == [list(row) for row in document["tableau"]["data"]]


@pytest.mark.anyio
async def test_a_range_inside_a_sample_gives_the_rows_inside(client, document):
    rows = document["introduction"]["data"]
    frame_236 = 1_597_645_012_000
    before = await client.get(path("W9d3f1bcad8e8abd", START, frame_236))
    after = await client.get(path("W9d3f1bcad8e8abd", frame_236, END))
    assert before.json()["data"] == rows[:6]
    assert after.json()["data"] == rows[6:]


@pytest.mark.anyio
async def test_a_documented_device_has_no_other_rows(client):
    for device in ("W9d3f1bcad8e8abd", "Wabcdb35be35bb72"):
        answer = await client.get(path(device, START - 900 * 24 * HOUR, START))
        assert answer.json() == {"keys": list(KEYS), "total_num_pages": 1, "data": []}


@pytest.mark.anyio
async def test_samples_are_paged_too(asking, document):
    pages = [(await asking(path("W9d3f1bcad8e8abd", page=page), page_size=3)).json() for page in (1, 2, 3)]
    assert [page["total_num_pages"] for page in pages] == [3, 3, 3]
    assert [row for page in pages for row in page["data"]] == document["introduction"]["data"]


@pytest.mark.anyio
async def test_the_lists_begin_as_printed(client, document):
    devices = (await client.get("/analytics/devices")).json()
    assert devices == [*document["devices"], *SERVICE.device_ids]
    sessions = (await client.get("/analytics/sessions")).json()
    assert sessions[:3] == document["sessions"]
    answer = (await client.get(path(DEVICE))).json()
    assert {row[KEYS.index("session_id")] for row in answer["data"]} <= set(sessions)


@pytest.mark.anyio
async def test_without_generated_devices_the_lists_are_as_printed(asking, document):
    assert (await asking("/analytics/devices", devices=0)).json() == document["devices"]
    assert (await asking("/analytics/sessions", devices=0)).json() == document["sessions"]


@pytest.mark.anyio
async def test_a_printed_device_without_a_sample_is_known_and_has_no_rows(client, document):
    for device in document["devices"]:
        assert (await client.get(path(device))).json()["data"] == []
        assert (await client.get(path(device, tableau="tableau/"))).json() == {"total_num_pages": 1, "data": []}


@pytest.mark.anyio
async def test_the_version_is_a_json_string(client):
    answer = await client.get("/analytics/version")
    assert answer.content == b'"1.0.1"'
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.anyio
async def test_the_version_as_the_document_prints_it_is_an_option(asking, document):
    assert (await asking("/analytics/version", version_as_printed=True)).text == document["version_as_printed"]


@pytest.mark.anyio
async def test_the_pages_of_a_range_are_its_rows_in_order(client):
    first = (await client.get(path())).json()
    total = first["total_num_pages"]
    assert total > 2
    pages = [(await client.get(path(page=page))).json() for page in range(1, total + 1)]
    rows = [tuple(row) for page in pages for row in page["data"]]
    assert {page["total_num_pages"] for page in pages} == {total}
    assert [len(page["data"]) for page in pages[:-1]] == [1000] * (total - 1)
    assert 0 < len(pages[-1]["data"]) <= 1000
    assert rows == SERVICE.fleet.cameras[DEVICE].rows(START, END)


@pytest.mark.anyio
async def test_tableau_gives_the_same_rows_by_name(client):
    rows = (await client.get(path(page=2))).json()["data"]
    tableau = (await client.get(path(page=2, tableau="tableau/"))).json()
    assert "keys" not in tableau
    assert tableau["data"] == [dict(zip(KEYS, row, strict=True)) for row in rows]


@pytest.mark.anyio
async def test_a_row_at_the_end_of_a_range_is_outside_unless_asked_for(asking, document):
    last = 1_597_645_012_000
    assert len((await asking(path("W9d3f1bcad8e8abd", START, last))).json()["data"]) == 6
    answer = await asking(path("W9d3f1bcad8e8abd", START, last), inclusive_end=True)
    assert answer.json()["data"] == document["introduction"]["data"]
    moment = path("W9d3f1bcad8e8abd", last, last)
    assert (await asking(moment)).json()["data"] == []
    assert len((await asking(moment, inclusive_end=True)).json()["data"]) == 1


@pytest.mark.anyio
async def test_generated_rows_may_begin_and_end(asking):
    first, last = START + 9 * HOUR, START + 11 * HOUR
    limits = {"first": first, "last": last, "page_size": 10_000}
    inside = (await asking(path(), **limits)).json()["data"]
    assert inside == (await asking(path(start=first, end=last), page_size=10_000)).json()["data"]
    times = [datetime.fromisoformat(row[-1]).timestamp() * 1000 for row in inside]
    assert first <= min(times) <= max(times) < last
    for outside in (path(start=last, end=END), path(end=first), path(start=END, end=END + HOUR)):
        assert (await asking(outside, **limits)).json()["data"] == []


@pytest.mark.anyio
async def test_limits_make_any_range_short_enough(asking):
    endless = path(start=10**11, end=10**14)
    assert (await asking(endless)).status_code == 422
    assert (await asking(endless, first=START, last=END)).status_code == 200
    assert (await asking(path("W9d3f1bcad8e8abd", 10**11, 10**14))).status_code == 200


@pytest.mark.parametrize("url", ["/analytics/version", "/analytics/devices", "/analytics/sessions", path()])
@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "wrong"},
        {"x-api-key": ""},
        {"accept": "*/*"},
        {"authorization": "Bearer test-key"},
        {"authorization": "test-key"},
    ],
    ids=["wrong", "empty", "missing", "as a Bearer token", "in the wrong header"],
)
@pytest.mark.anyio
async def test_a_wrong_or_missing_key_is_forbidden(asking, url, headers, document):
    answer = await asking(url, headers=headers)
    assert answer.status_code == 403
    assert answer.json() == document["forbidden"]
    assert answer.headers["x-amzn-errortype"] == "ForbiddenException"
    assert answer.headers["x-amzn-requestid"]
    assert answer.headers["x-amz-apigw-id"]


@pytest.mark.anyio
async def test_the_key_can_be_chosen(asking):
    assert (await asking(path(), headers={"x-api-key": "test-secret"}, api_key="test-secret")).status_code == 200
    assert (await asking(path(), headers={"x-api-key": "test-key"}, api_key="test-secret")).status_code == 403


@pytest.mark.anyio
async def test_a_personal_access_token_goes_as_bearer_and_not_as_key(asking):
    token = "ul_pat_test-secret"
    good = await asking(path(), headers={"authorization": f"Bearer {token}"}, api_key=token)
    assert good.status_code == 200
    for headers in ({"x-api-key": token}, {"authorization": token}, {"authorization": "Bearer ul_pat_wrong"}):
        assert (await asking(path(), headers=headers, api_key=token)).status_code == 403


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/analytics"),
        ("GET", "/analytics/"),
        ("GET", "/analytics/versions"),
        ("GET", "/analytics/version/"),
        ("GET", f"/analytics/{DEVICE}/{START}/{END}"),
        ("GET", f"/analytics/{DEVICE}/{START}/{END}/"),
        ("GET", f"/analytics/a/b/{DEVICE}/{START}/{END}/1"),
        ("HEAD", "/analytics/version"),
        ("POST", "/analytics/devices"),
        ("PUT", path()),
        ("DELETE", path()),
    ],
)
@pytest.mark.anyio
async def test_a_missing_route_or_method_is_a_missing_token(asking, method, url):
    answer = await asking(url, method)
    assert answer.status_code == 403
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert answer.headers["x-amzn-requestid"]
    assert answer.headers["x-amz-apigw-id"]
    if method != "HEAD":
        assert answer.json() == {"message": "Missing Authentication Token"}


@pytest.mark.parametrize("tableau", ["", "tableau/"])
@pytest.mark.parametrize(
    ("status", "changes", "words"),
    [
        (400, {"start": "yesterday"}, "from must be an integer"),
        (400, {"end": "2020-08-17T00:00:00Z"}, "to must be an integer"),
        (400, {"page": "one"}, "page number must be an integer"),
        (400, {"page": "1.0"}, "page number must be an integer"),
        (400, {"page": "%D9%A1"}, "page number must be an integer"),
        (400, {"start": "9" * 5000}, "from must be an integer"),
        (422, {"start": END, "end": START}, "from is after to"),
        (422, {"start": START // 1000}, "seconds"),
        (422, {"end": END // 1000}, "seconds"),
        (422, {"start": START * 1000}, "microseconds"),
        (422, {"start": START * 10**6, "end": END * 10**6}, "nanoseconds"),
        (422, {"start": -START}, "1970"),
        (422, {"page": 0}, "page number 0"),
        (422, {"page": -1}, "page number -1"),
        (422, {"page": 10**6}, "page number 1000000"),
        (422, {"device": "W000000000000000"}, "no such device"),
        (422, {"device": "W9d3f1bcad8e8abd%2F.."}, "no such device"),
        (422, {"device": "W9d3f1bcad8e8abd", "page": 2}, "page number 2"),
    ],
)
@pytest.mark.anyio
async def test_a_bad_value_is_refused_in_a_sentence(client, tableau, status, changes, words):
    answer = await client.get(path(tableau=tableau, **changes))
    assert answer.status_code == status
    assert list(answer.json()) == ["message"]
    assert words in answer.json()["message"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-amzn-requestid"]
    assert "x-amzn-errortype" not in answer.headers


@pytest.mark.anyio
async def test_each_answer_has_a_request_id_of_its_own(client):
    ids = {(await client.get("/analytics/version")).headers["x-amzn-requestid"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.anyio
async def test_two_sandboxes_of_one_seed_say_the_same(asking, monkeypatch):
    # the wall clock may pass a second between the two
    monkeypatch.setattr("asyncsdk.testing.sandbox.formatdate", lambda **_: "Mon, 17 Aug 2020 12:00:00 GMT")
    one, two = await asking(path(page=2)), await asking(path(page=2))
    assert one.content == two.content
    assert one.headers == two.headers
    assert one.content != (await asking(path(AnalyticsService(seed=2).device_ids[0], page=2), seed=2)).content


@pytest.mark.anyio
async def test_the_service_serves_just_the_operations_that_the_client_declares(client):
    declared = {each for each in vars(operations).values() if isinstance(each, Operation)}
    for operation in declared:
        values = (DEVICE, START, END, 1) if operation.path_params else ()
        assert (await client.get(operation.url_path(*values))).status_code == 200


@pytest.mark.anyio
async def test_the_routes_are_the_contracts(contract):
    declared = {each.id: each for each in vars(operations).values() if isinstance(each, Operation)}
    assert declared.keys() == contract.keys()
    for name, operation in declared.items():
        fixed = [part for part in contract[name].path.split("/") if "{" not in part]
        assert [part for part in operation.path.split("/") if "{" not in part] == fixed
        assert operation.path.count("/") == contract[name].path.count("/")


def test_the_key_is_not_in_the_repr():
    assert "test-secret" not in repr(AnalyticsService(api_key="test-secret"))


@pytest.mark.parametrize("changes", [{"page_size": 0}, {"devices": -1}, {"rows_per_hour": 2_000_000}])
def test_a_service_that_cannot_be_is_refused(changes):
    with pytest.raises(ValueError, match="must be"):
        AnalyticsService(**changes)
