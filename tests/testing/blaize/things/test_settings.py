from __future__ import annotations

import pytest

from asyncsdk import BadRequestError, NotFoundError, to_dict


@pytest.mark.anyio
async def test_settings_are_changed_one_by_one(blaize):
    before = to_dict(await blaize.configuration.get())
    await blaize.configuration.save({"cdn.origin": "https://origin.example.com", "new": "é"})
    assert to_dict(await blaize.configuration.get()) == {
        **before,
        "cdn.origin": "https://origin.example.com",
        "new": "é",
    }


@pytest.mark.anyio
async def test_a_tenant_has_one_certificate(blaize, example):
    assert (await blaize.certs.delete()).status_code == 200
    with pytest.raises(NotFoundError, match="Cert not found"):
        await blaize.certs.delete()
    receipt = await blaize.certs.create(example("certs.create")[0])
    assert (receipt.status_code, to_dict(receipt)) == (201, {"message": "Cert created successfully"})
    assert (await blaize.certs.delete()).status_code == 200


@pytest.mark.anyio
async def test_a_tenant_is_installed_again_and_again(blaize):
    for _ in range(2):
        assert (await blaize.tenants.initialize()).status_code == 200
    assert len(await blaize.users.list().to_list()) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("pattern", ["/news/.*", "/.*", r"/\p{L}+", r"/\Qa.b\E", "/é"])
async def test_what_matches_is_evicted(blaize, pattern):
    assert (await blaize.cache_management.evict_origin(pattern)).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("pattern", ["/news/(", "[", "*"])
async def test_what_is_no_expression_is_refused(blaize, pattern):
    with pytest.raises(BadRequestError, match="The body is no regular expression"):
        await blaize.cache_management.evict_origin(pattern)


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"", b"a\nb", b"\xff"])
async def test_what_is_no_line_is_refused(send, body):
    assert (await send("POST", "/v3/cache-management/evict-origin", body)).status_code == 400
