"""Forms and URLs that let anybody send or get one object for a while, and their checks (S3, "Authenticating requests")."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hmac import compare_digest, digest
from time import gmtime, strftime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from attrs import field, frozen

from .signature import ALGORITHM, Asked, canonical_query, signature, signing_key, uri_encoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...http.clock import Clock

_SIGNATURE = "X-Amz-Signature"
_FREE = frozenset({"policy", "x-amz-signature", "file"})


class StorageError(Exception):
    """A request that the storage refuses.

    Attributes:
        status: of its answer.
        code: the storage's name for it.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@frozen
class Presigner:
    """Makes forms and URLs, and checks them when they come back.

    Attributes:
        clock: the service's.
        region: where the storage is.
        lifetime: seconds that each is good for.
        most: bytes that a form allows.
        access_key: whom they say that they were signed by.
        secret_key: what they are signed with.
    """

    clock: Clock
    region: str
    lifetime: float
    most: int
    access_key: str = "test-storage"
    secret_key: str = field(default="test-storage-secret", repr=False)

    def form(self, key: str, bucket: str) -> dict[str, str]:
        """The fields of a form for one key."""
        now = self.clock.time()
        date = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        fields = {
            "key": key,
            "bucket": bucket,
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{self._scope(date)}",
            "X-Amz-Date": date,
        }
        ends = datetime.fromtimestamp(now + self.lifetime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", 0, self.most])
        policy = b64encode(json.dumps({"expiration": ends, "conditions": conditions}).encode()).decode()
        return {**fields, "Policy": policy, _SIGNATURE: self._of_policy(policy, date)}

    def check_form(self, fields: Mapping[str, str]) -> tuple[int, int]:
        """Let a form pass: its policy is ours, has not ended, and covers every field.

        Returns:
            The least and the most bytes that its file may have.

        Raises:
            StorageError: why not.
        """
        lower = {name.lower(): value for name, value in fields.items()}
        policy, date = lower.get("policy", ""), lower.get("x-amz-date", "")
        if not policy or not compare_digest(lower.get("x-amz-signature", ""), self._of_policy(policy, date)):
            raise StorageError(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        told = json.loads(b64decode(policy))
        if datetime.fromisoformat(told["expiration"]).timestamp() < self.clock.time():
            raise StorageError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        exact = {
            name.lower(): value for each in told["conditions"] if isinstance(each, dict) for name, value in each.items()
        }
        for name, value in lower.items():
            if name not in _FREE and exact.get(name) != value:
                raise StorageError(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {name}")
        for name in exact.keys() - lower.keys():
            raise StorageError(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {name}")
        (least, most) = next((each[1], each[2]) for each in told["conditions"] if isinstance(each, list))
        return least, most

    def url(self, method: str, base: str, path: str, host: str) -> str:
        """A URL for one method on one object.

        Args:
            method: in upper case.
            base: scheme, host and port.
            path: of the object, encoded once.
            host: the ``Host`` that it will be asked under.
        """
        date = strftime("%Y%m%dT%H%M%SZ", gmtime(self.clock.time()))
        query = "&".join(
            f"{name}={uri_encoded(value)}"
            for name, value in (
                ("X-Amz-Algorithm", ALGORITHM),
                ("X-Amz-Credential", f"{self.access_key}/{self._scope(date)}"),
                ("X-Amz-Date", date),
                ("X-Amz-Expires", f"{self.lifetime:.0f}"),
                ("X-Amz-SignedHeaders", "host"),
            )
        )
        asked = Asked(method, path, query, [("host", host)])
        return f"{base}{path}?{query}&{_SIGNATURE}={self._of_query(asked, date, ['host'])}"

    def check_url(self, asked: Asked) -> None:
        """Let a request to a URL pass.

        Raises:
            StorageError: why not.
        """
        told = dict(parse_qsl(asked.query, keep_blank_values=True))
        date, names = told.get("X-Amz-Date", ""), told.get("X-Amz-SignedHeaders", "").split(";")
        if not compare_digest(told.get(_SIGNATURE, ""), self._of_query(asked, date, names)):
            raise StorageError(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        if loose := [name for name, _ in asked.headers if name.startswith("x-amz-") and name not in names]:
            raise StorageError(403, "AccessDenied", f"There were headers present which were not signed: {loose[0]}")
        began = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        if began + float(told["X-Amz-Expires"]) < self.clock.time():
            raise StorageError(403, "AccessDenied", "Request has expired")

    def _scope(self, date: str) -> str:
        return f"{date[:8]}/{self.region}/s3/aws4_request"

    def _key(self, date: str) -> bytes:
        return signing_key(self.secret_key, date[:8], self.region, "s3")

    def _of_policy(self, policy: str, date: str) -> str:
        return digest(self._key(date), policy.encode(), "sha256").hex()

    def _of_query(self, asked: Asked, date: str, names: list[str]) -> str:
        query = canonical_query(asked.query, without=(_SIGNATURE,))
        scope = f"{date}\n{self._scope(date)}"
        # the storage, other than the gateway, takes a path as it is on the wire
        return signature(self._key(date), asked, asked.path, query, names, "UNSIGNED-PAYLOAD", scope)
