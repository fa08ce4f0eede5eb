"""The sandbox of Cognitive3D: its rows, its keys, and what it says no to."""

from __future__ import annotations

import anyio
import httpx
import pytest

from asyncsdk.testing import CognitiveService, Sandbox
from asyncsdk.testing.documents import documents

LIST = "/cognitive3d/v0/datasets/sessions/paginatedListQueries"
ORGANIZATION, DEVELOPER = "APIKEY:ORGANIZATION test-key", "APIKEY:DEVELOPER test-developer-key"
DATE = {"fieldName": "date", "fieldParent": "session"}


@pytest.fixture
def ask():
    """Asks a service, in a loop of its own."""

    def asked(service, method, path, key=ORGANIZATION, **more):
        async def go():
            transport = httpx.ASGITransport(app=Sandbox(service))
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
                return await client.request(method, path, headers={"authorization": key}, **more)

        return anyio.run(go)

    return asked


def query(project=5001, **more):
    example = documents("cognitive3d")["cognitive3d.sessions.list"].request.example
    return {**example, "entityFilters": {"projectId": project}, **more}


def test_the_documents_query_has_the_documents_answer(ask):
    told = documents("cognitive3d")["cognitive3d.sessions.list"]
    assert ask(CognitiveService(), "POST", LIST, json=told.request.example).json() == told.example


@pytest.mark.parametrize(
    "python", ["projects.get", "projects.objects", "projects.objectives", "question_sets.list", "scenes.get"]
)
def test_what_the_document_shows_is_there(ask, python):
    told = documents("cognitive3d")[f"cognitive3d.{python}"]
    path = told.path
    for slot, value in zip(("{projectId}", "{sceneId}"), ("4460", "de704574-b03f-424e-be87-4985f85ed2e8"), strict=True):
        path = path.replace(slot, value)
    found = ask(CognitiveService(), told.method, f"/cognitive3d{path}").json()
    assert found == told.example or found["versions"]


def test_the_same_query_has_the_same_rows_and_another_seed_others(ask):
    one, again, other = (
        ask(CognitiveService(seed=seed), "POST", LIST, json=query(page=1)).json() for seed in (1, 1, 2)
    )
    assert one == again != other
    assert (one["count"], one["pages"], len(one["results"])) == (250, 3, 100)


def test_rows_come_in_when_told_to_and_push_the_others_on(ask):
    service = CognitiveService()
    before = ask(service, "POST", LIST, json=query(page=1)).json()
    service.come_in(5001, 50)
    after = ask(service, "POST", LIST, json=query(page=1)).json()
    assert (before["count"], after["count"]) == (250, 300)
    ids = [[each["sessionId"] for each in page["results"]] for page in (before, after)]
    assert ids[0][0] in ids[1][1:]


def test_a_limit_is_cut_down(ask):
    found = ask(CognitiveService(most=40), "POST", LIST, json=query()).json()
    assert (len(found["results"]), found["pages"]) == (40, 7)


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/cognitive3d/v0/projects/4460", ORGANIZATION, 200),
        ("/cognitive3d/v0/projects/4460", "test-key", 401),
        ("/cognitive3d/v0/projects/4460", DEVELOPER, 401),
        ("/cognitive3d/v0/projects/1", ORGANIZATION, 404),
        ("/cognitive3d/v0/scenes/de704574-b03f-424e-be87-4985f85ed2e8/", ORGANIZATION, 404),
    ],
)
def test_keys_are_held_against_their_host(ask, path, key, status):
    assert ask(CognitiveService(), "GET", path, key).status_code == status


@pytest.mark.parametrize(("key", "status"), [(ORGANIZATION, 201), (DEVELOPER, 201), ("", 401)])
def test_the_data_host_takes_the_developers_too_and_marks_its_answers(ask, key, status):
    files = {"scene.gltf": ("scene.gltf", b"{}")}
    found = ask(CognitiveService(), "POST", "/cognitive3d/data/v0/scenes", key, files=files)
    assert (found.status_code, "cvr-request-time" in found.headers) == (status, True)


def test_a_key_of_the_new_kind_is_taken_as_it_is(ask):
    service = CognitiveService(api_key="orgkey-test")
    assert ask(service, "GET", "/cognitive3d/v0/projects/4460", "orgkey-test").status_code == 200


@pytest.mark.parametrize("op", ["gte", "lte"])
def test_a_range_with_one_end_is_a_page_of_html(ask, op):
    filters = [{"field": DATE, "op": op, "value": 0}]
    found = ask(CognitiveService(), "POST", LIST, json=query(sessionFilters=filters))
    assert (found.status_code, found.headers["content-type"][:9]) == (502, "text/html")


@pytest.mark.parametrize("content", [b"[]", b"{", b"", b'{"page": "1"}'])
def test_what_is_no_query_is_invalid_json(ask, content):
    found = ask(CognitiveService(), "POST", "/cognitive3d/v0/propertyNameQueries", content=content)
    assert found.status_code in (400, 404)
    counts = "/cognitive3d/v0/projects/4460/questionSets/survey/1/responseCountQueries"
    if content == b"[]":
        assert ask(CognitiveService(), "POST", counts, content=content).text == "Invalid json"
