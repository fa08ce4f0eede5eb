from __future__ import annotations

import pytest

from asyncsdk import NotFoundError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.clock import FakeClock

RULE = {"label": "Test feature", "description": "Test", "requirements_script": "return []", "action_script": "return 1"}


@pytest.fixture
def service():
    return BlaizeService(clock=FakeClock(1_700_000_000.25))


@pytest.fixture
async def rules(connect, service):
    async with connect(service, clock=FakeClock(1_700_000_000)) as blaize:
        yield blaize.feature_rules


@pytest.mark.anyio
async def test_the_life_of_a_rule_and_its_versions(rules):
    before = await rules.list().to_list()
    for number in (1, 2):
        receipt = await rules.versions.create("my rule", {**RULE, "label": f"Version {number}"})
        assert to_dict(receipt) == {
            "message": "Feature Rule created successfully",
            "uri": "http://sandbox.test/v3/feature-rules/my%20rule/versions",
        }
    first, second = await rules.versions.list("my rule").to_list()
    assert to_dict(second) == {
        "id": "my rule",
        "version": 2,
        "tags": [],
        "label": "Version 2",
        "description": "Test",
        "last_updated": "2023-11-14T22:13:20.250",
    }
    whole = to_dict(await rules.versions.get("my rule", 1))
    assert whole == {**to_dict(first), **RULE, "label": "Version 1"}
    assert await rules.list().to_list() == [*before, second]

    assert (await rules.versions.delete("my rule", 2)).message == "my rule deleted successfully"
    assert await rules.list().to_list() == [*before, first]
    assert (await rules.versions.create("my rule", RULE)).status_code == 201
    assert [each.version for each in await rules.versions.list("my rule").to_list()] == [1, 2]
    assert (await rules.delete("my rule")).message == "my rule deleted successfully"
    assert await rules.list().to_list() == before
    for gone in (rules.delete("my rule"), rules.versions.list("my rule").to_list(), rules.versions.get("my rule", 1)):
        with pytest.raises(NotFoundError, match="Feature rule not found"):
            await gone


@pytest.mark.anyio
async def test_a_rule_goes_with_its_last_version(rules):
    await rules.versions.delete("featureRuleId", 1)
    assert await rules.list().to_list() == []


@pytest.mark.anyio
async def test_a_version_that_is_not_there_is_not_found(rules):
    for version in (2, 0, "one", "-1", "9" * 12, "٣"):
        for call in (rules.versions.get("featureRuleId", version), rules.versions.delete("featureRuleId", version)):
            with pytest.raises(NotFoundError, match="Version not found"):
                await call


@pytest.mark.anyio
async def test_tags_are_replaced(rules):
    receipt = await rules.versions.save_tags("featureRuleId", 1, ["live", "new"])
    assert receipt.status_code == 201
    assert to_dict(receipt) == {
        "message": "featureRuleId tag/s saved successfully",
        "uri": "http://sandbox.test/v3/feature-rules/featureRuleId/versions/1/tags",
    }
    assert (await rules.versions.get("featureRuleId", 1)).tags == ("live", "new")
    assert (await rules.versions.save_tags("featureRuleId", 1, [])).status_code == 200
    (rule,) = await rules.list().to_list()
    assert (rule.tags, rule.last_updated) == ((), "2023-11-14T22:13:20.250")
    assert (await rules.versions.save_tags("featureRuleId", 1, ["again"])).status_code == 201


@pytest.mark.anyio
async def test_what_was_got_can_be_a_new_version(rules):
    before = await rules.versions.get("featureRuleId", 1)
    await rules.versions.create("featureRuleId", before)
    after = to_dict(await rules.versions.get("featureRuleId", 2))
    assert after == {**to_dict(before), "version": 2, "last_updated": after["last_updated"]}
