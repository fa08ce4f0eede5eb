"""Dates in headers. Pure: a text in, seconds since the epoch out, whatever the zone of this machine."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# In hours from UTC. An HTTP date is GMT, and one without a zone means that too; RFC 5322, 4.3 has the others, of old mail.
_ZONES = {"": 0, "gmt": 0, "ut": 0, "utc": 0, "z": 0}
_ZONES |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}

_DAY = r"(?:[a-z]{3,9},?\s+)?"
_TIME = r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)"
_ZONE = r"(?:\s*(?P<zone>[a-z]{1,3}|[+-]\d\d:?[0-5]\d))?"
# The date of RFC 9110 and that of RFC 850 differ in what stands between their parts and in the digits of the year; that of C's
# asctime has another order.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_DAY}(?P<day>\d\d?)(?:\s+|-)(?P<month>[a-z]{{3}})(?:\s+|-)(?P<year>\d{{2}}|\d{{4}})\s+{_TIME}{_ZONE}",
        rf"{_DAY}(?P<month>[a-z]{{3}})\s+(?P<day>\d\d?)\s+{_TIME}{_ZONE}\s+(?P<year>\d{{4}})",
    )
)


def http_date(text: str, now: float) -> float | None:
    """A date in a header (RFC 9110, 5.6.7) in seconds since the epoch; None where it makes no sense.

    Args:
        text: in any of the three forms. Without a zone, or with ``-0000``, it is UTC.
        now: seconds since the epoch: a year of two digits is the last one that is not more than 50 years ahead.
    """
    text = text.strip()
    found = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    offset = None if found is None else _offset(found["zone"] or "")
    if found is None or offset is None:
        return None
    year, second = int(found["year"]), int(found["second"])
    if len(found["year"]) == 2:
        latest = datetime.fromtimestamp(now, UTC).year + 50
        year = latest - (latest - year) % 100
    leap = second == 60
    try:
        month = _MONTHS.index(found["month"].lower()) + 1
        day, hour, minute = int(found["day"]), int(found["hour"]), int(found["minute"])
        moment = datetime(year, month, day, hour, minute, second - leap, tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() + leap - offset


def _offset(zone: str) -> int | None:
    """Seconds by which a zone is ahead of UTC; None for one that nobody knows."""
    if zone[:1] in ("+", "-"):
        seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        return -seconds if zone[0] == "-" else seconds
    hours = _ZONES.get(zone.lower())
    return None if hours is None else hours * 3600
