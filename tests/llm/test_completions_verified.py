"""A model looks at what an agent hands in, where the project wants it; its opinion weighs, and never more than a person's."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Run
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Claim, Generation, Project
from plans.services import thinking
from tests.api.answers import act, events, refused, task_of
from tests.api.test_claims import agent, claimed, grip
from tests.llm.openai_server import Reply, ScriptedServer
from tests.llm.test_written_by_models import MODEL, last_run, provider, said, while_it_thinks  # noqa: F401

PLAIN, LOGGED = "The hero jumps", "Nothing is logged [log]"


def verdicts(*each: str) -> Reply:
    return said(verdicts=[{"number": at, "verdict": one, "reason": f"So {one}."} for at, one in enumerate(each, 1)])


@pytest.fixture
def task(propose, alice, as_alice):
    plan = propose({"title": "Jump", "acceptance": [PLAIN, LOGGED]})
    services.accept_plan(plan, actor=Actor.person(alice))
    act(as_alice, task_of(plan, "T-001"), "start")
    Project.objects.update(ai_verification=True)
    return task_of(plan, "T-001")


@pytest.fixture
def ada(alice):
    return agent(alice, "Ada")


@pytest.fixture
def held(ada, task):
    return grip(claimed(ada, task, ttl=5))


def complete(client: Any, task: Any, **more: Any) -> Any:
    answers = [{"criterion": criterion, "met": True} for criterion in task.acceptance]
    shown = [{"kind": "log", "criterion": 2, "excerpt": "(nothing)"}]
    return act(client, task, "complete", **{"acceptance": answers, "evidence": shown, **more})


def test_an_opinion_is_kept_with_its_reasons(provider, ada, task, held):  # noqa: F811
    provider.script(verdicts("met", "unclear"))
    told = complete(ada, task, **held).json()
    assert [(each["verdict"], each["level"]) for each in told["verdicts"]] == [("met", "checked"), ("met", "said")]
    opinions = [each for each in told["evidence"] if each["kind"] == "model"]
    assert [(each["verdict"], each["note"], each["criterion"]) for each in opinions] == [
        ("met", "So met.", PLAIN),
        ("unclear", "So unclear.", LOGGED),
    ]
    assert {each["level"] for each in opinions} == {"checked"}
    assert {(each["by"]["name"], each["generation"]) for each in opinions} == {(MODEL, last_run().pk)}
    assert "excerpt: (nothing)" in provider.requests[0].text_of("user")


def test_a_models_no_sends_the_work_back_with_its_reason(provider, ada, as_bob, task, held, project):  # noqa: F811
    provider.script(verdicts("unmet", "met"), verdicts("unmet", "met"))
    problem = refused(complete(ada, task, **held), 409, "criteria_unmet")
    assert (problem["unmet"], problem["criteria"][0]["verdict"]) == ([PLAIN], "unmet")
    assert problem["criteria"][0]["reason"].startswith("So unmet.")
    act(as_bob, task, "evidence", kind="sign-off", criterion=PLAIN)
    assert complete(ada, task, **held).json()["status"] == "done", "A person outweighs it."
    assert len(events(project, "update")) == 2


def test_people_and_projects_that_do_not_want_it_are_not_kept_waiting(provider, ada, as_bob, task, held):  # noqa: F811
    services.release_task(task, actor=Actor.person(task.plan.project.memberships.get(role="owner").user))
    act(as_bob, task, "start")
    assert complete(as_bob, task).json()["status"] == "done"
    act(as_bob, task, "reopen")
    Project.objects.update(ai_verification=False)
    again = grip(claimed(ada, task))
    assert complete(ada, task, **again).json()["status"] == "done"
    assert provider.requests == []


def test_a_completion_that_lacks_something_anyhow_costs_nothing(provider, ada, task, held, propose, alice):  # noqa: F811
    refused(complete(ada, task, evidence=[], **held), 409, "criteria_unmet")
    refused(complete(ada, task, **{**held, "fence": 7}), 409, "stale_claim")
    assert provider.requests == []
    services.accept_plan(propose({"title": "Nothing is demanded"}), actor=Actor.person(alice))
    other = task.plan.project.plans.get(status="accepted").tasks.get(code="T-002")
    act(ada, other, "start")
    assert act(ada, other, "complete").json()["status"] == "done"
    assert provider.requests == []


def test_without_an_opinion_it_goes_on_and_says_so(provider, ada, task, held, settings):  # noqa: F811
    provider.script(Reply(refusal="No."))
    told = complete(ada, task, **held).json()
    last = told["evidence"][-1]
    assert (told["status"], last["verdict"], last["criterion"]) == ("done", "not_verified", None)
    assert last["note"].startswith("No model has verified it:") and last["by"]["name"] == "gateway"


@pytest.mark.parametrize("trouble", ["budget", "no model"])
def test_where_nobody_can_be_asked_it_says_so_too(provider, ada, as_alice, task, held, settings, trouble):  # noqa: F811
    project = {"evidence_level": "checked"}
    if trouble == "budget":
        provider.script(verdicts("met", "met"))
        as_alice.post(f"/api/v1/tasks/{task.pk}/verify/")
        project["tokens_per_day"] = 1
    else:
        settings.GATEWAY_LLM = ""
    assert as_alice.patch("/api/v1/projects/pixel-jumper/", project).status_code == 200
    problem = refused(complete(ada, task, **held), 409, "criteria_unmet")
    assert problem["not_verified"].startswith("No model has verified it:")
    assert problem["not_verified"] in problem["detail"]


# While the model thinks


def test_the_claim_lives_on_while_the_model_thinks(provider, ada, alice, task, held, while_it_thinks):  # noqa: F811
    ben, seen = agent(alice, "Ben"), {}
    Claim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    provider.script(verdicts("met", "met"))

    def meanwhile() -> None:
        claim = Claim.objects.get(pk=held["claim"])
        seen["left"] = claim.expires_at - timezone.now()
        refused(act(ben, task, "claim"), 409, "claimed")
        refused(complete(ada, task, **held), 409, "being_verified")
        act(ada, task, "heartbeat", **held)
        seen["kept"] = Claim.objects.get(pk=held["claim"]).expires_at == claim.expires_at

    while_it_thinks(meanwhile)
    assert complete(ada, task, **held).json()["status"] == "done"
    assert seen["left"] > timedelta(seconds=60), "It had five seconds, and they were over."
    assert seen["kept"], "A sign of life does not shorten it."


def test_a_claim_that_is_taken_away_meanwhile_is_stale(provider, ada, as_bob, task, held, while_it_thinks):  # noqa: F811
    provider.script(verdicts("met", "met"))
    while_it_thinks(lambda: act(as_bob, task, "release", reason="Enough."))
    problem = refused(complete(ada, task, **held), 409, "stale_claim")
    assert "A person took it away" in problem["detail"]
    task.refresh_from_db()
    assert task.status == "pending" and not task.evidence


def test_a_run_is_not_gone_while_it_waits_for_us(provider, ada, task, project, while_it_thinks):  # noqa: F811
    run = ada.post("/api/v1/projects/pixel-jumper/runs/", {"agent": "Ada"}).json()
    held = grip(claimed(ada, task, ttl=60))
    Claim.objects.update(run=run["id"])
    provider.script(verdicts("met", "met"))
    long_ago = timezone.now() - timedelta(hours=2)
    seen = {}

    def meanwhile() -> None:
        Run.objects.update(seen_at=long_ago)
        Claim.objects.update(expires_at=timezone.now())
        assert thinking.keep(last_run())
        seen["run"], seen["claim"] = Run.objects.get().seen_at, Claim.objects.get().expires_at

    while_it_thinks(meanwhile)
    assert complete(ada, task, **held).json()["status"] == "done"
    assert seen["run"] > long_ago and seen["claim"] > timezone.now()


def test_a_retry_is_answered_without_asking_again(provider: ScriptedServer, ada, task, held):  # noqa: F811
    provider.script(verdicts("met", "met"))
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    ada.credentials(**ada._credentials, **key)
    first, again = complete(ada, task, **held), complete(ada, task, **held)
    assert (first.status_code, first.json()) == (200, again.json())
    assert again["Idempotent-Replayed"] == "true"
    assert (len(provider.requests), Generation.objects.count()) == (1, 1)
