"""`typing.get_type_hints` resolves on all that is public: dependency injection reads it at run time."""

from __future__ import annotations

import functools
import importlib
import inspect
import typing

import pytest

import asyncsdk
from asyncsdk.group import Group

ROOMS = ["asyncsdk", *(f"asyncsdk.{each}" for each in sorted(asyncsdk._ROOMS)), "asyncsdk.unleash.platform"]


def public():
    """Everything public by name: what rooms export, the groups of the clients' operations, and what those stand on."""
    found = {}
    waiting = []
    for room in ROOMS:
        module = importlib.import_module(room)
        names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        waiting += [getattr(module, name) for name in names]
    while waiting:
        value = waiting.pop()
        name = getattr(value, "__qualname__", None)
        if name is None or not (getattr(value, "__module__", None) or "").startswith("asyncsdk"):
            continue
        if (key := f"{value.__module__}.{name}") in found:
            continue
        found[key] = value
        if inspect.isclass(value):
            waiting += [each for each in value.__mro__[1:] if each is not object]
            waiting += [each._kind for each in vars(value).values() if isinstance(each, Group)]
    return found


PUBLIC = public()


def functions(cls):
    """The functions that a class has under names that are public, its constructor's and those that `with` and `for` call."""
    for name, value in vars(cls).items():
        if name.startswith("_") and not name.startswith("__"):
            continue
        found = inspect.unwrap(value.__func__) if isinstance(value, staticmethod | classmethod) else value
        if isinstance(found, property):
            found = found.fget
        elif isinstance(found, functools.cached_property):
            found = found.func
        if inspect.isfunction(found) and not found.__code__.co_filename.startswith("<"):
            yield found


@pytest.mark.parametrize("name", PUBLIC)
def test_every_annotation_resolves(name):
    value = PUBLIC[name]
    typing.get_type_hints(value)
    for each in functions(value) if inspect.isclass(value) else ():
        typing.get_type_hints(each)


def test_all_rooms_are_looked_at():
    assert len(PUBLIC) > 250
    assert {"asyncsdk.blaize.users.Users", "asyncsdk.client.Client", "asyncsdk.fanout.run.Run"} <= set(PUBLIC)
