from __future__ import annotations

import functools

import pytest
from attrs import frozen

from asyncsdk import NotFoundError, to_dict
from asyncsdk.testing import BlaizeService

OWN_ID = "a/b ?#é:%"


@frozen
class Life:
    """How the things of one kind are made and changed.

    Attributes:
        name: the client's resource.
        change: what an update changes.
        by: the method that makes one: ``create``, or ``save`` under an id of one's own.
        update: the method that replaces one; None for things that only come and go.
        updated: the status of that.
        id_name: the member in which the id is told.
    """

    name: str
    change: dict
    by: str = "create"
    update: str | None = "update"
    updated: int = 200
    id_name: str | None = None


LIVES = [
    Life("accounts", {"name": "Changed"}, updated=201),
    Life("bundles", {"label": "Changed"}),
    Life("bundles", {"label": "Changed"}, by="save"),
    Life("cache_configurations", {"label": "Changed"}),
    Life("companies", {"name": "Changed"}, updated=201),
    Life("credits", {"quantity": 7.5}, update="save", updated=201),
    Life("credits", {"quantity": 7.5}, by="save", update="save", updated=201),
    Life("entitlements", {"label": "Changed"}, update="save", updated=201),
    Life("entitlements", {"label": "Changed"}, by="save", update="save", updated=201),
    Life("forms", {"fields": []}, by="save", update="save"),
    Life("meters", {"limit": 7}, update="save", updated=201),
    Life("meters", {"limit": 7}, by="save", update="save", updated=201),
    Life("products", {"description": "Changed"}, by="save", update="save", id_name="id"),
    Life("user_schema", {"label": "Changed"}, by="save", update="save", id_name="slug"),
    Life("webhooks", {"triggers": []}, id_name="webhook_id"),
]


@pytest.fixture(params=LIVES, ids=lambda life: f"{life.name}-{life.by}")
def life(request):
    return request.param


def new(life, example):
    """A body with something in it that the document does not have: it must not get lost."""
    body = {**example(f"{life.name}.{life.by}")[0], "note": "kept"}
    body.pop(life.id_name, None)
    if life.name == "products":
        body |= {"label": "Another", "mapping": {"braintree_recurring": {"plan_id": "monthly"}}}
    return body


@pytest.mark.anyio
async def test_a_life(blaize, example, life):
    resource = getattr(blaize, life.name)
    before = await resource.list().to_list()
    body = new(life, example)

    if life.by == "create":
        receipt = await resource.create(body)
        key = receipt.id
    else:
        key = OWN_ID
        receipt = await resource.save(key, body)
    assert receipt.status_code == 201
    assert receipt.message
    assert key.isalnum() or key == OWN_ID

    told = {life.id_name: key, **body} if life.id_name else body
    assert to_dict(await resource.get(key)) == told
    listed = await resource.list().to_list()
    assert listed[:-1] == before
    assert to_dict(listed[-1]) == told

    change = getattr(resource, life.update)
    assert (await change(key, {**body, **life.change})).status_code == life.updated
    assert to_dict(await resource.get(key)) == {**told, **life.change}
    assert len(await resource.list().to_list()) == len(before) + 1

    assert (await resource.delete(key)).status_code == 200
    assert await resource.list().to_list() == before
    for gone in (resource.get(key), resource.delete(key)):
        with pytest.raises(NotFoundError, match=r"404: [A-Z][a-z ]+ not found"):
            await gone
    if life.update == "update":
        with pytest.raises(NotFoundError):
            await change(key, body)


@pytest.mark.anyio
async def test_what_was_got_can_be_put_back(blaize, life):
    resource = getattr(blaize, life.name)
    key = await seeded(resource)
    found = await resource.get(key)
    assert (await getattr(resource, life.update)(key, found)).status_code == life.updated
    assert to_dict(await resource.get(key)) == to_dict(found)


async def seeded(resource):
    """The id of the document's own example."""
    for key in ("id", "slug", "slug1", "one", "gold-bundle", "XX0123456789ABCD", "01234567890ABCD"):
        try:
            await resource.get(key)
        except NotFoundError:
            continue
        return key
    return "0123456789ABCD" if type(resource).__name__ == "Accounts" else "123456789ABCD"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("python", "path"),
    [
        ("accounts.list", ()),
        ("accounts.get", ("0123456789ABCD",)),
        ("accounts.grants.get", ("0123456789ABCD", "0123456789ABCD")),
        ("admin.roles.get", ("0123456789ABCD",)),
        ("bundles.list", ()),
        ("bundles.get", ("gold-bundle",)),
        ("cache_configurations.list", ()),
        ("cache_configurations.get", ("id",)),
        ("companies.list", ()),
        ("companies.get", ("123456789ABCD",)),
        ("configuration.get", ()),
        ("credits.list", ()),
        ("credits.get", ("id",)),
        ("entitlements.list", ()),
        ("entitlements.get", ("XX0123456789ABCD",)),
        ("feature_rules.list", ()),
        ("feature_rules.versions.list", ("featureRuleId",)),
        ("feature_rules.versions.get", ("featureRuleId", 1)),
        ("forms.list", ()),
        ("forms.get", ("slug",)),
        ("gifts.list", ()),
        ("meters.list", ()),
        ("meters.get", ("id",)),
        ("products.list", ()),
        ("products.get", ("one",)),
        ("promo_codes.list", ()),
        ("request_rules.list", ()),
        ("request_rules.get", ("id",)),
        ("static_items.list", ()),
        ("static_items.get", ("123456789ABCD",)),
        ("user_schema.list", ()),
        ("user_schema.get", ("slug1",)),
        ("users.list", ()),
        ("users.get", ("123456789ABCD",)),
        ("users.grants.list", ("123456789ABCD",)),
        ("users.grants.get", ("123456789ABCD", "0123456789ABCD")),
        ("webhooks.list", ()),
        ("webhooks.get", ("01234567890ABCD",)),
    ],
)
async def test_it_begins_with_the_documents_examples(blaize, contract, python, path):
    call = functools.reduce(getattr, python.split("."), blaize)(*path)
    found = [to_dict(each) for each in await call.to_list()] if python.endswith("list") else to_dict(await call)
    printed = contract[python].example
    if python == "promo_codes.list":
        printed = printed["data"]["listBraintreePromoCodes"]
    elif isinstance(printed, dict):
        printed = printed.get("results", printed)
    assert found == printed


@pytest.mark.anyio
async def test_as_the_live_service_every_object_tells_its_id(connect, example):
    async with connect(BlaizeService(live=True)) as blaize:
        for name, member in {
            "accounts": "account_id",
            "bundles": "id",
            "companies": "company_id",
            "entitlements": "id",
            "webhooks": "webhook_id",
        }.items():
            resource = getattr(blaize, name)
            receipt = await resource.create(example(f"{name}.create")[0])
            told = [to_dict(each) for each in await resource.list().to_list()]
            assert told[-1] == {member: receipt.id, **example(f"{name}.create")[0]}


@pytest.mark.anyio
async def test_an_id_in_a_body_is_no_match_for_the_one_in_the_path(blaize):
    await blaize.webhooks.update("01234567890ABCD", {"webhook_id": "another", "label": "Changed"})
    assert to_dict(await blaize.webhooks.get("01234567890ABCD")) == {
        "webhook_id": "01234567890ABCD",
        "label": "Changed",
    }
