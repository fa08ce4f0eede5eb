"""What stands in a cassette in the place of secrets. Pure.

A secret that a service gave has a name of its own (``REDACTED-1``) wherever it stands, so that what is asked with it later is told from
what is asked with another one; one that only a caller gave is ``REDACTED``, whatever it is: who plays a cassette may have another.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from ...http.redact import is_sensitive, redact
from ...http.spellings import covered

GIVEN = "REDACTED"
_OURS = re.compile(rf"{GIVEN}(?:-\d+)?")
_UNCUT = 1 << 30
# Names that tell of a secret, but do not hold one.
_ABOUT = re.compile(r"(?i:type|name|count|status|kind|version|only)s?$|(?:At|_at|Url|_url|Uri|_uri)$")
# Lists and objects under such a name are what they say, and no secret as a whole.
_OF_THINGS = re.compile(r"session|token|key", re.IGNORECASE)
_SHORTEST_ID = 8
_LONG = 16


class Veil:
    """Learns secrets, and takes them out.

    Args:
        keep: names of fields and parameters that hold none, whatever they look like.
    """

    def __init__(self, keep: Collection[str] = ()) -> None:
        self._keep = frozenset(keep)
        self._known: dict[str, str] = {}

    def learn(self, value: Any, *, answered: bool, inside: bool = False) -> None:
        """Note the secrets in JSON.

        Args:
            value: what was sent or answered.
            answered: whether the service said it.
            inside: whether it stands under a name that says that it is one.
        """
        if isinstance(value, dict):
            for name, each in value.items():
                self.learn(each, answered=answered, inside=self._under(name, each, inside=inside))
        elif isinstance(value, list):
            for each in value:
                self.learn(each, answered=answered, inside=inside and not isinstance(each, dict))
        elif inside and isinstance(value, str):
            self.note(value, answered=answered)

    def note(self, secret: str, *, answered: bool) -> None:
        """Note one secret."""
        if not secret or _OURS.fullmatch(secret):
            return
        if answered and self._known.get(secret, GIVEN) == GIVEN:
            self._known[secret] = f"{GIVEN}-{1 + sum(each != GIVEN for each in self._known.values())}"
        self._known.setdefault(secret, GIVEN)

    def json(self, value: Any, *, inside: bool = False) -> Any:
        """JSON without secrets; all else is as it was, in its order."""
        if isinstance(value, dict):
            return {
                name: self.json(each, inside=self._under(name, each, inside=inside)) for name, each in value.items()
            }
        if isinstance(value, list):
            return [self.json(each, inside=inside and not isinstance(each, dict)) for each in value]
        if isinstance(value, str):
            return self.secret(value) if inside and value else self.text(value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return 0 if inside and number and len(str(value)) >= 4 else value

    def secret(self, value: str) -> str:
        """What stands for a secret."""
        return value if _OURS.fullmatch(value) else self._known.get(value, GIVEN)

    def parameter(self, name: str, value: str) -> str:
        """The value of a query parameter without secrets."""
        return self.secret(value) if value and self._under(name, value) else self.text(value)

    def text(self, text: str) -> str:
        """Text without the secrets that are known, and without what looks like one."""
        for secret in sorted(filter(_telling, self._known), key=len, reverse=True):
            text = covered(text, (secret,), self._known[secret])
        return redact(text, most=_UNCUT)

    def _under(self, name: str, value: object, *, inside: bool = False) -> bool:
        """Whether what stands under a name is a secret."""
        if name in self._keep or _ABOUT.search(name):
            return False
        if not is_sensitive(name):
            return inside
        if isinstance(value, dict | list):
            return _OF_THINGS.search(name) is None or (
                isinstance(value, list) and all(isinstance(e, str) for e in value)
            )
        # a short id is a number in a list of things
        return not (name.lower().endswith("id") and isinstance(value, str) and len(value) < _SHORTEST_ID)


def _telling(secret: str) -> bool:
    """Whether a value can be looked for in any text: a word would be found where it is none."""
    return len(secret) >= _LONG or (len(secret) >= _SHORTEST_ID and any(map(str.isdigit, secret)))
