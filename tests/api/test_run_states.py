"""The states of a run: which lead to which, and what an ended one still takes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import runs
from agents.models import Run
from contexts.services import get_active_context
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Claim
from tests.api.answers import act, events, refused, task_of
from tests.api.test_claims import agent
from tests.api.test_runs import RUNS, end, tell

LONG_AGO = timedelta(hours=1)
OPEN = ("pending", "active", "awaiting_input")


@pytest.fixture
def ada(alice):
    return agent(alice, "Ada")


@pytest.fixture
def start(ada, project):
    return lambda: ada.post(RUNS, {"agent": "Ada"}).json()


def status(run):
    return Run.objects.get(pk=run["id"]).status


def lead_to(state, ada, run):
    """Do in a run what brings it into an open state."""
    if state != "pending":
        tell(ada, run, kind="elicitation" if state == "awaiting_input" else "thought", body="?")
    assert status(run) == state


@pytest.mark.parametrize("kind", ["thought", "action", "response", "error", "elicitation"])
def test_whatever_an_agent_tells_begins_its_run(ada, start, kind):
    run = start()
    assert status(run) == "pending"
    tell(ada, run, kind=kind, body="Here I am.")
    assert status(run) == ("awaiting_input" if kind == "elicitation" else "active")


def test_whatever_it_does_begins_it_too_and_shows_that_it_is_there(ada, start, alice):
    run = start()
    Run.objects.update(seen_at=timezone.now() - LONG_AGO)
    actor = Actor(**run["actor"], user_id=alice.pk)
    runs.own_run(run["id"], actor)
    assert status(run) == "active" and runs.find_vanished() == 0
    Run.objects.update(status="awaiting_input", seen_at=timezone.now() - LONG_AGO)
    runs.saw_own(run["id"], actor)
    assert status(run) == "awaiting_input", "A sign of life is no answer."
    assert runs.find_vanished() == 0


def test_an_agent_that_asked_and_goes_on_is_at_work(ada, as_bob, start):
    run = start()
    asked = tell(ada, run, kind="elicitation", body="Which engine?").json()
    tell(ada, run, kind="action", body="Meanwhile I paint.")
    assert status(run) == "active"
    as_bob.post(f"/api/v1/activities/{asked['id']}/answer/", {"answer": "Godot"})
    assert status(run) == "active"


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("ended", ["complete", "error"])
def test_it_ends_well_or_badly_from_every_open_state_and_takes_nothing_more(ada, as_bob, start, state, ended):
    run = start()
    lead_to(state, ada, run)
    assert end(ada, run, status=ended).json()["status"] == ended
    for late in (end(ada, run), end(as_bob, run), tell(ada, run, kind="thought", body="x")):
        assert refused(late, 409, "run_ended")["run_status"] == ended
    assert status(run) == ended


@pytest.mark.parametrize("state", OPEN)
def test_one_that_vanished_is_found_in_every_open_state_and_what_it_held_is_free(ada, start, accepted, project, state):
    run = start()
    lead_to(state, ada, run)
    claim = act(ada, task_of(accepted, "T-001"), "claim").json()["claim"]
    Claim.objects.update(run=run["id"])
    Run.objects.update(seen_at=timezone.now() - LONG_AGO)
    assert (runs.find_vanished(), status(run)) == (1, "stale")
    assert Claim.objects.get(pk=claim).ended_as == "expired"
    assert [event["payload"]["status"] for event in events(project, "run.ended")] == ["stale"]
    refused(tell(ada, run, kind="thought", body="I am back."), 409, "run_ended")


def test_one_that_has_ended_does_not_vanish(ada, start):
    run = start()
    end(ada, run)
    Run.objects.update(seen_at=timezone.now() - LONG_AGO)
    assert (runs.find_vanished(), status(run)) == (0, "complete")


def test_a_question_of_a_run_that_ended_can_still_be_answered_and_does_not_wake_it(ada, as_bob, start, project):
    run = start()
    asked = tell(ada, run, kind="elicitation", body="Which engine?").json()
    end(ada, run)
    assert as_bob.post(f"/api/v1/activities/{asked['id']}/answer/", {"answer": "Godot"}).status_code == 200
    assert status(run) == "complete"
    active = get_active_context(project)
    assert active is not None and not [each for each in active.content["open_questions"] if isinstance(each, dict)]


def test_a_person_who_stops_a_run_takes_its_claims_away(ada, as_bob, start, accepted):
    run = start()
    act(ada, task_of(accepted, "T-001"), "claim")
    Claim.objects.update(run=run["id"])
    end(as_bob, run, status="error", summary="It loops.")
    assert Claim.objects.get().ended_as == "taken"
    assert services.next_task(accepted.project)[0] == task_of(accepted, "T-001")
