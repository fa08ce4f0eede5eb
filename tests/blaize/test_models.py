"""The models: lossless whatever the service adds, leaves out or nulls, and silent about secrets."""

from __future__ import annotations

import copy
import inspect
import json
import pickle

import attrs
import pytest
from hypothesis import given, strategies as st

import asyncsdk.blaize as package
from asyncsdk import OMIT, Created, MissingFieldError, Model, Receipt, to_dict
from asyncsdk.blaize import (
    Account,
    AdminSession,
    Cert,
    CodeExchange,
    CrossDeviceSession,
    DecisionRequest,
    FeatureRule,
    Gift,
    Grant,
    Identifiers,
    KeyPair,
    Session,
    SignIn,
    TenantConfiguration,
    TokenRefresh,
    Tokens,
    User,
    Validators,
)
from asyncsdk.codec import from_dict

MODELS = [getattr(package, name) for name in package.__all__ if inspect.isclass(getattr(package, name))]
MODELS = [each for each in MODELS if issubclass(each, Model)]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def same_text(one, other):
    """Whether two values are the same JSON, down to the order of members and the spelling of numbers."""
    return json.dumps(one) == json.dumps(other)


def objects_in(value):
    """Every object inside a JSON value, itself included."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects_in(each)


@st.composite
def altered(draw, examples):
    """A model and an example of it, with members removed, nulled, replaced and added at any depth."""
    model, example = draw(st.sampled_from(examples))
    value = copy.deepcopy(example)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.sampled_from(list(objects_in(value))))
        what = draw(st.sampled_from(["remove", "null", "replace", "add"]))
        if what == "add" or not place:
            place[draw(st.text(min_size=1, max_size=8))] = draw(JSON)
            continue
        name = draw(st.sampled_from(list(place)))
        if what == "remove":
            del place[name]
        else:
            place[name] = None if what == "null" else draw(JSON)
    return model, value


@pytest.fixture(scope="module")
def examples(entries):
    return [pair for entry in entries for pair in entry.examples]


@given(data=st.data())
def test_what_the_service_sent_comes_back_as_it_was(examples, data):
    model, value = data.draw(altered(examples))
    read = from_dict(model, copy.deepcopy(value))
    assert same_text(to_dict(read), value)
    assert same_text(to_dict(attrs.evolve(read)), value)
    assert same_text(to_dict(pickle.loads(pickle.dumps(read))), value)


@given(data=st.data())
def test_a_change_touches_its_own_field_alone(examples, data):
    model, value = data.draw(altered([pair for pair in examples if pair[0] is not TenantConfiguration]))
    field = data.draw(st.sampled_from(list(attrs.fields(model))))
    name = field.metadata.get("wire", field.name)
    if name is None:
        return
    changed = data.draw(JSON | st.just(OMIT))
    expected = {**value, name: changed}
    if changed is OMIT or (changed is None and name not in value):
        del expected[name]
    evolved = attrs.evolve(from_dict(model, value), **{field.alias: changed})
    assert same_text(to_dict(evolved), expected)


def test_the_models_know_every_documented_field(examples):
    for model, example in examples:
        if model not in (TenantConfiguration, Created, Receipt):
            assert not unknown(from_dict(model, example)), model


def unknown(model):
    """What a model, or one inside it, has no field for."""
    found = dict(model.extra)
    for each in attrs.fields(type(model)):
        value = getattr(model, each.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Model):
                found.update(unknown(inner))
    return found


MISSING = object()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_models_are_frozen_slotted_documented_and_tolerant(model):
    names = [each.name for each in attrs.fields(model)]
    empty = model()
    assert to_dict(empty) == {}
    assert empty == model()
    assert not hasattr(empty, "__dict__")
    for name in names:
        if (default := getattr(empty, name, MISSING)) is MISSING:
            with pytest.raises(MissingFieldError, match=name):
                getattr(empty, name)
        else:
            assert default is None
        assert f"{name}: " in model.__doc__.partition("Attributes:")[2]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(empty, name, 1)
    nulls = {each.metadata.get("wire", each.name): None for each in attrs.fields(model) if each.name in names}
    assert to_dict(from_dict(model, nulls)) == nulls


def test_models_are_equal_by_their_fields_and_hashable_where_these_are():
    one = Identifiers(email_address="joe.blow@company.com")
    assert one == from_dict(Identifiers, {"email_address": "joe.blow@company.com", "new": 1})
    assert len({one, Identifiers(email_address="joe.blow@company.com")}) == 1
    assert one != Identifiers(email_address="jane@company.com")


SECRETS = [
    (SignIn(validators=Validators(password="test-secret")), "validators"),
    (Validators(password="test-secret"), "password"),
    (User(validators=Validators(password="test-secret")), "validators"),
    (Cert(private_key="test-secret"), "private_key"),
    (KeyPair(secret_key="test-secret"), "secret_key"),
    (AdminSession(cookie="blaize_admin_session=test-secret"), "cookie"),
    (Session(session_id="test-secret"), "session_id"),
    (CrossDeviceSession(sessions=(Session(session_id="test-secret"),)), "sessions"),
    (CrossDeviceSession(session_variables={"a": "test-secret"}), "session_variables"),
    (Gift(cross_device_session="test-secret"), "cross_device_session"),
    (DecisionRequest(session="test-secret"), "session"),
    (DecisionRequest(jwt="test-secret"), "jwt"),
    (DecisionRequest(btr="test-secret"), "btr"),
    (CodeExchange(code="test-secret"), "code"),
    (TokenRefresh(refresh_token="test-secret"), "refresh_token"),
    (Tokens(access_token="test-secret"), "access_token"),
    (Tokens(refresh_token="test-secret"), "refresh_token"),
    (from_dict(TenantConfiguration, {"oauth.google.clientSecret": "test-secret"}), "TenantConfiguration"),
]


@pytest.mark.parametrize(("model", "name"), SECRETS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_repr_names_a_secret_and_does_not_tell_it(model, name):
    assert name in repr(model)
    assert "test-secret" not in repr(model)
    assert "test-secret" in json.dumps(to_dict(model))


def test_a_configuration_is_read_like_a_mapping():
    settings = from_dict(TenantConfiguration, {"cdn.origin": "a", "redis.port": "1"})
    assert settings["cdn.origin"] == "a"
    assert {**settings, "redis.port": "2"} == {"cdn.origin": "a", "redis.port": "2"}
    assert list(settings) == ["cdn.origin", "redis.port"]
    assert len(settings) == 2
    assert settings.values == to_dict(settings)
    assert settings == from_dict(TenantConfiguration, dict(settings))
    assert settings != from_dict(TenantConfiguration, {})
    assert settings != 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(settings)


def test_times_stay_as_they_came_with_a_datetime_beside_them():
    session = from_dict(Session, {"expiryDate": "2018-11-15 14:29 PM UTC", "startDate": "soon"})
    assert session.expiry_date == "2018-11-15 14:29 PM UTC"
    assert session.expires_at.isoformat() == "2018-11-15T14:29:00+00:00"
    assert session.starts_at is None
    gift = from_dict(Gift, {"created": "2018-04-27T09:15:28Z", "claimed": "Hello, world!"})
    assert gift.created_at.isoformat() == "2018-04-27T09:15:28+00:00"
    assert gift.claimed_at is None
    rule = from_dict(FeatureRule, {"last_updated": "2011-11-11T11:11:11.000"})
    assert rule.last_updated_at.isoformat() == "2011-11-11T11:11:11+00:00"


@pytest.mark.parametrize(
    "wire",
    [
        {"grantId": "g", "startTime": "2026-01-02 03:04:05", "endTime": "2027-01-02 03:04:05"},
        {"grant_id": "g", "start_time": "2026-01-02 03:04:05", "end_time": "2027-01-02 03:04:05"},
    ],
    ids=["camel", "snake"],
)
def test_a_grant_is_read_in_either_spelling(wire):
    grant = from_dict(Grant, wire)
    assert grant.id == "g"
    assert grant.starts_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert grant.ends_at.isoformat() == "2027-01-02T03:04:05+00:00"
    assert to_dict(grant) == wire
    assert Grant().starts_at is None


def test_the_session_of_a_login_has_its_id():
    assert AdminSession(cookie="blaize_admin_session=abc; Path=/; HttpOnly").id == "abc"
    assert AdminSession(cookie="blaize_admin_session=").id is None
    assert AdminSession().id is None


def test_a_number_of_the_wrong_kind_that_the_service_sent_can_be_sent_back():
    account = from_dict(Account, {"number_of_seats": "5", "name": "a"})
    assert to_dict(attrs.evolve(account, name="b")) == {"number_of_seats": "5", "name": "b"}
