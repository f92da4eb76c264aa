"""Outside tools over HTTP: people see what agents ask for, and say yes or no. Agents do not."""

import pytest
from rest_framework.test import APIClient

from agents.engine import calls
from agents.models import ToolServer
from agents.tokens import create_token
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Task
from tests.engine.conftest import DONE


@pytest.fixture
def started(monkeypatch):
    """The calls that are made once they are confirmed."""
    made = []
    monkeypatch.setattr("agents.engine.running.start", made.append)
    return made


@pytest.fixture
def waiting(ask):
    call, _ = ask("wipe")
    return call


def test_a_call_is_shown_whole(as_vera, waiting, project):
    shown = as_vera.get(f"/api/v1/tool-calls/{waiting.pk}/")
    assert shown.status_code == 200 and shown["ETag"]
    call = shown.json()
    assert call.items() >= {"server": "workshop", "tool": "wipe", "status": "waiting", "sensitive": True}.items()
    assert call["arguments"] == {"scene": "Main"}
    assert call["requested_by"] == {"kind": "ai", "id": "ada-1", "name": "Ada"}
    assert (call["result"], call["error"], call["decided_by"]) == (None, None, None)
    assert "claim" not in call and "fence" not in call


def test_calls_are_listed_newest_first_and_by_status(as_vera, waiting, ask, project):
    done, _ = ask()
    calls.finish_call(done.pk, DONE)
    place = f"/api/v1/projects/{project.pk}/tool-calls/"
    assert [call["id"] for call in as_vera.get(place).json()["results"]] == [done.pk, waiting.pk]
    [shown] = as_vera.get(f"{place}?status=done").json()["results"]
    assert shown["result"] == {"text": "Done.", "structured": None, "media": [], "cut": False}
    assert as_vera.get(f"{place}?status=lost").status_code == 400


def test_an_editor_confirms(as_bob, waiting, started, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_bob.post(f"/api/v1/tool-calls/{waiting.pk}/confirm/", {}, headers={"Idempotency-Key": "yes"})
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["status"], answer.json()["decided_by"]["name"]) == ("running", "bob")
    again = as_bob.post(f"/api/v1/tool-calls/{waiting.pk}/confirm/", {}, headers={"Idempotency-Key": "yes"})
    assert again["Idempotent-Replayed"] == "true"
    assert [begun.call for begun in started] == [waiting.pk], "Once, however often it is said."
    late = as_bob.post(f"/api/v1/tool-calls/{waiting.pk}/refuse/", {"reason": "No!"})
    assert (late.status_code, late.json()["code"], late.json()["call_status"]) == (409, "not_waiting", "running")


def test_an_editor_refuses(as_bob, waiting):
    answer = as_bob.post(f"/api/v1/tool-calls/{waiting.pk}/refuse/", {"reason": "Not on a Friday."})
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "refused", "reason": "Not on a Friday."}.items()


@pytest.mark.parametrize("verb", ["confirm", "refuse"])
def test_who_may_not_decide(as_vera, as_charlie, alice, waiting, verb, started):
    place = f"/api/v1/tool-calls/{waiting.pk}/{verb}/"
    assert as_vera.post(place, {}).status_code == 403
    assert as_charlie.post(place, {}).status_code == 404
    _, token = create_token(alice, name="Ada", scopes=["agent"])
    agent = APIClient(headers={"Authorization": f"Bearer {token}"})
    refused = agent.post(place, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "people_only")
    waiting.refresh_from_db()
    assert waiting.status == "waiting" and not started


def test_a_confirmation_shows_what_it_saw(as_bob, waiting):
    stale = as_bob.post(f"/api/v1/tool-calls/{waiting.pk}/confirm/", {}, headers={"If-Match": '"toolcall-0-0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


def test_the_catalogue_is_looked_through_by_words(as_vera, as_charlie, project, workshop):
    place = f"/api/v1/projects/{project.pk}/tools/"
    everything = as_vera.get(place).json()["results"]
    assert [tool["tool"] for tool in everything] == ["look", "wipe", "write"]
    [wipe] = as_vera.get(f"{place}?q=wipe").json()["results"]
    assert wipe.items() >= {"server": "workshop", "tags": ["engine"], "destructive": True, "policy": "confirm"}.items()
    assert "headers" not in str(wipe) and "tools.example" not in str(wipe)
    assert len(as_vera.get(f"{place}?limit=1").json()["results"]) == 1
    assert as_vera.get(f"{place}?limit=many").status_code == 400
    assert as_charlie.get(place).status_code == 404


# What plans say of tools


def test_the_analysis_names_tools_that_nobody_has(as_alice, project, accepted, workshop):
    Task.objects.filter(code="T-001").update(mcp_tools=["workshop.look", "unity.paint"])
    place = f"/api/v1/plans/{accepted.pk}/analysis/"
    assert as_alice.get(place).json()["unknown_tools"] == {"T-001": ["unity.paint"]}
    ToolServer.objects.update(enabled=False)
    assert as_alice.get(place).json()["unknown_tools"] == {}, "Nothing to check against."


def test_a_generated_plan_names_the_tools_that_there_are(as_alice, project, workshop):
    made = as_alice.post(f"/api/v1/projects/{project.pk}/plans/generate/", {}).json()
    named = {tool for task in made["tasks"] for tool in task["mcp_tools"]}
    assert "workshop.write" in named and "script.write" not in named
    unknown = as_alice.get(f"/api/v1/plans/{made['id']}/analysis/").json()["unknown_tools"]
    assert {tool for tools in unknown.values() for tool in tools} == named - {"workshop.write"}


def test_a_pack_names_tools_that_nobody_has(as_alice, accepted, workshop):
    task = Task.objects.get(plan=accepted, code="T-001")
    Task.objects.filter(pk=task.pk).update(mcp_tools=["workshop.look", "unity.paint"])
    place = f"/api/v1/tasks/{task.pk}/context-pack/"
    [told] = [item["text"] for item in as_alice.get(place).json()["items"] if item["kind"] == "task"]
    assert "No tool server of the project has: unity.paint" in told
    ToolServer.objects.update(enabled=False)
    [told] = [item["text"] for item in as_alice.get(place).json()["items"] if item["kind"] == "task"]
    assert "No tool server" not in told, "Nothing to check against."


def test_what_is_new_in_a_pack_is_told_where_a_tool_is_unknown(as_alice, propose, alice, workshop):
    plan = services.accept_plan(propose({"title": "Paint", "mcp_tools": ["unity.paint"]}), actor=Actor.person(alice))
    task = plan.tasks.get()
    place = f"/api/v1/tasks/{task.pk}/context-pack/?budget=6000"
    before = as_alice.get(place).json()
    assert "unity.paint" in before["items"][0]["text"]
    services.start_task(task, actor=Actor.person(alice))
    since = as_alice.get(f"{place}&since={before['version']}").json()
    assert since.get("whole") != "unknown"
