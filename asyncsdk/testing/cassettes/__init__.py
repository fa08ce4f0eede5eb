"""Answers of a real service, recorded once into a readable file and played ever after."""

from .cassette import Cassette, NotRecordedError

__all__ = ["Cassette", "NotRecordedError"]
