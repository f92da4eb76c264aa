"""The API client of `simulate`: a lost answer is asked for again, with the same Idempotency-Key."""

import httpx
import pytest

from gamedev_gateway.simulation.client import Api, ApiError, Unreachable


def api_answering(
    *answers: httpx.Response | Exception, patience: float = 30
) -> tuple[Api, list[httpx.Request], list[float]]:
    left = list(answers)
    requests: list[httpx.Request] = []
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    api = Api("http://gateway", "t", patience=patience, wait=waits.append, transport=httpx.MockTransport(answer))
    return api, requests, waits


def test_a_lost_answer_is_asked_for_again_with_the_same_key():
    api, requests, _ = api_answering(httpx.ReadError("gone"), httpx.Response(503), httpx.Response(201, json={"id": 1}))
    with api:
        assert api.post("things/", {"a": 1}) == {"id": 1}
    assert len({request.headers["Idempotency-Key"] for request in requests}) == 1
    assert {request.content for request in requests} == {b'{"a":1}'}


def test_two_posts_have_two_keys():
    api, requests, _ = api_answering(httpx.Response(201, json={}), httpx.Response(201, json={}))
    with api:
        api.post("things/", {})
        api.post("things/", {})
    assert requests[0].headers["Idempotency-Key"] != requests[1].headers["Idempotency-Key"]


def test_it_waits_as_long_as_it_is_asked_to():
    api, _, waits = api_answering(httpx.Response(429, headers={"Retry-After": "3"}), httpx.Response(200, json={}))
    with api:
        api.get("things/")
    assert waits == [3.0]


def test_it_waits_longer_each_time_and_then_gives_up():
    api, _, waits = api_answering(*[httpx.ConnectError("refused")] * 3, patience=0.5)
    with api, pytest.raises(Unreachable, match="Nobody answers at http://gateway"):
        api.get("things/")
    assert waits == [0.2, 0.4]


def test_a_refusal_is_not_asked_for_again():
    problem = {"code": "wrong_status", "detail": "It is done."}
    api, requests, _ = api_answering(httpx.Response(409, json=problem))
    with api, pytest.raises(ApiError, match="It is done") as caught:
        api.post("things/", {})
    assert (caught.value.status, caught.value.code, len(requests)) == (409, "wrong_status", 1)


def test_something_that_is_no_gateway_is_said_to_be_none():
    api, _, _ = api_answering(httpx.Response(200, text="<html>"))
    with api, pytest.raises(Unreachable, match="is that the gateway"):
        api.get("things/")


def test_a_list_is_read_page_by_page():
    following = "http://gateway/api/v1/things/?limit=200&cursor=abc"
    api, requests, _ = api_answering(
        httpx.Response(200, json={"next": following, "results": [1, 2]}),
        httpx.Response(200, json={"next": None, "results": [3]}),
    )
    with api:
        assert list(api.all("things/")) == [1, 2, 3]
    assert str(requests[1].url) == following
