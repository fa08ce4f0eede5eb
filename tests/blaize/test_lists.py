"""Lists: whatever shape they come in, in one page or in many."""

from __future__ import annotations

import json
from base64 import b64decode

import httpx
import pytest

from asyncsdk import DecodeError, NotFoundError, PaginationError, RetryPolicy, ServerError, fan_out, to_dict
from asyncsdk.blaize import User

USER = {"user_id": "1", "identifiers": {"email_address": "joe.blow@company.com"}}


class Accounts:
    """A service of numbered accounts that pages as the live one does."""

    def __init__(self, count, *, size=10, most=1000, empty=()):
        self.names = [str(number) for number in range(count)]
        self.size = size
        self.most = most
        self.empty = empty
        self.asked = []

    def __call__(self, request):
        query = dict(request.url.params)
        self.asked.append(query)
        page, rpp = int(query.get("page", 1)), min(int(query.get("rpp", self.size)), self.most)
        names = [] if page in self.empty else self.names[(page - 1) * rpp : page * rpp]
        return httpx.Response(200, json={"results": [{"name": each} for each in names], "total": len(self.names)})


async def names(pager):
    return [each.name async for each in pager]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        {"results": [USER]},
        {"results": [USER], "total": 1},
        {"results": [USER], "total": 1, "links": {"next": None}},
        {"data": [USER]},
        {"results": USER},
        [USER],
        USER,
    ],
    ids=["results", "total", "links", "data", "one result", "array", "object"],
)
async def test_users_are_read_in_every_shape_that_clients_have_met(client, router, body):
    router.get("/v3/users").respond(200, json=body)
    (user,) = await client.users.list().to_list()
    assert type(user) is User
    assert to_dict(user) == USER


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", '{"results": []}', '{"results": null}', '{"results": [], "total": 0}']
)
async def test_nothing_is_an_empty_list(client, router, body):
    router.route().respond(200, text=body)
    assert await client.users.list().to_list() == []
    assert await client.webhooks.list().first() is None


@pytest.mark.anyio
@pytest.mark.parametrize("body", ["text", 7, True, [1], ["a"], {"results": [None]}])
async def test_what_is_no_list_of_objects_is_refused(client, router, body):
    router.route().respond(200, json=body)
    with pytest.raises(DecodeError):
        await client.users.list().to_list()
    with pytest.raises(DecodeError):
        await client.webhooks.list().to_list()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        {"message": "Internal error", "status": 500},
        {"error": "no"},
        {"errors": [{"message": "no"}]},
        {"data": None, "errors": [{"message": "no"}]},
        {"results": [], "message": "no"},
        {"total": 4},
    ],
)
async def test_an_error_that_came_with_the_status_of_a_success_is_no_user(client, router, body):
    router.route().respond(200, json=body)
    for pager in (client.users.list(), client.accounts.list(), client.webhooks.list()):
        with pytest.raises(DecodeError):
            await pager.to_list()


@pytest.mark.anyio
async def test_the_documented_call_asks_for_one_page_and_the_total_for_the_rest(connect):
    service = Accounts(22)
    assert await names(connect(service).accounts.list()) == service.names
    assert service.asked == [{}, {"page": "2"}, {"page": "3"}]


@pytest.mark.anyio
async def test_filters_and_page_size_go_along_with_every_page(connect):
    service = Accounts(5)
    assert await names(connect(service).accounts.list(rpp=2, search="a")) == service.names
    assert service.asked == [
        {"search": "a", "rpp": "2"},
        {"search": "a", "page": "2", "rpp": "2"},
        {"search": "a", "page": "3", "rpp": "2"},
    ]


@pytest.mark.anyio
async def test_a_page_size_that_the_service_cuts_loses_nothing(connect):
    service = Accounts(600, most=200)
    assert await names(connect(service).accounts.list(rpp=1000)) == service.names
    assert len(service.asked) == 3


@pytest.mark.anyio
async def test_a_page_size_of_the_services_own_loses_nothing(connect):
    for size in (3, 7, 25, 100):
        service = Accounts(23, size=size)
        assert await names(connect(service).accounts.list()) == service.names


@pytest.mark.anyio
async def test_an_empty_page_is_no_end_while_the_total_says_that_there_is_more(connect):
    service = Accounts(30, empty=(2,))
    assert await names(connect(service).accounts.list()) == service.names[:10] + service.names[20:]


@pytest.mark.anyio
async def test_a_total_that_grows_in_mid_walk_is_followed(connect):
    service = Accounts(20)

    def growing(request):
        answer = service(request)
        if len(service.asked) == 1:
            service.names += ["new"]
        return answer

    assert await names(connect(growing).accounts.list()) == service.names


@pytest.mark.anyio
@pytest.mark.parametrize("written", [str, float])
async def test_a_total_is_read_however_it_is_written(connect, written):
    service = Accounts(25)

    def spelled(request):
        answer = json.loads(service(request).content)
        return httpx.Response(200, json={**answer, "total": written(answer["total"])})

    pager = connect(spelled).accounts.list()
    assert await names(pager) == service.names
    assert pager.total == 25


@pytest.mark.anyio
@pytest.mark.parametrize("total", ["many", "", "4.5", 4.5, -4, True, [4], {}])
async def test_a_total_that_is_no_number_is_an_error_and_not_the_end(connect, total):
    def service(_):
        return httpx.Response(200, json={"results": [{"name": "a"}], "total": total})

    with pytest.raises(PaginationError, match="the number of results that the service gives is no whole number"):
        await names(connect(service).accounts.list())


@pytest.mark.anyio
async def test_a_total_that_vanishes_in_mid_walk_leaves_the_last_one_known_to_that_walk(connect):
    service = Accounts(25)
    told = iter([True, False, False])

    def forgetful(request):
        answer = json.loads(service(request).content)
        return httpx.Response(200, json=answer if next(told, False) else {"results": answer["results"]})

    pager = connect(forgetful).accounts.list()
    assert await names(pager) == service.names
    assert await names(pager) == service.names[:10]
    assert pager.total == 25


@pytest.mark.anyio
async def test_the_total_is_known_once_the_first_page_has_come(connect):
    pager = connect(Accounts(25)).accounts.list()
    assert pager.total is None
    await pager.first()
    assert pager.total == 25
    assert [page.total async for page in pager.pages()] == [25, 25, 25]


@pytest.mark.anyio
async def test_a_walk_begins_where_it_is_told_to(connect):
    service = Accounts(35)
    client = connect(service)
    assert await names(client.accounts.list(page=3)) == service.names[20:]
    pages = [page async for page in client.accounts.list().pages(start="4")]
    assert [(page.number, page.cursor, len(page.items)) for page in pages] == [(4, None, 5)]
    assert [page.number async for page in client.accounts.list().pages(start=2)] == [2, 3, 4]


@pytest.mark.anyio
async def test_an_error_in_mid_walk_says_where_to_go_on(connect):
    service = Accounts(30)

    def failing(request):
        return httpx.Response(500) if request.url.params.get("page") == "3" else service(request)

    found = []

    async def walk():
        async for account in connect(failing).accounts.list():
            found.append(account.name)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(ServerError) as caught:
        await walk()
    assert found == service.names[:20]
    rest = [page.items async for page in connect(service).accounts.list().pages(start=caught.value.cursor)]
    assert [each.name for items in rest for each in items] == service.names[20:]


@pytest.mark.anyio
async def test_a_failed_page_is_tried_again(connect):
    service = Accounts(12)
    failures = iter([503, None, 503, None])

    def shaky(request):
        status = next(failures)
        return service(request) if status is None else httpx.Response(status)

    client = connect(shaky, retry=RetryPolicy(max_attempts=2))
    assert await names(client.accounts.list()) == service.names


@pytest.mark.anyio
async def test_a_next_link_gives_its_page_and_is_never_asked_itself(connect):
    asked = []

    def service(request):
        asked.append(str(request.url))
        page = int(request.url.params.get("page", 1))
        following = {"url": f"http://elsewhere.test/steal?page={page + 1}", "page": page + 1} if page < 3 else None
        return httpx.Response(200, json={"results": [{"user_id": str(page)}], "links": {"next": following}})

    users = await connect(service).users.list().to_list()
    assert [user.user_id for user in users] == ["1", "2", "3"]
    assert asked == ["http://sdk.test/v3/users", *(f"http://sdk.test/v3/users?page={page}" for page in (2, 3))]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "link",
    [
        {"page": 1},
        {"url": "http://sdk.test/v3/users?page=1"},
        "/v3/users?cursor=x",
        {"page": "x"},
        "http://[x/",
        "http://[x/?page=1",
        f"http://x/?page={'9' * 5000}",
        {"page": 10**30},
        {"page": True},
        {"page": 2.5},
        {"page": 0},
        {"page": [2]},
        {"url": {"page": 2}},
        ["/v3/users?page=2"],
    ],
    ids=lambda link: f"{link!r:.40}",
)
async def test_a_link_that_leads_nowhere_ends_in_an_error_and_not_in_a_circle(client, router, link):
    router.get("/v3/users").respond(200, json={"results": [USER], "links": {"next": link}})
    with pytest.raises(PaginationError):
        await client.users.list().to_list()


@pytest.mark.anyio
async def test_a_list_without_any_sign_of_more_is_asked_for_once(client, router):
    route = router.get("/v3/users").respond(200, json={"results": [USER, USER]})
    assert len(await client.users.list(rpp=2).to_list()) == 2
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"page": 0}, ValueError, "page must be at least 1"),
        ({"rpp": -1}, ValueError, "rpp must be at least 1"),
        ({"page": "2"}, TypeError, "page must be a whole number"),
        ({"rpp": True}, TypeError, "rpp must be a whole number"),
        ({"search": object()}, TypeError, "search"),
        ({"foreign_key": "crm=4"}, TypeError, "foreign_key must be a mapping"),
        ({"foreign_key": {"crm": 4}}, TypeError, "foreign_key must be a mapping of texts"),
        ({"foreign_key": {"": "4"}}, ValueError, "foreign_key"),
        ({"foreign_key": {"crm": ""}}, ValueError, "foreign_key"),
        ({"search_by_attributes": "W10="}, TypeError, "takes the structure itself"),
        ({"search_by_attributes": [float("nan")]}, ValueError, "no finite number"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_at_the_call(client, options, error, text):
    with pytest.raises(error, match=text):
        client.users.list(**options)


@pytest.mark.anyio
async def test_conditions_on_attributes_are_packed_as_the_service_wants_them(client, router):
    route = router.get("/v3/users").respond(200, json={"results": []})
    conditions = [{"name": "città", "value": "a&b", "any": [1, None]}]
    await client.users.list(search_by_attributes=conditions).to_list()
    packed = route.calls.last.request.url.params["search_by_attributes"]
    assert json.loads(b64decode(packed, validate=True)) == conditions


@pytest.mark.anyio
async def test_the_users_of_an_account_come_from_the_path_that_works(client, router):
    documented = router.get("/v3/accounts/users").respond(404)
    works = router.get("/v3/accounts/A%2F1/users").respond(200, json={"results": [{"user_id": "1"}]})
    with pytest.raises(NotFoundError):
        await client.accounts.users.list().to_list()
    assert [each.user_id for each in await client.accounts.users.list("A/1").to_list()] == ["1"]
    assert [each.user_id for each in await client.accounts.users.list_of_account("A/1").to_list()] == ["1"]
    assert (documented.call_count, works.call_count) == (1, 2)


@pytest.mark.anyio
async def test_grants_of_many_users_are_fetched_at_once(connect):
    def service(request):
        user = request.url.path.split("/")[3]
        return httpx.Response(200, json={"results": [{"grantId": f"{user}-{number}"} for number in range(2)]})

    client = connect(service)
    async with fan_out([str(each) for each in range(20)], client.users.grants.list, concurrency=8) as stream:
        found = {(user, grant.grant_id) async for user, grant in stream}
    assert found == {(str(user), f"{user}-{number}") for user in range(20) for number in range(2)}
