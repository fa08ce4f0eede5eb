from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.testing.blaize.people.population import Person, Population

seeds = st.integers(0, 2**64)


@given(seeds, st.integers(1, 1000), st.data())
def test_an_id_leads_back_to_its_number(seed, size, data):
    population = Population(seed, size)
    number = data.draw(st.integers(0, size - 1))
    user_id = population.user_id(number)
    assert population.number(user_id) == number
    assert len(user_id) == 14
    assert population.person(number).user_id == user_id
    assert population.number(population.user_id(size)) is None
    assert population.with_email(population.person(number).identifiers["email_address"]) == number


@given(st.text())
def test_other_texts_lead_nowhere(text):
    population = Population(1, 10)
    assert population.number(text) is None
    assert population.with_email(text) is None


@pytest.mark.parametrize("user_id", ["00000000000000", "000000" + "A" * 8, Population(2, 10).user_id(0).lower()])
def test_a_number_alone_is_no_id(user_id):
    assert Population(1, 10).number(user_id) is None


def test_a_user_of_another_number_does_not_have_the_address():
    population = Population(1, 10)
    email = population.person(3).identifiers["email_address"]
    assert population.with_email(email.replace(".3@", ".4@")) is None
    assert population.with_email(email.replace(".3@", ".11@")) is None


def test_the_same_seed_gives_the_same_users_and_another_others():
    def users(seed):
        return [Population(seed, 5).person(number) for number in range(5)]

    assert users(1) == users(1)
    assert users(1) != users(2)


def test_no_password_lets_nobody_in():
    assert not Person({"user_id": "1"}).lets_in(None)
    assert not Person({"user_id": "1"}, password="").lets_in("")
    assert Person({"user_id": "1"}, password="a", legacy_password="b").lets_in("b")


def test_a_repr_shows_no_password():
    assert "test-secret" not in repr(Person({"user_id": "1"}, "test-secret", "test-secret"))
