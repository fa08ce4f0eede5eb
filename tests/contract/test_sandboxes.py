"""The sandbox of every system, reached as its commands reach it: each operation is there, and things have a life in it."""

from __future__ import annotations

import pytest
from loops import every_loop
from systems import SYSTEMS

from asyncsdk import errors, to_dict

anyio_backend = every_loop

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
async def test_each_operation_of_the_document_is_answered_as_it_says(system):
    for entry in system.entries:
        documented = {each.status for each in entry.told.responses if each.status >= 400}
        given = entry.given(list(entry.told.path_params.values()))
        async with system.in_sandbox() as client:
            status = None
            try:
                await entry.called(client, *given)
            except errors.APIError as error:
                status = error.status_code
            expected = {system.met[entry.python]} if entry.python in system.met else {None, *documented}
            assert status in expected, str(entry)


@pytest.mark.parametrize(
    ("system", "name"),
    [(system, name) for system in SYSTEMS for name in system.lives],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
async def test_what_is_created_is_got_and_listed_and_gone_once_it_is_deleted(system, name):
    of = {each.python.rpartition(".")[2]: each for each in system.entries if each.python.rpartition(".")[0] == name}
    create = of["create"]
    where = list(create.told.path_params.values())
    body = create.told.request.example
    async with system.in_sandbox() as client:
        made = await create.called(client, *where, body)
        got = to_dict(await of["get"].called(client, *where, made.id))
        told = {key: value for key, value in body.items() if key not in system.hidden}
        assert {key: got.get(key) for key in told} == told
        listed = await of["list"].called(client, *where)
        assert got in [to_dict(each) for each in listed]
        await of["delete"].called(client, *where, made.id)
        with pytest.raises(errors.NotFoundError):
            await of["get"].called(client, *where, made.id)
