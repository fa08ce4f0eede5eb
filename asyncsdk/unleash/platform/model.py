"""Models that several groups of operations share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from ...codec import Model, wire
from .rules import EMAIL, FILE_NAME, URL, at_most, ruled


@frozen(kw_only=True)
class Company(Model):
    """A company.

    Attributes:
        id: made by the service.
        owner: the id of the user who owns it.
        name: at most 100 characters.
        address: at most 200.
        logo: a URL.
        brand_color: in hexadecimal digits or in words, at most 100.
        website: a URL.
        industry: at most 50.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = wire("id", always=True)
    owner: str | None = None
    name: str | None = ruled("name", at_most(100))
    address: str | None = ruled("address", at_most(200))
    logo: str | None = ruled("logo", URL)
    brand_color: str | None = ruled("brandColor", at_most(100))
    website: str | None = ruled("website", URL)
    industry: str | None = ruled("industry", at_most(50))
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


@frozen(kw_only=True)
class User(Model):
    """A user.

    Attributes:
        id: the Cognito identity id, such as ``ap-southeast-2:b9be243f-...``.
        username: an alias.
        full_name: at most 100 characters.
        email: an address.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = wire("id", always=True)
    username: str | None = None
    full_name: str | None = ruled("fullName", at_most(100))
    email: str | None = ruled("email", EMAIL)
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


@frozen(kw_only=True)
class Device(Model):
    """An aircraft, a camera, or whatever else records.

    Attributes:
        id: of the hardware, at most 100 characters.
        name: at most 100.
        description: for people.
        hwstats: about the hardware, at most 500; JSON in the document's example.
        usage: at most 1000; likewise.
        created_at: made by the service.
        updated_at: likewise.
    """

    id: str = ruled("id", at_most(100), always=True)
    name: str | None = ruled("name", at_most(100))
    description: str | None = None
    hwstats: str | None = ruled("hwstats", at_most(500))
    usage: str | None = ruled("usage", at_most(1000))
    created_at: datetime | None = wire("createdAt")
    updated_at: datetime | None = wire("updatedAt")


@frozen(kw_only=True)
class OfUser(Model):
    """Which user is meant.

    Attributes:
        user_id: the user.
    """

    user_id: str | None = wire("userId")


@frozen(kw_only=True)
class OfDevice(Model):
    """Which device is meant.

    Attributes:
        device_id: the device.
    """

    device_id: str | None = wire("deviceId")


@frozen(kw_only=True)
class Presigned(Model):
    """Where a file may be sent without other credentials, for a while: a PUT to the URL, or, with fields, a POST of a form.

    Attributes:
        url: where to; the signature of a PUT stands in it, so that a repr hides it.
        fields: of the form, in this order, before the file.
    """

    url: str = wire("url", secret=True, always=True)
    fields: Mapping[str, str] | None = wire("fields", secret=True)


@frozen(kw_only=True)
class SessionFile(Model):
    """A file of a session.

    Attributes:
        session_id: the session.
        file_name: the file.
    """

    session_id: str | None = wire("sessionId", secret=False)
    file_name: str | None = ruled("fileName", FILE_NAME)
