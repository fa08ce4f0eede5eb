from __future__ import annotations

import asyncsdk.blaize
from asyncsdk.testing.kit import Shared, operations_of


def test_ids_follow_from_the_seed(farm):
    one, same, other = (farm("", seed=seed) for seed in (1, 1, 2))
    assert [one.new_id(), one.new_secret()] == [same.new_id(), same.new_secret()]
    assert one.new_id() != other.new_id()
    assert len({one.new_id() for _ in range(1000)}) == 1000


def test_ids_are_in_the_systems_style(farm):
    assert farm("", id_of=lambda digits: f"id-{len(digits)}").new_id() == "id-32"


def test_a_systems_operations_and_documents_are_its_packages():
    shared = Shared(system="blaize", operations=operations_of(asyncsdk.blaize))
    assert shared.documents.keys() <= shared.operations.keys()
    assert shared.operation("accounts.list").path == shared.document("accounts.list").path
    assert shared.document("bundles.update") is None
