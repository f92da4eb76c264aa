"""Runs: what an agent tells of its session, what people answer, and how a vanished one is found."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import runs
from agents.models import Run
from plans.models import Claim
from tests.api.answers import act, events, refused, task_of, wrong_fields
from tests.api.test_claims import agent

RUNS = "/api/v1/projects/pixel-jumper/runs/"


@pytest.fixture
def ada(alice):
    return agent(alice, "Ada")


@pytest.fixture
def ben(alice):
    return agent(alice, "Ben")


@pytest.fixture
def run(ada, project) -> dict:
    response = ada.post(RUNS, {"agent": "Ada", "model": "scripted", "capabilities": ["godot"]})
    assert response.status_code == 201, response.content
    return response.json()


def tell(client, run, **body):
    return client.post(f"/api/v1/runs/{run['id']}/activities/", body)


def end(client, run, **body):
    return client.post(f"/api/v1/runs/{run['id']}/end/", body)


def test_a_run_goes_its_way(ada, as_vera, run, project):
    assert run["status"] == "pending"
    assert tell(ada, run, kind="thought", body="The hero needs a body first.").status_code == 201
    assert tell(ada, run, kind="action", body="Opened main.tscn").status_code == 201
    seen = as_vera.get(f"/api/v1/runs/{run['id']}/").json()
    assert seen["status"] == "active"
    assert [activity["kind"] for activity in seen["activities"]] == ["thought", "action"]
    assert end(ada, run, summary="Nothing left to do").json()["status"] == "complete"
    refused(tell(ada, run, kind="thought", body="One more"), 409, "run_ended")
    told = [event["type"] for event in events(project) if event["type"].startswith("run.")]
    assert told == ["run.started", "run.activity", "run.activity", "run.ended"]


def test_people_answer_what_an_agent_asks(ada, as_bob, as_vera, run, project):
    asked = tell(ada, run, kind="elicitation", body="Which engine?", options=["Godot", "Unity"]).json()
    assert as_bob.get(RUNS, {"status": "awaiting_input"}).json()["results"][0]["id"] == run["id"]
    place = f"/api/v1/activities/{asked['id']}/answer/"
    refused(ada.post(place, {"answer": "Godot"}), 403, "people_only")
    refused(as_vera.post(place, {"answer": "Godot"}), 403, "forbidden")
    assert wrong_fields(as_bob.post(place, {})) == {"answer"}
    answered = as_bob.post(place, {"answer": "Godot"}).json()
    assert (answered["answer"], answered["answered_by"]["name"]) == ("Godot", "bob")
    refused(as_bob.post(place, {"answer": "Unity"}), 409, "no_question")
    assert ada.get(f"/api/v1/runs/{run['id']}/").json()["status"] == "active"
    assert events(project, "question.answered")[0]["payload"]["answer"] == "Godot"


def test_a_run_goes_on_when_its_last_question_is_answered(ada, as_bob, run):
    first, second = (tell(ada, run, kind="elicitation", body=f"{n}?").json() for n in (1, 2))
    for question, then in ((first, "awaiting_input"), (second, "active")):
        as_bob.post(f"/api/v1/activities/{question['id']}/answer/", {"answer": "Yes"})
        assert ada.get(f"/api/v1/runs/{run['id']}/").json()["status"] == then


def test_people_see_at_once_which_questions_wait(ada, ben, as_bob, as_charlie, run, project):
    place = f"/api/v1/projects/{project.pk}/questions/"
    first, second = (tell(ada, run, kind="elicitation", body=f"{n}?").json() for n in (1, 2))
    tell(ada, run, kind="thought", body="Meanwhile I go on.")
    gone = ben.post(RUNS, {"agent": "Ben"}).json()
    left = tell(ben, gone, kind="elicitation", body="Is anybody there?").json()
    end(ben, gone)
    as_bob.post(f"/api/v1/activities/{first['id']}/answer/", {"answer": "Yes"})
    found = {
        wanted: as_bob.get(f"{place}?{wanted}").json()["results"] for wanted in ("waiting=true", "waiting=false", "")
    }
    assert {wanted: [question["id"] for question in asked] for wanted, asked in found.items()} == {
        "waiting=true": [second["id"]],
        "waiting=false": [left["id"], first["id"]],
        "": [left["id"], second["id"], first["id"]],
    }
    refused(as_charlie.get(place), 404, "not_found")


def test_nobody_speaks_for_another_agents_run(ada, ben, as_bob, run):
    refused(tell(ben, run, kind="thought", body="x"), 404, "not_found")
    refused(end(ben, run), 403, "people_only")
    stopped = end(as_bob, run, status="error", summary="Stopped: it loops").json()
    assert (stopped["status"], stopped["summary"]) == ("error", "Stopped: it loops")


def test_a_run_that_vanished_is_found_and_gives_up_its_claims(ada, run, accepted, project):
    task = task_of(accepted, "T-001")
    granted = act(ada, task, "claim").json()
    Claim.objects.filter(pk=granted["claim"]).update(run=run["id"])
    assert runs.find_vanished() == 0
    Run.objects.filter(pk=run["id"]).update(seen_at=timezone.now() - timedelta(hours=1))
    assert runs.find_vanished() == 1
    assert runs.find_vanished() == 0
    assert events(project, "run.ended")[0]["payload"]["status"] == "stale"
    assert Claim.objects.get().ended_as == "expired"


def test_strangers_learn_nothing_of_runs(as_charlie, ada, run):
    asked = tell(ada, run, kind="elicitation", body="?").json()
    for place in (RUNS, f"/api/v1/runs/{run['id']}/", f"/api/v1/runs/{run['id']}/activities/"):
        refused(as_charlie.get(place), 404, "not_found")
    refused(as_charlie.post(f"/api/v1/activities/{asked['id']}/answer/", {"answer": "x"}), 404, "not_found")
    assert wrong_fields(tell(ada, run, kind="dream", body="x")) == {"kind"}
