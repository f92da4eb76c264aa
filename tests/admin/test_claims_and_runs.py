"""Who works on what, and what agents do and ask: read by everybody in the project, decided by its editors."""

import pytest

from agents import runs
from agents.models import Activity, Run
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Claim
from tests.admin.conftest import events_of, told


@pytest.fixture
def agent(alice) -> Actor:
    return Actor.agent(alice, id="token:7", name="builder")


@pytest.fixture
def claim(accepted, agent) -> Claim:
    return services.claim_task(accepted.tasks.get(code="T-001"), actor=agent)


@pytest.fixture
def question(project, agent) -> Activity:
    """A question of a run that has told something before."""
    run = runs.start_run(project, agent="builder-7", actor=agent)
    runs.note_activity(run, kind="thought", body="Two ways to jump.", actor=agent)
    return runs.note_activity(run, kind="elicitation", body="High or far?", options=["high", "far"], actor=agent)


def test_a_claim_is_read_and_taken_away_with_a_reason(bob_admin, claim):
    assert "builder (agent)" in bob_admin.get("/admin/plans/claim/").content.decode()
    url = f"/admin/plans/claim/{claim.pk}/take_away/"
    assert "This field is required" in bob_admin.post(url, {"reason": ""}).content.decode()
    answer = bob_admin.post(url, {"reason": "Not heard of since noon."}, follow=True)
    assert told(answer) == ["T-001 is free again."]
    assert "Taken away by a person" in answer.content.decode()
    assert url not in answer.content.decode()
    assert events_of(claim.project)[-1].as_dict()["payload"]["reason"] == "Not heard of since noon."
    assert "does not hold" in told(bob_admin.post(url, {"reason": "Again"}))[-1]


def test_claims_are_listed_by_how_they_ended(alice_admin, claim, agent):
    services.release_claim(claim, actor=agent, grip=services.claims.Grip(claim.pk, claim.fence))
    for held, count in (("yes", 0), ("released", 1)):
        assert alice_admin.get("/admin/plans/claim/", {"held": held}).context["cl"].result_count == count


def test_a_question_is_answered_with_what_it_offers_or_in_ones_own_words(bob_admin, question):
    page = f"/admin/agents/run/{question.run_id}/change/"
    shown = bob_admin.get(page).content.decode()
    assert "Two ways to jump." in shown
    url = f"/admin/agents/run/{question.run_id}/answer/?question={question.pk}"
    assert f'action="{url}"' in shown
    refused = bob_admin.post(url, {"offered": "high", "own": "Both, by charging"})
    assert "not both" in refused.content.decode()
    assert "Both, by charging" in refused.content.decode()
    assert "Choose an answer" in bob_admin.post(url, {}).content.decode()
    bob_admin.post(url, {"own": "Both, by charging"})
    question.refresh_from_db()
    assert (question.answer, question.answered_by["name"]) == ("Both, by charging", "bob")
    assert "answered already" in told(bob_admin.post(url, {"offered": "far"}))[-1]
    assert bob_admin.get(url + "9").status_code == 404


def test_a_run_is_stopped_with_a_reason(bob_admin, question):
    run = question.run
    bob_admin.post(f"/admin/agents/run/{run.pk}/stop/", {"reason": "Wrong branch."})
    run.refresh_from_db()
    assert (run.status, run.summary) == ("error", "Wrong branch.")
    assert "This run is error" in told(bob_admin.post(f"/admin/agents/run/{run.pk}/stop/", {"reason": "x"}))[-1]


def test_a_viewer_reads_and_decides_nothing(vera_admin, claim, question):
    shown = vera_admin.get(f"/admin/agents/run/{question.run_id}/change/").content.decode()
    assert "High or far?" in shown
    assert "/answer/" not in shown
    for url in (
        f"/admin/agents/run/{question.run_id}/stop/",
        f"/admin/agents/run/{question.run_id}/answer/?question={question.pk}",
        f"/admin/plans/claim/{claim.pk}/take_away/",
    ):
        assert vera_admin.post(url, {"reason": "x", "own": "x"}).status_code == 403
    assert Run.objects.get().is_open


def test_a_stranger_sees_neither(charlie_admin, claim, question):
    assert charlie_admin.get("/admin/plans/claim/").context["cl"].result_count == 0
    assert charlie_admin.get("/admin/agents/run/").context["cl"].result_count == 0
    assert charlie_admin.post(f"/admin/agents/run/{question.run_id}/stop/", {"reason": "x"}).status_code in (302, 404)
