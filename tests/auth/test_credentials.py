from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import anyio
import httpx
import pytest

from asyncsdk.auth.credentials import AWSCredentials, CredentialCache, given, provided
from asyncsdk.errors import ConfigurationError, ConnectError

NOW = 1_600_000_000.0
ENGINE = httpx.MockTransport(lambda request: httpx.Response(500))


def lasting(seconds, name="test-key"):
    return AWSCredentials(name, "test-secret", "test-token", NOW + seconds)


class Source:
    """Gives credentials or errors in turn, the last again and again; waits at a gate where it is told to."""

    def __init__(self, *gives):
        self.gives = list(gives)
        self.asked = 0
        self.began = anyio.Event()
        self.gate = None

    async def __call__(self, engine):
        assert engine is ENGINE
        give = self.gives[min(self.asked, len(self.gives) - 1)]
        self.asked += 1
        self.began.set()
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(give, Exception):
            raise give
        return give

    def close_gate(self):
        self.gate, self.began = anyio.Event(), anyio.Event()


async def cache_of(*gives, now=NOW):
    """A cache that has fetched once, and its source."""
    source = Source(*gives)
    cache = CredentialCache(source)
    await cache.ready(ENGINE, now)
    return cache, source


def test_no_secret_is_shown():
    shown = repr(AWSCredentials("test-key", "test-secret", "test-token", NOW))
    assert "test-" not in shown
    assert "2020" in shown
    assert "test-" not in repr(CredentialCache(given(lasting(60))))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (NOW, datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        (
            datetime(2020, 9, 13, 22, 26, 40, tzinfo=timezone(timedelta(hours=10))),
            datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC),
        ),
    ],
)
def test_an_expiry_is_an_instant(value, expected):
    assert AWSCredentials("test-key", "test-secret", expires_at=value).expires_at == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ("", "test-secret"),
        ("test-key", "test-secret\n"),
        ("test-key", "tést-secret"),
        ("test key", "test-secret"),
        ("test-key", None),
        ("test-key", "test-secret", ""),
        ("test-key", "test-secret", None, 1e300),
        ("test-key", "test-secret", None, "2020-09-13"),
        ("test-key", "test-secret", None, datetime(2020, 9, 13)),  # noqa: DTZ001  # that is what is refused
    ],
)
def test_what_cannot_work_is_refused_without_being_shown(arguments):
    with pytest.raises(ConfigurationError) as caught:
        AWSCredentials(*arguments)
    assert "secret\n" not in str(caught.value)
    assert "tést" not in str(caught.value)


@pytest.mark.anyio
async def test_credentials_that_do_not_expire_are_fetched_once():
    cache, source = await cache_of(AWSCredentials("test-key", "test-secret"))
    await cache.ready(ENGINE, NOW + 1e9)
    assert source.asked == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("left", "asked"), [(301, 1), (300, 2), (61, 2), (60, 2), (0, 2), (-10, 2)])
async def test_they_are_fetched_anew_five_minutes_before_they_expire(left, asked):
    cache, source = await cache_of(lasting(3600), lasting(7200))
    await cache.ready(ENGINE, NOW + 3600 - left)
    assert source.asked == asked
    assert cache.current == lasting(7200 if asked == 2 else 3600)


@pytest.mark.anyio
async def test_early_one_caller_refreshes_while_the_others_go_on():
    cache, source = await cache_of(lasting(3600, "old-key"), lasting(7200, "new-key"))
    source.close_gate()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cache.ready, ENGINE, NOW + 3400)
        await source.began.wait()
        for _ in range(5):
            await cache.ready(ENGINE, NOW + 3401)
            assert cache.current.access_key == "old-key"
        source.gate.set()
    assert cache.current.access_key == "new-key"
    assert cache.previous.access_key == "old-key"
    assert source.asked == 2


@pytest.mark.anyio
@pytest.mark.parametrize("left", [59, 0, -1000])
async def test_late_all_wait_for_one_refresh(left):
    cache, source = await cache_of(lasting(3600), lasting(7200))
    source.close_gate()
    served = []

    async def call():
        await cache.ready(ENGINE, NOW + 3600 - left)
        served.append(cache.current)

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(call)
        await source.began.wait()
        await anyio.wait_all_tasks_blocked()
        assert served == []
        source.gate.set()
    assert served == [lasting(7200)] * 20
    assert source.asked == 2


@pytest.mark.anyio
async def test_callers_share_a_refresh_even_if_what_it_gives_is_stale_already():
    source = Source(lasting(10))
    cache = CredentialCache(source)
    source.close_gate()
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(cache.ready, ENGINE, NOW)
        await source.began.wait()
        await anyio.wait_all_tasks_blocked()
        source.gate.set()
    assert source.asked == 1


@pytest.mark.anyio
async def test_an_early_refresh_that_fails_fails_no_caller_and_is_not_tried_again_at_once(caplog):
    cache, source = await cache_of(lasting(3600), ConnectError("cannot connect with test-secret"))
    await cache.ready(ENGINE, NOW + 3400)
    assert [record.getMessage() for record in caplog.records] == [
        "credentials cannot be renewed (ConnectError); those at hand serve on"
    ]
    assert cache.current == lasting(3600)
    await cache.ready(ENGINE, NOW + 3429)
    assert source.asked == 2
    await cache.ready(ENGINE, NOW + 3430)
    assert source.asked == 3


@pytest.mark.anyio
async def test_the_pause_after_a_failure_ends_where_waiting_becomes_a_must():
    cache, _ = await cache_of(lasting(3600), ConnectError("cannot connect"))
    await cache.ready(ENGINE, NOW + 3535)
    with pytest.raises(ConnectError):
        await cache.ready(ENGINE, NOW + 3541)


@pytest.mark.anyio
async def test_a_late_refresh_that_fails_fails_all_who_wait_and_is_tried_once():
    source = Source(ConnectError("cannot connect"), lasting(3600))
    cache = CredentialCache(source)
    source.close_gate()
    failures = []

    async def call():
        with pytest.raises(ConnectError, match="cannot connect") as caught:
            await cache.ready(ENGINE, NOW)
        failures.append(caught.value)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(call)
        await source.began.wait()
        await anyio.wait_all_tasks_blocked()
        source.gate.set()
    assert source.asked == 1
    assert len({id(failure) for failure in failures}) == 5  # tracebacks must not pile up on one
    await cache.ready(ENGINE, NOW)
    assert cache.current == lasting(3600)


@pytest.mark.anyio
async def test_if_the_caller_who_refreshes_is_cancelled_the_next_takes_over():
    source = Source(lasting(3600))
    cache = CredentialCache(source)
    source.close_gate()
    served = []

    async def call():
        await cache.ready(ENGINE, NOW)
        served.append(cache.current)

    async with anyio.create_task_group() as tasks:
        scope = anyio.CancelScope()

        async def first():
            with scope:
                await call()

        tasks.start_soon(first)
        await source.began.wait()
        for _ in range(3):
            tasks.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert source.asked == 2
        source.gate.set()
    assert served == [lasting(3600)] * 3


@pytest.mark.anyio
async def test_a_caller_who_gives_up_waiting_leaves_the_others_in_place():
    source = Source(lasting(3600))
    cache = CredentialCache(source)
    source.close_gate()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cache.ready, ENGINE, NOW)
        await source.began.wait()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await cache.ready(ENGINE, NOW)
        tasks.start_soon(cache.ready, ENGINE, NOW)
        await anyio.wait_all_tasks_blocked()
        source.gate.set()
    assert source.asked == 1


@pytest.mark.anyio
async def test_a_cancelled_early_refresh_can_be_taken_up_by_the_next_caller():
    cache, source = await cache_of(lasting(3600), lasting(7200))
    source.close_gate()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cache.ready, ENGINE, NOW + 3400)
        await source.began.wait()
        tasks.cancel_scope.cancel()
    source.gate.set()
    await cache.ready(ENGINE, NOW + 3400)
    assert cache.current == lasting(7200)


@pytest.mark.anyio
async def test_refused_credentials_are_replaced_once_whoever_was_refused():
    old, new = lasting(3600, "old-key"), lasting(7200, "new-key")
    cache, source = await cache_of(old, new)
    source.close_gate()
    replaced = []

    async def refused():
        replaced.append(await cache.replace(old, ENGINE))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(refused)
        await source.began.wait()
        await anyio.wait_all_tasks_blocked()
        source.gate.set()
    assert await cache.replace(old, ENGINE)  # one that was refused late
    assert replaced == [True] * 5
    assert source.asked == 2


@pytest.mark.anyio
async def test_a_source_that_has_nothing_else_to_give_replaces_nothing():
    cache = CredentialCache(given(lasting(3600)))
    await cache.ready(ENGINE, NOW)
    assert not await cache.replace(lasting(3600), ENGINE)


@pytest.mark.anyio
async def test_a_callers_source_that_breaks_is_named_and_its_secrets_are_not():
    async def provide():
        raise LookupError("no token=test-secret-value in the vault")

    cache = CredentialCache(provided(provide))
    with pytest.raises(ConfigurationError, match=r"source of the credentials failed: LookupError") as caught:
        await cache.ready(ENGINE, NOW)
    assert "test-secret-value" not in str(caught.value)
    assert isinstance(caught.value.__cause__, LookupError)


@pytest.mark.anyio
async def test_a_callers_source_must_give_credentials():
    async def provide():
        return {"access_key": "test-secret-value"}

    with pytest.raises(ConfigurationError, match="must give AWSCredentials, not dict"):
        await CredentialCache(provided(provide)).ready(ENGINE, NOW)


@pytest.mark.anyio
async def test_nothing_is_asked_while_they_last():
    cache, source = await cache_of(lasting(10_000))
    for second in range(0, 9_700, 100):
        await cache.ready(ENGINE, NOW + second)
    assert source.asked == 1
