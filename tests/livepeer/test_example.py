"""The example does what it says, from the first call to the last."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from asyncsdk import Livepeer
from asyncsdk.testing import LivepeerService, Sandbox, serve

PATH = Path(__file__).parents[2] / "examples" / "livepeer_webhook.py"


@pytest.mark.anyio
async def test_the_example_of_a_webhook_hears_that_its_stream_is_live_and_cleans_up(capsys):
    specification = importlib.util.spec_from_file_location("livepeer_webhook", PATH)
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    service = LivepeerService()
    with serve(Sandbox(service)) as url:
        base = f"{url}/api"
        async with Livepeer("test-admin-key", base_url=base) as admin:

            async def go_live(stream):
                answer = await admin.http.put(f"/stream/{stream}/setactive", json={"active": True})
                assert answer.status_code == 204

            await example.main(Livepeer("test-key", base_url=base), started=go_live)
    assert capsys.readouterr().out.splitlines()[-1] == "concert is live"
    assert [each.status for each in service.deliveries] == [204]
    assert [each["deleted"] for each in service.tables.webhooks.values() if each["name"] == "concert"] == [True]
    assert [each["deleted"] for each in service.tables.streams.values() if each["name"] == "concert"] == [True]
