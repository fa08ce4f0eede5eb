from __future__ import annotations

import fsspec
import pytest

from asyncsdk.sinks.listing import below, names

KEYS = [f"rows/W{number:04}.csv" for number in range(2500)]


class Bucket:
    """What s3fs offers of S3 itself, a thousand keys at a time."""

    def __init__(self, keys):
        self.keys = keys
        self.asked = []

    def split_path(self, path):
        bucket, _, key = path.partition("/")
        return bucket, key, None

    def call_s3(self, method, *, Bucket, Prefix, ContinuationToken="0"):  # noqa: N803  # S3's own names
        self.asked.append((method, Bucket, Prefix, ContinuationToken))
        found = [key for key in self.keys if key.startswith(Prefix)]
        first = int(ContinuationToken)
        page = {"Contents": [{"Key": key} for key in found[first : first + 1000]]} if found else {}
        more = first + 1000 < len(found)
        return {**page, "IsTruncated": more, **({"NextContinuationToken": str(first + 1000)} if more else {})}


@pytest.mark.parametrize(("folder", "prefix"), [("bucket/rows", "rows/"), ("bucket", "")])
def test_s3_is_listed_by_its_pages_each_of_which_is_let_go(folder, prefix):
    bucket = Bucket([*KEYS, "rows2/W1.csv"] if prefix else KEYS)
    paths = below(bucket, folder)
    assert next(paths) == "bucket/rows/W0000.csv"
    assert len(bucket.asked) == 1
    assert ["bucket/rows/W0000.csv", *paths] == [f"bucket/{key}" for key in KEYS]
    assert bucket.asked == [("list_objects_v2", "bucket", prefix, token) for token in ("0", "1000", "2000")]


def test_a_folder_of_s3_that_is_not_there_is_empty():
    assert list(below(Bucket(KEYS), "bucket/nothing")) == []


def test_names_are_those_of_files_and_folders(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.csv").touch()
    files = fsspec.filesystem("file")
    assert sorted(names(files, str(tmp_path))) == ["file.csv", "folder"]
    assert names(files, str(tmp_path / "nothing")) == []
    (tmp_path / "folder" / "deep.csv").touch()
    assert [path.rpartition("/")[2] for path in below(files, str(tmp_path))] == ["file.csv", "deep.csv"]
    assert list(below(files, str(tmp_path / "nothing"))) == []


class Forgetful:
    """A file system that remembers until it is told to forget."""

    def __init__(self):
        self.there = ["rows/a.csv"]
        self.known = None

    def invalidate_cache(self, path=None):
        self.known = None

    def ls(self, path, detail):
        assert not detail
        return self.find(path)

    def find(self, path):
        self.known = self.known or list(self.there)
        return self.known


@pytest.mark.parametrize("look", [names, below])
def test_what_a_file_system_remembers_is_not_believed_and_not_kept(look):
    files = Forgetful()
    files.find("rows")
    files.there.append("rows/b.csv")
    assert len(list(look(files, "rows"))) == 2
    assert files.known is None
