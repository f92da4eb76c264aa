"""What an agent cannot do, tried at every door: accept a plan, read another project, raise its own role, get a person's token.

Each operation of the API is listed here, or the first test fails: whoever adds one says what an agent may do with it.
"""

import json
from typing import get_args

import pytest
from django.db import transaction
from mcp.shared.exceptions import MCPError
from rest_framework.test import APIClient

from agents import tokens
from realtime.commands import AnyCommand
from tests.agents.closed_doors import arguments_for, everything, filled, furnished, place, powers, routes
from tests.agents.conftest import grip
from tests.api.answers import refused
from tests.conftest import client_for, make_user
from tests.realtime.conftest import BRIEF, Api

pytestmark = pytest.mark.stories

PEOPLE_ONLY = {
    "POST plans/{}/accept/": {},
    "POST plans/{}/reviews/": {"verdict": "approve"},
    "POST comments/{}/resolve/": {},
    "POST comments/{}/reopen/": {},
    "PATCH projects/{}/consensus/": {"approvals": 1},
    "DELETE projects/{}/": {},
    "POST projects/{}/members/": {"user": "alan", "role": "owner"},
    "PATCH projects/{}/members/{}/": {"role": "owner"},
    "DELETE projects/{}/members/{}/": {},
    "POST activities/{}/answer/": {"answer": "Godot."},
    "POST sections/{}/drafts/{}/adopt/": {},
    "POST tasks/{}/evidence/{}/confirm/": {},
    "POST tasks/{}/evidence/{}/dispute/": {},
    "POST tool-calls/{}/confirm/": {},
    "POST tool-calls/{}/refuse/": {},
    "POST runs/{}/end/": {},
    "POST claims/{}/release/": {},
    "POST tokens/": {"name": "mine", "scopes": ["write"]},
    "DELETE tokens/{}/": {},
}
"""The people's word, with a body that is right. Of runs and claims: another's."""
WORK = {
    "POST artifacts/{}/validate/",
    "DELETE artifacts/{}/",
    "POST claims/{}/heartbeat/",
    "POST contexts/{}/activate/",
    "PATCH documents/{}/",
    "DELETE documents/{}/",
    "POST documents/{}/cancel/",
    "POST documents/{}/generate/",
    "POST documents/{}/outline/generate/",
    "POST generations/{}/cancel/",
    "PATCH plans/{}/",
    "POST plans/{}/comments/",
    "POST plans/{}/rebase/",
    "POST plans/{}/refine/",
    "PATCH projects/{}/",
    "POST projects/{}/activate/",
    "POST projects/{}/claims/",
    "POST projects/{}/contexts/",
    "POST projects/{}/contexts/generate/",
    "POST projects/{}/documents/",
    "POST projects/{}/events/",
    "POST projects/{}/plans/",
    "POST projects/{}/plans/generate/",
    "POST projects/{}/runs/",
    "POST runs/{}/activities/",
    "PATCH sections/{}/",
    "POST sections/{}/regenerate/",
    *(f"POST tasks/{{}}/{verb}/" for verb in ("start", "progress", "block", "unblock", "complete", "reopen", "verify")),
    *(f"POST tasks/{{}}/{verb}/" for verb in ("claim", "heartbeat", "release", "artifacts", "evidence")),
}
"""What agents do as people do, and what gives them no more power than they have."""
OF_NO_PROJECT = {"POST projects/", "POST auth/token/", "DELETE auth/token/", "POST auth/ws-ticket/"}
READING = [route for route in routes() if route[0] == "GET"]
CHANGING = [route for route in routes() if route[0] != "GET"]


@pytest.fixture
def alice(db):
    return make_user("alice")


@pytest.fixture
def ada(alice) -> APIClient:
    """Alice's agent."""
    _, token = tokens.create_token(alice, name="Ada", scopes=["agent", "read", "write"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def own(alice) -> dict:
    return furnished("own", alice, make_user("dora"))


@pytest.fixture
def others(db) -> dict:
    """Charlie's project, of which Alice knows nothing."""
    return furnished("others", make_user("charlie"), make_user("vera"))


def ask(client: APIClient, route, ids, body=None):
    method, path = route
    return client.generic(method, filled(path, ids), json.dumps(body or {}), content_type="application/json")


def test_every_operation_that_changes_something_is_listed_here_once():
    listed = [*PEOPLE_ONLY, *WORK, *OF_NO_PROJECT]
    assert len(listed) == len(set(listed))
    assert set(listed) ^ {place(route) for route in CHANGING} == set()


def test_of_another_project_an_agent_finds_nothing_and_changes_nothing(ada, others):
    before = everything()
    for route in [*READING, *CHANGING]:
        if "{" in route[1]:
            answer = ask(ada, route, others, PEOPLE_ONLY.get(place(route)))
            assert answer.status_code == 404, (route, answer.content)
            assert answer.json()["code"] in ("not_found", "unknown_stream"), route
        elif route[0] == "GET":
            assert "others" not in ask(ada, route, others).content.decode(), route
    assert everything() == before


def test_by_no_side_door_either(ada, own, others):
    """Ids of another project in the query or the body of a call to one's own."""

    def url(kind, rest=""):
        return f"/api/v1/{kind}/{own[kind]}/{rest}"

    before = everything()
    answers = [{"criterion": "The project opens", "met": True}]
    tries = [
        ada.get(url("plans", "diff/"), {"against": others["plans"]}),
        ada.get(url("contexts", "diff/"), {"against": others["contexts"]}),
        ada.post(url("plans", "rebase/"), {"onto": others["active"]}),
        ada.post(url("plans", "comments/"), {"body": "x", "in_reply_to": others["comments"]}),
        ada.post(url("documents", "generate/"), {"sections": [others["sections"]]}),
        ada.post(url("sections", f"drafts/{others['drafts'] + 1}/adopt/")),
        ada.post(url("projects", "plans/"), {"tasks": [{"title": "x"}], "base": others["active"]}),
        ada.post(
            url("tasks", "complete/"),
            {"acceptance": answers, "evidence": [{"kind": "log", "artifact": others["artifacts"]}]},
        ),
        ada.post(url("tasks", "release/"), {"claim": others["claims"], "fence": 1}),
        ada.post(url("claims", "heartbeat/"), {"claim": others["claims"], "fence": 1}),
    ]
    for number, answer in enumerate(tries):
        assert 400 <= answer.status_code < 500 and answer.json()["code"], (number, answer.content)
        assert "secret" not in answer.content.decode()
    assert everything() == before


def test_what_is_the_peoples_word_is_refused_and_nothing_is_changed(ada, alice, own):
    make_user("alan")
    before, person = everything(), client_for(alice)
    for route in CHANGING:
        if place(route) in PEOPLE_ONLY:
            body = PEOPLE_ONLY[place(route)]
            refused(ask(ada, route, own, body), 403, "people_only")
            with transaction.atomic():
                answer = ask(person, route, own, body)
                assert answer.status_code in (200, 201, 204, 409), (route, answer.content)
                transaction.set_rollback(True)
    assert everything() == before


def test_what_is_work_gives_an_agent_no_more_power(ada, own):
    before = powers()
    grabbing = {
        "role": "owner",
        "user": "alice",
        "status": "accepted",
        "scopes": ["write"],
        "consensus": {"approvals": 0},
    }
    for route in CHANGING:
        if place(route) in WORK:
            for body in ({}, grabbing):
                with transaction.atomic():
                    answer = ask(ada, route, own, body)
                    assert answer.status_code < 500, (route, answer.content)
                    assert powers() == before, route
                    transaction.set_rollback(True)


def test_an_agent_has_no_way_to_a_persons_token(ada, alice, own):
    shown = ada.get("/api/v1/tokens/").content.decode()
    assert "digest" not in shown and '"token"' not in shown
    ticket = ada.post("/api/v1/auth/ws-ticket/").json()["ticket"]
    redeemed = tokens.redeem_ticket(ticket)
    assert redeemed.token is not None and redeemed.token.as_actor().is_agent, (
        "It carries the agent's rights, not Alice's."
    )
    refused(ada.post("/api/v1/auth/token/", {"username": "alice", "password": "x"}), 401, "authentication_failed")
    assert ada.get("/admin/agents/accesstoken/").status_code == 302, "The admin takes no bearer token."


def test_what_a_person_has_locked_no_agent_unlocks(ada, own):
    refused(ada.patch(f"/api/v1/sections/{own['sections']}/", {"locked": False}), 403, "people_only")


@pytest.mark.parametrize("field", [{"tokens_per_day": 10**9}, {"evidence_level": "said"}, {"ai_verification": False}])
def test_what_models_may_use_and_evidence_is_worth_is_the_owners_word(ada, own, field):
    before = everything()
    refused(ada.patch("/api/v1/projects/own/", field), 403, "people_only")
    assert everything() == before


# Over MCP and over sockets


def stand(api, project):
    """What is so in a project, seen by its owner."""
    places = ("state", "claims", "members", "plans", "runs", "questions", "tool-calls", "documents")
    return {place: api.get(f"projects/{project}/{place}/") for place in places}


@pytest.fixture
def secret_section(api, planned):
    outline = [{"heading": "Core"}]
    document = api.post(f"projects/{planned}/documents/", {"title": "Secret", "outline": outline}, expect=201)
    return {"document": document["id"], "section": document["sections"][0]["id"]}


async def test_no_tool_resource_or_prompt_leads_into_another_project(api, someone, planned, connect, secret_section):
    async with connect() as ada, connect(token=someone.token, toolset="all") as eve:
        await ada.start(planned)
        work = await ada.next_task()
        before = stand(api, planned)
        known = {
            **secret_section,
            **grip(work),
            "run": ada.run,
            "project": planned,
            "code": "T-001",
            "category": "code",
            "path": "x",
        }
        for tool in (await eve.client.list_tools()).tools:
            await eve.refused(tool.name, "not_found", **arguments_for(tool.input_schema, known))
        for template in (await eve.client.list_resource_templates()).resource_templates:
            address = template.uri_template.format(project=planned, code="T-001", id=secret_section["document"])
            with pytest.raises(MCPError) as caught:
                await eve.client.read_resource(address)
            assert caught.value.error.data["code"] == "not_found", address
        for prompt in (await eve.client.list_prompts()).prompts:
            arguments = {argument.name: planned for argument in prompt.arguments}
            said = await eve.client.get_prompt(prompt.name, arguments)
            assert BRIEF["pitch"] not in said.model_dump_json() and "Secret" not in said.model_dump_json()
        assert stand(api, planned) == before


async def test_no_tool_gives_an_agent_the_peoples_word(api, planned, connect, secret_section):
    def word():
        tokens = [token["id"] for token in api.get("tokens/")["results"]]
        return api.get(f"projects/{planned}/members/"), api.get(f"projects/{planned}/plans/active/")["version"], tokens

    async with connect(toolset="all") as ada:
        await ada.start(planned)
        work = await ada.next_task()
        before = word()
        known = {
            **secret_section,
            **grip(work),
            "run": ada.run,
            "project": planned,
            "code": "T-001",
            "version": 1,
            "base_version": 1,
        }
        for tool in (await ada.client.list_tools()).tools:
            await ada.client.call_tool(tool.name, arguments_for(tool.input_schema, known))
        assert word() == before


COMMANDS = {
    "subscribe": [{"stream": "project:{project}"}, {"stream": "task:{task}"}, {"stream": "document:{document}"}],
    "unsubscribe": [{"stream": "project:{project}"}],
    "publish": [{"project_id": "{project}", "type": "chat", "payload": {"text": "hi"}}],
    "generate": [{"document_id": "{document}"}],
    "cancel": [{"document_id": "{document}"}],
    "ping": [],
}
"""What each command of a socket could try on another project."""


def test_every_command_of_a_socket_is_listed_here():
    declared = {get_args(kind.model_fields["command"].annotation)[0] for kind in get_args(get_args(AnyCommand)[0])}
    assert COMMANDS.keys() == declared


def test_no_command_of_a_socket_leads_into_another_project(api, someone, planned, secret_section):
    task = api.get(f"projects/{planned}/tasks/")["results"][0]["id"]
    ids = {"project": planned, "task": task, "document": secret_section["document"]}
    token = someone.post("tokens/", {"name": "Eve", "scopes": ["agent"]}, expect=201)["token"]
    before = stand(api, planned)
    with Api(someone.server, token).socket() as socket:
        assert socket.next()["type"] == "welcome"
        for command, tries in COMMANDS.items():
            for number, members in enumerate(tries):
                said = {
                    name: value.format(**ids) if isinstance(value, str) else value for name, value in members.items()
                }
                said |= {name: int(value) for name, value in said.items() if name == "document_id"}
                socket.send(command=command, id=f"{command}-{number}", **said)
                answer = socket.until(lambda frame: "reply_to" in frame)[-1]
                assert (answer["type"], answer["reply_to"]) == ("error", f"{command}-{number}"), answer
                assert answer["code"] in ("not_found", "unknown_stream") and answer["message"]
    assert stand(api, planned) == before


def test_a_socket_publishes_nothing_that_only_the_gateway_says(api, planned, agent_token):
    with Api(api.server, agent_token("Ada")).socket() as socket:
        assert socket.next()["type"] == "welcome"
        for number, name in enumerate(("plan.accepted", "member.changed", "task.completed")):
            socket.send(command="publish", id=number, project_id=planned, type=name, payload={})
            answer = socket.until(lambda frame: "reply_to" in frame)[-1]
            assert (answer["type"], answer["code"]) == ("error", "invalid"), answer
