"""What all sinks of files have in common; on a local disk, and in fsspec's memory where that makes a difference."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from attrs import evolve

from asyncsdk import AnalyticsRow, Plan, Shard
from asyncsdk.codec import from_dict
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import CSVSink, Ledger, NDJSONSink, ParquetSink, drafts, files as sink_files

SINKS = [ParquetSink, NDJSONSink, CSVSink]
FOLDER = "device_id=W9d3f1bcad8e8abd/date=2020-08-17"

every_sink = pytest.mark.parametrize("make", SINKS)


async def write(sink, shard, *parts):
    async with sink.open(shard) as writer:
        for each in parts:
            await writer.write(each)


@every_sink
@pytest.mark.anyio
async def test_a_shard_is_one_file_in_a_hive_tree_and_is_done(make, tmp_path, shard, rows, files):
    sink = make(tmp_path / "out")
    await write(sink, shard(), rows(shard()))
    [name] = files(tmp_path / "out")
    assert name.startswith(f"{FOLDER}/20200817T060000.000Z-20200817T070000.000Z.")
    assert list(await sink.done()) == [shard()]


@every_sink
@pytest.mark.anyio
async def test_an_empty_shard_is_a_file_and_is_done_too(make, tmp_path, shard, files):
    await write(make(tmp_path), shard())
    await write(make(tmp_path), shard(7, 8), [])
    assert len(files(tmp_path)) == 2
    assert sorted(await make(tmp_path).done()) == [shard(), shard(7, 8)]


@pytest.mark.parametrize("make", [NDJSONSink, CSVSink])
@pytest.mark.anyio
async def test_a_text_file_without_rows_is_an_empty_hidden_file(make, tmp_path, shard, files):
    for each in (shard(), shard(7, 8, settled=False)):
        await write(make(tmp_path), each, [])
    assert files(tmp_path) == {
        f"{FOLDER}/.20200817T060000.000Z-20200817T070000.000Z.empty": b"",
        f"{FOLDER}/.20200817T070000.000Z-20200817T080000.000Z.provisional.empty": b"",
    }


@pytest.mark.parametrize("make", [NDJSONSink, CSVSink])
@pytest.mark.anyio
async def test_rows_that_come_late_take_the_place_of_an_empty_shard(make, tmp_path, shard, rows, files):
    await write(make(tmp_path), shard(settled=False))
    await write(make(tmp_path), shard(), rows(shard()))
    [name] = files(tmp_path)
    assert not Path(name).name.startswith(".")


@every_sink
@pytest.mark.anyio
async def test_the_file_is_not_there_before_the_block_is_left(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    async with sink.open(shard()) as writer:
        await writer.write(rows(shard()))
        assert all(Path(name).name.startswith(".") for name in files(tmp_path))
        assert list(await sink.done()) == []
    assert not any(Path(name).name.startswith(".") for name in files(tmp_path))


@every_sink
@pytest.mark.anyio
async def test_an_exception_leaves_no_file(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    with pytest.raises(TypeError):
        await write(sink, shard(), rows(shard()), [object()])
    assert files(tmp_path) == {}
    assert list(await sink.done()) == []


@every_sink
@pytest.mark.anyio
async def test_a_cancellation_leaves_no_file(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    with anyio.CancelScope() as scope:
        async with sink.open(shard()) as writer:
            await writer.write(rows(shard()))
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert files(tmp_path) == {}


@every_sink
@pytest.mark.anyio
@pytest.mark.parametrize("steps", range(4))
async def test_a_cancellation_at_any_step_leaves_a_whole_file_or_none(make, tmp_path, shard, rows, files, steps):
    """The scope is cancelled before a step is begun, so that the step meets the cancellation itself."""
    sink = make(tmp_path)
    with anyio.CancelScope() as scope:
        step = 0

        def count():
            nonlocal step
            step += 1
            if step > steps:
                scope.cancel()

        count()
        async with sink.open(shard()) as writer:
            count()
            await writer.write(rows(shard()))
            count()
            await writer.write(rows(shard()))
            count()
    assert files(tmp_path) == {}


@every_sink
@pytest.mark.asyncio
async def test_a_task_that_is_cancelled_while_a_thread_works_leaves_a_whole_file_or_none(
    make, tmp_path, shard, rows, files
):
    """asyncio's own cancellation does not wait for the thread: what it made is taken away once it has come to an end."""
    await write(make(tmp_path / "whole"), shard(), rows(shard()))
    [whole] = files(tmp_path / "whole").values()
    for turns in range(20):
        task = asyncio.create_task(write(make(tmp_path / str(turns)), shard(), rows(shard())))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert set(files(tmp_path / str(turns)).values()) <= {whole}


@every_sink
@pytest.mark.anyio
async def test_a_writer_is_closed_with_its_block(make, tmp_path, shard, rows, files):
    async with make(tmp_path).open(shard()) as writer:
        pass
    before = files(tmp_path)
    with pytest.raises(RuntimeError, match="closed"):
        await writer.write(rows(shard()))
    assert files(tmp_path) == before


@every_sink
@pytest.mark.anyio
async def test_the_bytes_follow_from_the_rows_alone_however_they_come(make, tmp_path, shard, rows, files):
    all_rows = rows(shard(), 100)
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    await write(one, shard(), all_rows)
    await write(other, shard(), all_rows[:1], [], all_rows[1:7], all_rows[7:])
    assert files(tmp_path / "one") == files(tmp_path / "other")


@every_sink
@pytest.mark.anyio
async def test_models_plain_rows_and_batches_are_written_alike(make, tmp_path, shard, rows, files):
    from asyncsdk.columns import to_batch

    plain = rows(shard()) + rows(shard(), 1, count="3", score=0.5)
    kinds = {
        "plain": plain,
        "models": [from_dict(AnalyticsRow, row) for row in plain],
        "batch": to_batch(AnalyticsRow, plain),
    }
    for name, items in kinds.items():
        await write(make(tmp_path / name), shard(), items)
    assert files(tmp_path / "plain") == files(tmp_path / "models") == files(tmp_path / "batch")


@every_sink
@pytest.mark.anyio
async def test_many_shards_may_be_open_at_once(make, tmp_path, shard, rows):
    sink = make(tmp_path)
    shards = [shard(at, at + 1, device) for at in range(24) for device in ("W1", "W2")]
    async with anyio.create_task_group() as group:
        for each in shards:
            group.start_soon(write, sink, each, rows(each))
    done = await sink.done()
    assert sorted(done) == sorted(shards)
    assert len(done) == 48
    assert shards[0] in done
    assert shard(0, 1, "W3") not in done


@every_sink
@pytest.mark.anyio
@pytest.mark.parametrize("device", ["a/b c:é?#", "=", "%41", "..a", "x" * 60])
async def test_any_device_id_is_written_and_found_again(make, tmp_path, shard, rows, device):
    sink = make(tmp_path)
    await write(sink, shard(device=device), rows(shard(device=device)))
    assert list(await sink.done()) == [shard(device=device)]


@pytest.mark.anyio
async def test_a_shard_over_midnight_is_refused(tmp_path, shard):
    with pytest.raises(ValueError, match="one UTC day"):
        await write(NDJSONSink(tmp_path), shard(23, 25))


@every_sink
@pytest.mark.anyio
async def test_a_shard_that_is_not_settled_is_there_but_not_done(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    await write(sink, shard(settled=False), rows(shard()))
    [name] = files(tmp_path)
    assert ".provisional." in name
    assert list(await sink.done()) == []


@every_sink
@pytest.mark.anyio
async def test_a_final_shard_takes_the_place_of_provisional_ones_it_overlaps(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5, settled=False))
    await write(sink, shard(6.5, 7.5, settled=False))
    await write(sink, shard(7.5, 8, settled=False))
    await write(sink, shard(6, 7), rows(shard()))
    kept = sorted(Path(name).name.removeprefix(".").partition(".000Z-")[0] for name in files(tmp_path))
    assert kept == ["20200817T060000", "20200817T073000"]
    assert list(await sink.done()) == [shard()]


@every_sink
@pytest.mark.anyio
async def test_a_provisional_shard_takes_the_place_of_older_ones(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5, settled=False), rows(shard()))
    await write(sink, shard(6, 7, settled=False), rows(shard()))
    await write(sink, shard(6, 7, settled=False), rows(shard(), 5))
    [(name, content)] = files(tmp_path).items()
    assert "20200817T070000" in name
    await write(make(tmp_path / "other"), shard(), rows(shard(), 5))
    assert content in files(tmp_path / "other").values()


@every_sink
@pytest.mark.anyio
async def test_a_provisional_file_that_a_killed_run_left_beside_a_final_one_goes_away(
    make, tmp_path, shard, rows, files
):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5, settled=False), rows(shard()))
    [(name, content)] = files(tmp_path).items()
    await write(sink, shard(), rows(shard()))
    (tmp_path / name).write_bytes(content)
    assert list(await sink.done()) == [shard()]
    assert len(files(tmp_path)) == 1


@every_sink
@pytest.mark.anyio
async def test_a_shard_that_is_there_already_stays_as_it_is(make, tmp_path, shard, rows, files):
    sink = make(tmp_path)
    await write(sink, shard(), rows(shard()))
    before = files(tmp_path)
    await write(sink, shard(), rows(shard()))
    await write(sink, shard(settled=False), rows(shard()))
    assert files(tmp_path) == before


@every_sink
@pytest.mark.anyio
@pytest.mark.parametrize("settled", [True, False])
async def test_no_instant_gets_into_two_final_files(make, tmp_path, shard, rows, files, settled):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5), rows(shard()))
    before = files(tmp_path)
    with pytest.raises(ConfigurationError, match="another run"):
        await write(sink, shard(6, 7, settled=settled), rows(shard()))
    assert files(tmp_path) == before


@every_sink
@pytest.mark.anyio
async def test_only_what_is_missing_is_fetched_when_a_range_grows(make, tmp_path, shard, rows):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5), rows(shard()))
    [rest] = Ledger(await sink.done()).missing(shard(6, 7))
    assert rest == shard(6.5, 7)
    await write(sink, rest, rows(rest))
    assert shard(6, 7) in Ledger(await sink.done())


@every_sink
@pytest.mark.anyio
async def test_the_files_and_folders_of_others_are_left_alone(make, tmp_path, shard, files):
    sink = make(tmp_path)
    await write(sink, shard())
    folder = tmp_path / FOLDER
    for name in ("_SUCCESS", "notes.txt", ".DS_Store", ".x.tmp", "part-0.parquet", "part-0.csv", "part-0.ndjson"):
        (folder / name).write_bytes(b"mine")
    (tmp_path / "device_id=W2").write_bytes(b"mine")
    (tmp_path / "device_id=W3").mkdir()
    (tmp_path / "device_id=W3" / "date=2020-08-17").write_bytes(b"mine")
    (tmp_path / "readme.md").write_bytes(b"mine")
    before = files(tmp_path)
    assert list(await sink.done()) == [shard()]
    assert files(tmp_path) == before


# ---- what a target holds


@pytest.mark.anyio
async def test_a_target_of_one_format_refuses_another_before_anything_is_written(tmp_path, shard, rows, files):
    await write(NDJSONSink(tmp_path), shard(), rows(shard()))
    before = files(tmp_path)
    for other, said in ((CSVSink(tmp_path), "csv"), (NDJSONSink(tmp_path, "gzip"), r"ndjson\.gz")):
        for attempt in (other.done(), write(other, shard(7, 8))):
            with pytest.raises(
                ConfigurationError, match=rf"holds unleash_analytics\.rows as ndjson, .* as {said} beside"
            ):
                await attempt
    assert files(tmp_path) == before
    assert list(await NDJSONSink(tmp_path).done()) == [shard()]


@every_sink
@pytest.mark.anyio
async def test_a_target_of_one_data_set_refuses_another(make, tmp_path, shard, rows, tags):
    await write(make(tmp_path), shard(), rows(shard()))
    with pytest.raises(
        ConfigurationError, match=r"holds unleash_analytics\.rows as .*, and cannot take meters\.tags as"
    ):
        await write(make(tmp_path), Shard(tags.id, "m1"))
    with pytest.raises(ConfigurationError, match=r"cannot take meters\.tags as"):
        await make(tmp_path).done(Plan.make(tags.id, ["m1"]))


@every_sink
@pytest.mark.anyio
async def test_what_a_target_holds_stands_in_one_small_hidden_file(make, tmp_path, shard):
    await write(make(tmp_path), shard())
    [label] = (tmp_path / ".asyncsdk").iterdir()
    assert label.name.startswith("unleash_analytics.rows,device_id,date,")
    assert label.stat().st_size == 0


@every_sink
@pytest.mark.anyio
async def test_of_two_that_come_at_once_with_other_data_one_at_most_goes_on(make, tmp_path, shard, tags, monkeypatch):
    sink, other = make(tmp_path), make(tmp_path)
    put = sink._store.__class__.put_label

    def put_late(store, label):
        monkeypatch.undo()
        other._claim(tags.id)
        put(store, label)

    monkeypatch.setattr(sink._store.__class__, "put_label", put_late)
    with pytest.raises(ConfigurationError, match=r"holds meters\.tags"):
        await write(sink, shard())
    await write(other, Shard(tags.id, "m1"))
    assert list(await make(tmp_path).done()) == [Shard(tags.id, "m1")]


@every_sink
@pytest.mark.anyio
async def test_a_data_set_that_nobody_declared_is_a_clear_error(make, tmp_path):
    with pytest.raises(ConfigurationError, match=r"no data set 'nobody\.rows' here"):
        await write(make(tmp_path), Shard("nobody.rows", "a"))


# ---- what is asked of it


@every_sink
@pytest.mark.anyio
async def test_it_can_be_asked_for_one_plan(make, tmp_path, shard, monkeypatch):
    sink = make(tmp_path)
    for device in ("W1", "W2"):
        for start in (6, 30):
            await write(sink, shard(start, start + 1, device))
    looked, listdir = [], os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: (looked.append(Path(path)), listdir(path))[1])
    wanted = shard(6, 7, "W2")
    plan = Plan.make(wanted.dataset, ["W2", "W3"], wanted.start, wanted.end, timedelta(hours=1))
    assert list(await sink.done(plan)) == [wanted]
    below = {path.relative_to(tmp_path).as_posix() for path in looked}
    assert below == {".asyncsdk", "device_id=W2", "device_id=W2/date=2020-08-17", "device_id=W3"}
    assert list(await sink.done(Plan.of([]))) == []


@every_sink
@pytest.mark.anyio
async def test_a_plan_of_very_many_keys_looks_at_those_that_are_there(make, tmp_path, shard):
    await write(make(tmp_path), shard(device="W7"))
    await write(make(tmp_path), shard(device="other"))
    plan = Plan.make(shard().dataset, map("W{}".format, range(5000)), shard().start, shard().end, timedelta(hours=1))
    assert list(await make(tmp_path).done(plan)) == [shard(device="W7")]


# ---- asked for again


@every_sink
@pytest.mark.anyio
@pytest.mark.parametrize("settled", [True, False])
async def test_what_was_asked_for_again_takes_the_place_of_what_is_there(make, tmp_path, shard, rows, files, settled):
    sink = make(tmp_path)
    await write(sink, shard(6, 6.5), rows(shard(), 3))
    await write(sink, shard(6.5, 7))
    await write(sink, evolve(shard(settled=settled), refreshed=True), rows(shard(), 5))
    [(name, content)] = files(tmp_path).items()
    assert (".provisional" in name) is not settled
    await write(make(tmp_path / "other"), shard(), rows(shard(), 5))
    assert content in files(tmp_path / "other").values()
    assert list(await sink.done()) == ([shard()] if settled else [])


@every_sink
@pytest.mark.anyio
async def test_a_shard_that_has_no_rows_any_more_takes_the_place_of_its_rows(make, tmp_path, shard, rows, files):
    await write(make(tmp_path / "one"), shard(), rows(shard()))
    await write(make(tmp_path / "one"), evolve(shard(), refreshed=True))
    await write(make(tmp_path / "other"), shard())
    assert files(tmp_path / "one") == files(tmp_path / "other")


@every_sink
@pytest.mark.anyio
async def test_what_fails_on_its_way_to_take_a_place_leaves_it_as_it_was(make, tmp_path, shard, rows, files):
    await write(make(tmp_path), shard(), rows(shard()))
    before = files(tmp_path)
    with pytest.raises(TypeError):
        await write(make(tmp_path), evolve(shard(), refreshed=True), rows(shard()), [object()])
    assert files(tmp_path) == before


@every_sink
@pytest.mark.anyio
async def test_files_that_a_wider_one_was_to_replace_go_away_after_a_crash(make, tmp_path, shard, rows, files):
    for start in (6, 6.5):
        await write(make(tmp_path), shard(start, start + 0.5), rows(shard()))
    narrow = files(tmp_path)
    await write(make(tmp_path), evolve(shard(), refreshed=True), rows(shard()))
    [wide] = files(tmp_path)
    for name, content in narrow.items():
        (tmp_path / name).write_bytes(content)
    assert list(await make(tmp_path).done()) == [shard()]
    assert list(files(tmp_path)) == [wide]


# ---- without time, without a key


@every_sink
@pytest.mark.anyio
async def test_a_key_without_time_is_one_file(make, tmp_path, files, tags):
    sink = make(tmp_path)
    await write(sink, Shard(tags.id, "a/b"), [{"name": "x"}])
    await write(sink, Shard(tags.id, 7))
    [suffix] = {name.partition("/")[2] for name in files(tmp_path) if "a%2Fb" in name}
    assert suffix.startswith("snapshot.")
    assert sorted(name.partition("/")[0] for name in files(tmp_path)) == ["meter=7", "meter=a%2Fb"]
    assert sorted(await sink.done()) == [Shard(tags.id, "7"), Shard(tags.id, "a/b")]
    assert list(await sink.done(Plan.make(tags.id, ["7", "8"]))) == [Shard(tags.id, "7")]


@every_sink
@pytest.mark.anyio
async def test_a_list_without_key_and_time_is_one_file_at_the_root(make, tmp_path, files, everything):
    sink, whole = make(tmp_path), Shard(everything.id)
    await write(sink, whole, [{"name": "old"}])
    [(name, content)] = files(tmp_path).items()
    assert name.startswith("snapshot.")
    assert list(await sink.done()) == list(await sink.done(Plan.make(everything.id))) == [whole]
    await write(sink, whole, [{"name": "another"}])
    assert files(tmp_path) == {name: content}
    await write(sink, evolve(whole, refreshed=True), [{"name": "new"}])
    assert list(files(tmp_path)) == [name]
    assert files(tmp_path) != {name: content}


@every_sink
@pytest.mark.anyio
async def test_a_list_by_date_alone_has_no_folder_of_a_key(make, tmp_path, shard, files, log):
    sink = make(tmp_path)
    each = evolve(shard(), dataset=log.id, key=None)
    await write(sink, each, [{"name": "x", "takenAt": "2020-08-17T06:00:00.000Z"}])
    [name] = files(tmp_path)
    assert name.startswith("date=2020-08-17/20200817T060000.000Z-")
    assert list(await sink.done()) == [each]


@every_sink
@pytest.mark.anyio
async def test_a_target_that_is_not_there_yet_is_made_and_nothing_is_done(make, tmp_path):
    sink = make(tmp_path / "a" / "b")
    assert list(await sink.done()) == []
    assert (tmp_path / "a" / "b").is_dir()


@every_sink
@pytest.mark.anyio
async def test_a_target_that_is_a_file_or_lies_below_one_is_a_clear_error(make, tmp_path, shard):
    (tmp_path / "file").write_bytes(b"mine")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigurationError, match=rf"cannot write to {path}: Not a directory"):
            await make(path).done()
    with pytest.raises(OSError, match="file"):
        await write(make(tmp_path / "file"), shard())
    assert (tmp_path / "file").read_bytes() == b"mine"


@every_sink
@pytest.mark.anyio
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody may write, not even root")
async def test_a_target_that_cannot_be_made_is_a_clear_error(make):
    with pytest.raises(ConfigurationError, match="cannot write to /proc/asyncsdk"):
        await make("/proc/asyncsdk").done()


@every_sink
@pytest.mark.anyio
async def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(make, tmp_path, shard, monkeypatch):
    sink, listdir = make(tmp_path), os.listdir
    await write(sink, shard())

    def refuse(path):
        if str(path).endswith("date=2020-08-17"):
            raise PermissionError(13, os.strerror(13), str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(PermissionError, match="date=2020-08-17"):
        await sink.done()


@pytest.mark.parametrize("path", ["", b"bytes"])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(ConfigurationError, match="path"):
        NDJSONSink(path)


def test_storage_options_are_for_urls():
    with pytest.raises(ConfigurationError, match="storage_options"):
        NDJSONSink("out", storage_options={"key": "test-secret"})


@pytest.mark.anyio
async def test_a_file_url_is_a_local_folder(tmp_path, shard, files):
    await write(NDJSONSink(f"file://{tmp_path}/a%20b"), shard())
    assert len(files(tmp_path / "a b")) == 1


def test_a_repr_shows_where_but_no_secret():
    sink = NDJSONSink("sftp://me:test-secret@host/rows", storage_options={"password": "test-secret"})
    assert repr(sink) == "NDJSONSink('sftp://***@host/rows')"
    assert repr(ParquetSink("out")) == "ParquetSink('out')"


def test_the_form_that_a_sink_wants():
    assert ParquetSink.form == "arrow"
    assert NDJSONSink.form == CSVSink.form == "rows"


@pytest.mark.anyio
async def test_a_wait_for_another_ones_lock_can_be_cancelled_and_leaves_nothing(tmp_path, shard, rows, files):
    pytest.importorskip("fcntl")
    sink = NDJSONSink(tmp_path)
    folder = tmp_path / f"device_id={shard().key}" / "date=2020-08-17"
    folder.mkdir(parents=True)
    with drafts.alone_in(folder):
        with anyio.move_on_after(0.05) as scope:
            async with sink.open(shard()) as writer:
                await writer.write(rows(shard()))
        assert scope.cancelled_caught
    assert files(tmp_path) == {}


@pytest.mark.anyio
async def test_a_lock_that_is_never_given_back_is_an_error_that_names_the_folder(
    tmp_path, shard, rows, files, monkeypatch
):
    pytest.importorskip("fcntl")
    monkeypatch.setattr(sink_files, "_PATIENCE", 0.01)
    folder = tmp_path / f"device_id={shard().key}" / "date=2020-08-17"
    folder.mkdir(parents=True)
    with drafts.alone_in(folder):
        with pytest.raises(OSError, match="held the lock") as caught:
            async with NDJSONSink(tmp_path).open(shard()):
                pass
        assert caught.value.filename == str(folder)
    assert files(tmp_path) == {}


@pytest.mark.anyio
async def test_a_connection_that_ends_is_an_os_error_that_names_the_file(tmp_path, shard, monkeypatch):
    def create(*_):
        raise EOFError

    monkeypatch.setattr(drafts, "create", create)
    with pytest.raises(OSError, match=r"20200817T060000.*the connection ended"):
        async with NDJSONSink(tmp_path).open(shard()):
            pass
