from __future__ import annotations

import re
from itertools import islice

from asyncsdk.testing.gateway import message, request_ids


def test_request_ids_look_like_the_gateways_and_are_the_same_in_each_run():
    ids = list(islice(request_ids(3), 50))
    assert ids == list(islice(request_ids(3), 50))
    assert ids != list(islice(request_ids(4), 50))
    assert len({each["x-amzn-RequestId"] for each in ids}) == 50
    for each in ids:
        assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", each["x-amzn-RequestId"])
        assert re.fullmatch(r"[A-Za-z0-9_-]{14}==?", each["x-amz-apigw-id"])


def test_a_message_of_the_gateway_names_its_kind():
    response = message(403, "Forbidden")
    assert response.status_code == 403
    assert response.body == b'{"message":"Forbidden"}'
    assert response.headers["x-amzn-errortype"] == "ForbiddenException"
    assert response.headers["content-type"] == "application/json"


def test_a_message_of_the_service_behind_it_names_none():
    assert "x-amzn-errortype" not in message(422, "Validation failed").headers


def test_a_message_takes_more_headers():
    assert message(503, "Service Unavailable", **{"Retry-After": "3"}).headers["retry-after"] == "3"
