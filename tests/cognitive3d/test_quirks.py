"""What is asked of no other system (`tests/contract` asks the rest)."""

from __future__ import annotations

import httpx
import pytest
from systems import COGNITIVE3D

from asyncsdk import PermissionDeniedError


@pytest.mark.anyio
@pytest.mark.parametrize("entry", COGNITIVE3D.entries, ids=str)
async def test_a_refusal_names_the_scope_that_the_key_may_lack(entry):
    client, _ = COGNITIVE3D.answering(httpx.Response(403, text="Forbidden"))
    with pytest.raises(PermissionDeniedError, match=r"Forbidden \(the key may lack the scope (project|scene)"):
        await entry.called(client)
