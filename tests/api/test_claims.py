"""Claims: one holder at a time, a fence that rises, and nothing lost when a holder vanishes."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from agents import tokens
from plans import services
from plans.models import Claim
from tests.api.answers import accept, act, done, events, refused, task_of, wrong_fields

TASKS = "/api/v1/projects/pixel-jumper/tasks/"
CLAIMS = "/api/v1/projects/pixel-jumper/claims/"


@pytest.fixture
def first(accepted):
    return task_of(accepted, "T-001")


def agent(user, name) -> APIClient:
    _, token = tokens.create_token(user, name=name, scopes=["agent"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def ada(alice):
    return agent(alice, "Ada")


@pytest.fixture
def ben(alice):
    return agent(alice, "Ben")


def claimed(client, task, **body) -> dict:
    response = act(client, task, "claim", **body)
    assert response.status_code == 200, response.content
    return response.json()


def grip(granted) -> dict:
    return {"claim": granted["claim"], "fence": granted["fence"]}


def run_out(granted) -> None:
    claim = Claim.objects.get(pk=granted["claim"])
    Claim.objects.filter(pk=claim.pk).update(expires_at=claim.created_at - timedelta(seconds=1))


def yes(task):
    return [{"criterion": criterion, "met": True} for criterion in task.acceptance]


def test_only_one_gets_the_task(ada, ben, as_bob, first):
    granted = claimed(ada, first, ttl=60)
    assert granted["fence"] == 1
    problem = refused(act(ben, first, "claim"), 409, "claimed")
    assert problem["claimed_by"]["name"] == "Ada"
    refused(act(as_bob, first, "start"), 409, "claimed")
    shown = ben.get(f"/api/v1/tasks/{first.pk}/").json()["claim"]
    assert shown["holder"]["name"] == "Ada"
    assert "fence" not in shown


def test_claiming_again_prolongs_ones_own_claim(ada, first, project):
    once, again = claimed(ada, first, ttl=60), claimed(ada, first, ttl=600)
    assert grip(once) == grip(again)
    assert once["expires_at"] < again["expires_at"]
    assert len(events(project, "task.claimed")) == 1


def test_an_agent_shows_its_claim_with_every_write(ada, ben, first):
    granted = claimed(ada, first)
    refused(act(ada, first, "start"), 409, "claim_not_shown")
    assert act(ada, first, "start", **grip(granted)).status_code == 200
    assert act(ada, first, "progress", percent=40, note="half", **grip(granted)).status_code == 200
    refused(act(ada, first, "progress", percent=50, claim=granted["claim"], fence=7), 409, "stale_claim")
    refused(act(ben, first, "progress", percent=50, **grip(granted)), 409, "stale_claim")
    assert wrong_fields(act(ada, first, "progress", percent=50, claim=granted["claim"])) == {"fence"}
    answered = act(ada, first, "complete", acceptance=yes(first), **grip(granted)).json()
    assert (answered["status"], answered["claim"]) == ("done", None)


def test_a_person_needs_no_claim_and_need_not_show_one(as_bob, first):
    claimed(as_bob, first)
    done(as_bob, first)
    assert Claim.objects.get().ended_as == "completed"


def test_a_heartbeat_keeps_a_claim_alive(ada, ben, first):
    granted = claimed(ada, first, ttl=60)
    kept = act(ada, first, "heartbeat", **grip(granted)).json()
    assert kept["expires_at"] >= granted["expires_at"]
    refused(act(ben, first, "heartbeat", **grip(granted)), 409, "stale_claim")
    assert wrong_fields(act(ada, first, "heartbeat")) == {"claim", "fence"}


def test_what_a_vanished_holder_reported_is_handed_on(ada, ben, first, project):
    granted = claimed(ada, first)
    act(ada, first, "start", **grip(granted))
    act(ada, first, "progress", percent=40, note="The scene loads", **grip(granted))
    run_out(granted)
    assert services.release_run_out() == 1
    assert services.release_run_out() == 0
    released = events(project, "task.released")[0]["payload"]
    assert (released["how"], released["handoff"]) == ("expired", "40 %: The scene loads")
    assert released["changes"] == {"status": "pending"}
    taken_up = claimed(ben, first)
    assert (taken_up["fence"], taken_up["handoff"]) == (2, "40 %: The scene loads")
    refused(act(ada, first, "progress", percent=60, **grip(granted)), 409, "stale_claim")
    refused(act(ada, first, "complete", acceptance=yes(first), **grip(granted)), 409, "stale_claim")


def test_a_late_completion_counts_while_nobody_has_begun_to_redo_it(ada, first):
    granted = claimed(ada, first)
    act(ada, first, "start", **grip(granted))
    run_out(granted)
    services.release_run_out()
    refused(act(ada, first, "progress", percent=60, **grip(granted)), 409, "stale_claim")
    assert act(ada, first, "complete", acceptance=yes(first), **grip(granted)).json()["status"] == "done"


def test_the_same_before_the_sweep_has_come(ada, ben, first):
    granted = claimed(ada, first)
    act(ada, first, "start", **grip(granted))
    run_out(granted)
    taken_up = claimed(ben, first)
    assert taken_up["fence"] == 2
    refused(act(ada, first, "complete", acceptance=yes(first), **grip(granted)), 409, "stale_claim")


def test_a_task_that_was_never_begun_is_not_completed_under_a_claim(ada, first):
    granted = claimed(ada, first)
    refused(act(ada, first, "complete", acceptance=yes(first), **grip(granted)), 409, "wrong_status")


def test_a_claim_is_given_back_with_a_handoff(ada, ben, first, project):
    granted = claimed(ada, first)
    act(ada, first, "start", **grip(granted))
    back = act(ada, first, "release", reason="Out of budget", handoff="Look at main.tscn first", **grip(granted)).json()
    assert (back["status"], back["claim"]) == ("pending", None)
    told = events(project, "task.released")[0]["payload"]
    assert (told["how"], told["reason"], told["handoff"]) == ("released", "Out of budget", "Look at main.tscn first")
    assert claimed(ben, first)["handoff"] == "Look at main.tscn first"
    refused(act(ada, first, "release", **grip(granted)), 409, "stale_claim")


def test_a_person_takes_a_claim_away_and_an_agent_does_not(ada, ben, as_bob, as_vera, first, project):
    granted = claimed(ada, first)
    refused(act(ben, first, "release"), 403, "people_only")
    refused(act(as_vera, first, "release"), 403, "forbidden")
    assert act(as_bob, first, "release", reason="It is stuck").status_code == 200
    assert events(project, "task.released")[0]["payload"]["how"] == "taken"
    refused(act(ada, first, "start", **grip(granted)), 409, "stale_claim")
    refused(act(as_bob, first, "release"), 409, "not_claimed")


def test_the_next_task_is_one_that_nobody_holds(ada, as_bob, first):
    done(as_bob, first)
    chosen = ada.get("/api/v1/projects/pixel-jumper/next-task/").json()["task"]
    claimed(ada, task_of(first.plan, chosen["code"]))
    other = ada.get("/api/v1/projects/pixel-jumper/next-task/").json()["task"]
    assert other["code"] != chosen["code"]
    claimed(ada, task_of(first.plan, other["code"]))
    none = ada.get("/api/v1/projects/pixel-jumper/next-task/").json()
    assert none["task"] is None
    assert "2 claimed" in none["reason"]


def test_tasks_are_filtered_by_who_holds_them(ada, as_bob, first, django_assert_num_queries):
    claimed(ada, first)
    assert [task["code"] for task in as_bob.get(TASKS, {"claimed_by": "Ada"}).json()["results"]] == ["T-001"]
    assert [task["code"] for task in as_bob.get(TASKS, {"claimed_by": "none"}).json()["results"]] == ["T-002", "T-003"]
    assert as_bob.get(TASKS, {"claimed_by": "Zoe"}).json()["results"] == []


def test_other_things_that_only_one_may_hold(ada, ben, as_bob):
    granted = ada.post(CLAIMS, {"resource": "scene:Main.unity", "ttl": 60})
    assert granted.status_code == 201
    problem = refused(ben.post(CLAIMS, {"resource": "scene:Main.unity"}), 409, "claimed")
    assert problem["claimed_by"]["name"] == "Ada"
    assert wrong_fields(ben.post(CLAIMS, {"resource": "T-001"})) == {"resource"}
    listed = as_bob.get(CLAIMS, {"open": "true"}).json()["results"]
    assert [claim["resource"] for claim in listed] == ["scene:Main.unity"]
    place = f"/api/v1/claims/{granted.json()['claim']}/"
    assert ada.post(f"{place}heartbeat/", grip(granted.json())).status_code == 200
    refused(ben.post(f"{place}release/"), 403, "people_only")
    ended = as_bob.post(f"{place}release/", {"reason": "Unity crashed"}).json()
    assert ended["ended_as"] == "taken"
    assert as_bob.get(CLAIMS, {"open": "true"}).json()["results"] == []
    assert len(as_bob.get(CLAIMS, {"open": "false"}).json()["results"]) == 1
    assert ben.post(CLAIMS, {"resource": "scene:Main.unity"}).json()["fence"] == 2


def test_there_is_nothing_to_claim_on_what_is_done(ada, as_bob, first):
    done(as_bob, first)
    refused(act(ada, first, "claim"), 409, "wrong_status")
    assert wrong_fields(act(ada, task_of(first.plan, "T-002"), "claim", ttl=10_000)) == {"ttl"}


def test_strangers_learn_nothing_of_claims(as_charlie, as_vera, ada, first):
    granted = claimed(ada, first)
    place = f"/api/v1/claims/{granted['claim']}/"
    refused(as_charlie.get(place), 404, "not_found")
    refused(as_charlie.get(CLAIMS), 404, "not_found")
    assert as_vera.get(place).json()["holder"]["name"] == "Ada"
    refused(as_vera.post(CLAIMS, {"resource": "scene:x"}), 403, "forbidden")


def test_a_claim_lives_on_through_a_new_plan_unless_its_task_is_dropped(ada, as_alice, first, propose):
    granted = claimed(ada, first)
    dropped = claimed(ada, task_of(first.plan, "T-002"))
    after = propose({"code": "T-001", "title": "Set up", "acceptance": ["It opens"]}, {"title": "New"}, base=first.plan)
    accept(as_alice, after.pk)
    task = task_of(after, "T-001")
    assert act(ada, task, "start", **grip(granted)).status_code == 200
    assert Claim.objects.get(pk=dropped["claim"]).ended_as == "dropped"
