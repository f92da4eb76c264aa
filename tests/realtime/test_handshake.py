"""Who may open a socket, and what those are told who may not."""

from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.realtime.conftest import Api


def refused(api: Api, path: str = "/ws/", **options: Any) -> int:
    with api.socket(path, **options) as socket:
        return socket.to_the_end()[1]


def test_the_first_frame_is_welcome(api: Api) -> None:
    with api.socket() as socket:
        assert socket.connection.subprotocol == "gateway.v1"
        welcome = socket.next()
    assert welcome["type"] == "welcome"
    assert welcome["protocol"] == "gateway.v1"
    assert welcome["user"] == "admin"
    assert welcome["heartbeat_seconds"] == 2


def test_a_token_may_come_as_a_subprotocol_since_browsers_cannot_send_headers(api: Api) -> None:
    with api.socket(additional_headers={}, subprotocols=["gateway.v1", f"bearer.{api.token}"]) as socket:
        assert socket.connection.subprotocol == "gateway.v1"
        assert socket.next()["type"] == "welcome"


def test_a_ticket_opens_one_socket_and_not_a_second(api: Api) -> None:
    ticket = api.post("auth/ws-ticket/")["ticket"]
    with api.socket(f"/ws/?ticket={ticket}", additional_headers={}) as socket:
        assert socket.next()["type"] == "welcome"
    assert refused(api, f"/ws/?ticket={ticket}", additional_headers={}) == 4401


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer é"}, {"Authorization": "Basic YTpi"}]
)
def test_without_a_good_credential_the_socket_is_closed_with_4401(api: Api, headers: dict[str, str]) -> None:
    assert refused(api, additional_headers=headers) == 4401


def test_a_session_needs_an_origin_of_ours(api: Api, someone: Api) -> None:
    cookie = session_cookie(someone)
    assert refused(api, additional_headers={"Cookie": cookie}) == 4401
    assert refused(api, additional_headers={"Cookie": cookie}, origin="http://evil.example") == 4403
    with api.socket(additional_headers={"Cookie": cookie}, origin=api.server.url) as socket:
        assert socket.next()["user"] == someone.name


def test_a_foreign_page_is_refused_even_with_a_token(api: Api) -> None:
    assert refused(api, origin="http://evil.example") == 4403


def session_cookie(person: Api) -> str:
    """The session of a person who signs in with a password, as a browser would."""
    with httpx.Client(base_url=person.server.url) as browser:
        page = browser.get("/api/session/login/")
        form = {
            "username": person.name,
            "password": f"password-of-{person.name}",
            "csrfmiddlewaretoken": page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0],
        }
        answer = browser.post("/api/session/login/", data=form)
        assert answer.status_code == 302, answer.text
        return f"sessionid={browser.cookies['sessionid']}"


@pytest.mark.parametrize(
    "path", ["/ws/projects/nothing-here/", "/ws/tasks/999999/", "/ws/tasks/x/", "/ws/nowhere/", "/other/"]
)
def test_what_is_not_there_is_closed_with_4404(api: Api, path: str) -> None:
    assert refused(api, path) == 4404


def test_a_strangers_project_looks_as_if_it_were_not_there(api: Api, project: str, someone: Api) -> None:
    assert refused(someone, f"/ws/projects/{project}/") == 4404
    with someone.socket() as socket:
        socket.send(command="subscribe", id="1", stream=f"project:{project}")
        theirs = socket.take(2)[1]
        socket.send(command="subscribe", id="1", stream="project:never-made")
        nobodys = socket.next()
    assert theirs["code"] == nobodys["code"] == "unknown_stream"
    assert theirs["message"].replace(project, "") == nobodys["message"].replace("never-made", "")


@pytest.mark.parametrize("query", ["after=yesterday", "after=", "aftr=5", "types=tusk.*"])
def test_a_query_that_would_be_a_silent_hole_is_a_protocol_error(api: Api, project: str, query: str) -> None:
    assert refused(api, f"/ws/projects/{project}/?{query}") == 4400


def test_a_socket_that_subscribes_to_nothing_is_closed(api: Api) -> None:
    assert refused(api) == 4408


def test_a_frame_that_is_too_large_closes_the_socket(api: Api) -> None:
    with api.socket() as socket:
        socket.connection.send("x" * 70_000)
        assert socket.to_the_end()[1] == 4413


def test_a_binary_frame_is_a_protocol_error(api: Api) -> None:
    with api.socket() as socket:
        socket.connection.send(b"\x00\x01")
        assert socket.to_the_end()[1] == 4400


def test_who_sends_commands_without_end_is_closed(api: Api) -> None:
    with api.socket(max_queue=None) as socket:  # or the client would stop reading, and not hear of the close
        try:
            for number in range(2_000):
                socket.send(command="ping", id=number)
        except ConnectionClosed:
            pass
        assert socket.to_the_end()[1] == 4429


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "bad_command"),
        ("[]", "bad_command"),
        ("{}", "bad_command"),
        ('{"command":"dance","id":"7"}', "bad_command"),
        ('{"command":"subscribe","id":"7"}', "bad_command"),
        ('{"command":"subscribe","id":"7","stream":"project:x","sections":"perhaps"}', "bad_command"),
        ('{"command":"ping","id":"7","extra":1}', "bad_command"),
        ('{"command":"subscribe","id":"7","stream":"project:\\u0000"}', "bad_command"),
        ('{"command":"subscribe","id":"7","stream":"user:1"}', "unknown_stream"),
        ('{"command":"subscribe","id":"7","stream":"nonsense"}', "unknown_stream"),
        ('{"command":"unsubscribe","id":"7","stream":"project:x"}', "unknown_stream"),
        ('{"command":"publish","id":"7","project_id":"x","type":"chat","payload":{"text":"hi"}}', "not_found"),
    ],
)
def test_a_bad_command_is_answered_and_the_socket_lives_on(api: Api, frame: str, code: str) -> None:
    with api.socket() as socket:
        socket.next()
        socket.connection.send(frame)
        error = socket.next()
        socket.send(command="ping", id="after")
        assert socket.next()["reply_to"] == "after"
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]
    assert '"id":"7"' not in frame or error["reply_to"] == "7"
