"""The files of a pull: the sink that writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, get_args

from ...sinks import CSVSink, NDJSONSink, ParquetSink
from ...sinks.parquet import ParquetCompression
from ..terminal.problems import usage
from .rows import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...sinks.compression import Compression
    from .request import PullRequest

T = TypeVar("T")

_PARQUET: dict[str, ParquetCompression] = {each: each for each in get_args(ParquetCompression)}
_TEXT: dict[str, Compression | None] = {"none": None, "gzip": "gzip", "zstd": "zstd"}


def sink(request: PullRequest) -> CSVSink | NDJSONSink | ParquetSink:
    """The sink that a pull into a directory writes to.

    Raises:
        UsageError: the format has no such compression.
        ConfigurationError: a package is missing.
    """
    assert request.out is not None
    if request.format is Format.PARQUET:
        return ParquetSink(request.out, compression=_named(request.compression or "zstd", _PARQUET))
    kind = NDJSONSink if request.format is Format.NDJSON else CSVSink
    return kind(request.out, _text_compression(request))


def _text_compression(request: PullRequest) -> Compression | None:
    return _named(request.compression or "none", _TEXT)


def _named(compression: str, known: Mapping[str, T]) -> T:
    try:
        return known[compression.lower()]
    except KeyError:
        message = f"{compression!r} is none that this format has: it is one of {', '.join(known)}"
        raise usage("--compression", message) from None
