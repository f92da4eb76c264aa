from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from agents import tokens
from agents.models import AccessToken, SocketTicket
from gamedev_gateway.core.errors import NotFound
from tests.api.answers import refused, task_of, wrong_fields

TOKENS = "/api/v1/tokens/"
LOGIN = "/api/v1/auth/token/"
TICKET = "/api/v1/auth/ws-ticket/"
PROJECTS = "/api/v1/projects/"


def bearer(text: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def token_with(user, *scopes: str, **options) -> APIClient:
    return bearer(tokens.create_token(user, scopes=list(scopes), **options)[1])


# Signing in


def test_a_password_gives_a_token_that_works(alice, project):
    answer = APIClient().post(LOGIN, {"username": "alice", "password": "secret-of-alice"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at"}
    assert bearer(answer.json()["token"]).get(PROJECTS).json()["results"][0]["id"] == project.pk


@pytest.mark.parametrize("body", [("alice", "wrong"), ("nobody", "secret-of-alice")])
def test_a_wrong_password_and_an_unknown_user_are_refused_alike(alice, body):
    response = bearer("worn-out").post(LOGIN, {"username": body[0], "password": body[1]})
    assert refused(response, 401, "authentication_failed")["detail"] == "Username or password is wrong."
    assert response["WWW-Authenticate"] == "Bearer"


def test_somebody_locked_out_gets_no_token_and_their_token_no_answer(alice):
    client = token_with(alice, "read")
    alice.is_active = False
    alice.save()
    refused(APIClient().post(LOGIN, {"username": "alice", "password": "secret-of-alice"}), 401, "authentication_failed")
    refused(client.get(PROJECTS), 401, "authentication_failed")


def test_signing_out_revokes_the_token_used_and_no_other(alice):
    used, other = token_with(alice, "read"), token_with(alice, "read")
    assert used.delete(LOGIN).status_code == 204
    refused(used.get(PROJECTS), 401, "authentication_failed")
    assert other.get(PROJECTS).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a b", "Bearer wrong", "Basic YTpi", "Bearer é", "Token x"])
def test_without_a_valid_token_nothing_is_told(project, header):
    client = APIClient()
    if header:
        client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get(f"{PROJECTS}pixel-jumper/")
    assert response.status_code == 401
    refused(response, 401, response.json()["code"])
    assert "pixel" not in str(response.json()).lower()


# Tokens


def test_a_token_is_shown_once_and_stored_as_a_digest(as_alice):
    made = as_alice.post(TOKENS, {"name": "ci", "scopes": ["read"]}).json()
    assert bearer(made["token"]).get(PROJECTS).status_code == 200
    shown = as_alice.get(f"{TOKENS}{made['id']}/").json()
    assert shown["scopes"] == ["read"]
    assert made["token"] not in str(as_alice.get(TOKENS).json()) + str(shown)
    stored = AccessToken.objects.values().get()
    assert made["token"] not in map(str, stored.values())


def test_no_answer_with_a_secret_is_kept_for_retries(as_alice):
    header = {"Idempotency-Key": "same"}
    first = as_alice.post(TOKENS, {"name": "ci"}, headers=header)
    second = as_alice.post(TOKENS, {"name": "ci"}, headers=header)
    assert first.json()["token"] != second.json()["token"]
    assert "Idempotent-Replayed" not in second


def test_a_revoked_token_is_refused(as_alice):
    made = as_alice.post(TOKENS, {"name": "ci"}).json()
    assert as_alice.delete(f"{TOKENS}{made['id']}/").status_code == 204
    refused(bearer(made["token"]).get(PROJECTS), 401, "authentication_failed")


def test_an_expired_token_is_refused(alice):
    past = datetime.now(UTC) - timedelta(seconds=1)
    refused(token_with(alice, "read", expires_at=past).get(PROJECTS), 401, "authentication_failed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "tomorrow"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
        ("scopes", []),
        ("scopes", "read"),
        ("name", "x" * 101),
        ("user", "bob"),
    ],
)
def test_a_wrong_wish_is_named(as_alice, field, value):
    assert wrong_fields(as_alice.post(TOKENS, {field: value})) == {field}


def test_unknown_scopes_are_named(as_alice):
    assert wrong_fields(as_alice.post(TOKENS, {"scopes": ["read", "everything"]})) == {"scopes.1"}


def test_a_token_may_live_as_long_as_the_calendar(as_alice):
    made = as_alice.post(TOKENS, {"expires_at": "9999-12-31T23:59:59.999999Z"}).json()
    assert bearer(made["token"]).get(PROJECTS).status_code == 200


def test_everybody_sees_their_own_tokens_only(as_alice, as_charlie):
    made = as_alice.post(TOKENS, {"name": "mine"}).json()
    assert as_charlie.get(TOKENS).json()["results"] == []
    refused(as_charlie.get(f"{TOKENS}{made['id']}/"), 404, "not_found")
    refused(as_charlie.delete(f"{TOKENS}{made['id']}/"), 404, "not_found")


def test_its_last_use_is_told(alice, as_alice):
    client = token_with(alice, "read")
    assert as_alice.get(TOKENS).json()["results"][0]["last_used_at"] is None
    client.get(PROJECTS)
    assert as_alice.get(TOKENS).json()["results"][0]["last_used_at"]


# Scopes


def test_a_reading_token_changes_nothing(alice, accepted):
    client = token_with(alice, "read")
    task = task_of(accepted, "T-001")
    assert client.get(f"/api/v1/tasks/{task.pk}/").status_code == 200
    for response in (
        client.post(f"/api/v1/tasks/{task.pk}/start/"),
        client.patch(f"{PROJECTS}pixel-jumper/", {"name": "x"}),
        client.delete(f"{PROJECTS}pixel-jumper/"),
        client.post(f"{PROJECTS}pixel-jumper/events/", {"type": "chat", "payload": {"text": "x"}}),
        client.post(TOKENS, {}),
    ):
        refused(response, 403, "forbidden")
    task.refresh_from_db()
    assert task.status == "pending"


def test_an_agent_works_under_its_own_name(alice, accepted, project):
    client = token_with(alice, "agent", name="Level builder")
    response = client.post(f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/start/")
    assert response.status_code == 200
    told = client.get(f"{PROJECTS}pixel-jumper/events/", {"types": "task.started"}).json()["results"][0]
    assert (told["actor"]["kind"], told["actor"]["name"]) == ("ai", "Level builder")


@pytest.mark.parametrize("scopes", [["agent"], ["read", "write", "agent"]])
def test_an_agent_decides_nothing_for_people(alice, as_bob, accepted, propose, charlie, project, scopes):
    client = token_with(alice, *scopes)
    plan = client.post(f"{PROJECTS}pixel-jumper/plans/", {"tasks": [{"title": "x"}]}).json()
    assert plan["created_by"] == "ai"
    members = f"{PROJECTS}pixel-jumper/members/"
    bobs = next(item["id"] for item in client.get(members).json()["results"] if item["user"] == "bob")
    other = tokens.create_token(alice)[0]
    for response in (
        client.post(f"/api/v1/plans/{plan['id']}/accept/"),
        client.post(members, {"user": "charlie", "role": "viewer"}),
        client.post(members, {"user": "bob", "role": "owner"}),
        client.patch(f"{members}{bobs}/", {"role": "owner"}),
        client.delete(f"{members}{bobs}/"),
        client.post(TOKENS, {"scopes": ["write"]}),
        client.delete(f"{TOKENS}{other.uid}/"),
        client.delete(f"{PROJECTS}pixel-jumper/"),
    ):
        refused(response, 403, "people_only")
    assert client.get(f"/api/v1/plans/{plan['id']}/").json()["status"] == "proposed"
    assert as_bob.get(f"{PROJECTS}pixel-jumper/").json()["role"] == "editor"
    assert AccessToken.objects.filter(pk=other.pk).exists()


# Tickets


def test_a_ticket_opens_one_socket_with_the_rights_of_the_token(alice):
    answer = token_with(alice, "read").post(TICKET)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 30
    assert answer.json()["ticket"] not in str(SocketTicket.objects.values().get())
    assert tokens.redeem_ticket(answer.json()["ticket"]).token.scopes == ["read"]
    with pytest.raises(NotFound):
        tokens.redeem_ticket(answer.json()["ticket"])


def test_an_old_ticket_opens_nothing(as_alice):
    ticket = as_alice.post(TICKET).json()["ticket"]
    SocketTicket.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(NotFound):
        tokens.redeem_ticket(ticket)


def test_nobody_unknown_gets_a_ticket(db):
    refused(APIClient().post(TICKET), 401, "not_authenticated")
