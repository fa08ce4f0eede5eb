"""What the document asks of bodies beside their types."""

from __future__ import annotations

from datetime import timedelta

import attrs
import httpx
import pytest

from asyncsdk.testing import Script
from asyncsdk.unleash.platform import Addon, Company, Crop
from asyncsdk.unleash.platform.media import seconds

BROKEN = [
    ("companies.create", {"name": "n" * 101}, "body.name must have at most 100 characters, not text of 101 characters"),
    ("companies.update", {"address": "a" * 201}, "body.address must have at most 200 characters"),
    ("companies.create", {"logo": "ftp://a/b"}, "body.logo must be an http or https URL, not text of 9"),
    ("companies.create", {"logo": ""}, "body.logo must be an http or https URL"),
    ("companies.create", {"website": "google"}, "body.website must be an http or https URL"),
    ("companies.create", {"brandColor": "b" * 101}, "body.brandColor must have at most 100"),
    ("companies.create", {"industry": "i" * 51}, "body.industry must have at most 50"),
    ("users.create", {"email": "joe"}, "body.email must be an e-mail address, not text of 3"),
    ("users.create", {"email": "a@b@c"}, "body.email must be an e-mail address"),
    ("users.update", {"fullName": "n" * 101}, "body.fullName must have at most 100"),
    ("devices.create", {"hwstats": "h" * 501}, "body.hwstats must have at most 500"),
    ("devices.create", {"usage": "u" * 1001}, "body.usage must have at most 1000"),
    ("plans.create", {"price": -1}, "body.price must be a price in cents: a number, zero or more, not a number"),
    ("plans.create", {"currency": "aud"}, "body.currency must be a currency of ISO 4217"),
    ("products.create", {"price": "49,00"}, "body.price must be a price: a decimal number as text"),
    ("products.create", {"price": ""}, "body.price must be a price"),
    ("addons.create", {"price": "-1"}, "body.price must be a price"),
    ("library.create_upload", {"filename": "a\r\nb"}, "body.filename must be a file name without control characters"),
    ("library.delete", {"objectKeys": []}, "body.objectKeys must not be empty, not a list of 0"),
    ("modelling.stitch", {"items": []}, "body.items must hold at least one item, each with sessionId and fileName"),
    ("modelling.stitch", {"items": [{"sessionId": "3"}]}, "body.items must hold at least one item, each with"),
    ("media.crop", {"start": "soon"}, "body.start must be seconds as text"),
    ("media.crop", {"end": "-1"}, "body.end must be seconds as text"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("python", "changes", "said"), BROKEN)
async def test_what_breaks_a_rule_is_refused_before_anything_is_sent(entries, connect, python, changes, said):
    (entry,) = [each for each in entries if each.python == python]
    script = Script(200)
    async with connect(script) as client:
        *path, body = entry.given("id")
        with pytest.raises(ValueError, match=f"unleash_platform.{python}: {said}"):
            await entry.method_of(client)(*path, {**body, **changes})
    assert script.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("python", "price"), [("plans.create", "99.00"), ("products.create", 49), ("addons.create", 10)]
)
async def test_a_plan_has_its_price_as_a_number_and_a_product_as_text(entries, connect, python, price):
    (entry,) = [each for each in entries if each.python == python]
    async with connect(Script(200)) as client:
        with pytest.raises(TypeError, match=r"body\.price must be "):
            await entry.method_of(client)({**entry.told.request.example, "price": price})


@pytest.mark.anyio
async def test_what_the_service_sent_can_be_put_back_whatever_it_is(connect):
    sent = {"name": "n" * 101, "logo": "none", "industry": "chemical"}
    script = Script(httpx.Response(200, json=sent))
    async with connect(script) as client:
        found = await client.companies.get("1")
        await client.companies.update("1", attrs.evolve(found, industry="mining"))
        with pytest.raises(ValueError, match=r"body\.name must have at most 100"):
            await client.companies.update("1", attrs.evolve(found, name="m" * 101))
    assert len(script.requests) == 2


@pytest.mark.anyio
async def test_null_clears_a_field_whatever_its_rule(connect):
    script = Script(httpx.Response(200, json={}))
    async with connect(script) as client:
        await client.addons.update("1", {"logo": None})
        await client.companies.update("1", Company(website="https://a.example/x"))
        await client.addons.update("1", Addon(price="10"))
    assert script.bodies == [b'{"logo":null}', b'{"website":"https://a.example/x"}', b'{"price":"10"}']


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (timedelta(seconds=1), "1"),
        (timedelta(minutes=1, milliseconds=500), "60.5"),
        (timedelta(microseconds=1), "0.000001"),
        (15, "15"),
        (1.25, "1.25"),
        ("15", "15"),
        (None, None),
    ],
)
def test_times_within_a_video_are_seconds_as_text(given, text):
    assert seconds(given) == text
    assert Crop(start=given).start == text


@pytest.mark.anyio
async def test_they_may_be_given_as_timedelta_also_in_a_mapping(connect):
    script = Script(200)
    async with connect(script) as client:
        await client.media.crop({"objectKey": "k", "start": timedelta(seconds=1), "end": 15})
        await client.media.crop(Crop(object_key="k", start=timedelta(seconds=1), end=timedelta(seconds=15)))
        with pytest.raises(ValueError, match=r"body\.start must be seconds"):
            await client.media.crop(Crop(object_key="k", start=timedelta(seconds=-1), end=2))
    assert script.bodies == [b'{"objectKey":"k","start":"1","end":"15"}'] * 2
