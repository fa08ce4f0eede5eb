from __future__ import annotations

import pytest

from asyncsdk.testing.kit import MissingError, Pairs, Store


def test_what_goes_is_told_with_all_that_belongs_to_it():
    barns, cows, calves = Store("Barn"), Store("Cow"), Store("Calf")
    barns.on_removal.append(cows.forget)
    cows.on_removal.append(calves.forget)
    barns.put({}, "red")
    cows.put({}, "red", "daisy")
    calves.put({}, "red", "daisy", "bess")
    calves.put({}, "blue", "elsie", "moo")
    barns.remove("red")
    assert (cows.find("red", "daisy"), calves.find("red", "daisy", "bess")) == (None, None)
    assert calves.require("blue", "elsie", "moo") == {}
    with pytest.raises(MissingError, match=r"^Barn not found$"):
        barns.remove("red")


def test_things_stay_in_the_order_they_came():
    barns = Store("Barn")
    assert [barns.put({"n": n}, key) for n, key in enumerate("bab")] == [True, True, False]
    assert list(barns.items()) == [("b", {"n": 2}), ("a", {"n": 1})]
    assert ("a" in barns, barns["a"]) == (True, {"n": 1})


def test_pairs_are_known_from_both_sides():
    pairs = Pairs()
    assert [pairs.add(*pair) for pair in ("ax", "by", "ay", "ax")] == [True, True, True, False]
    assert (pairs.rights("a"), pairs.lefts("y"), pairs.rights("z")) == (("x", "y"), ("b", "a"), ())
    pairs.forget_right("y")
    pairs.forget_left("nobody")
    assert list(pairs) == [("a", "x")]
    pairs.remove("a", "x")
    assert (list(pairs), pairs.rights("a"), pairs.lefts("x")) == ([], (), ())
