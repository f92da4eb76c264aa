from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from agents.tokens import create_token
from plans import planner
from plans.models import Generation, Project
from plans.services import generations
from tests.api.answers import events, refused, wrong_fields

GENERATE = "/api/v1/projects/pixel-jumper/plans/generate/"
LATER = {"Prefer": "respond-async"}


def url(generation: dict, verb: str = "") -> str:
    return f"/api/v1/generations/{generation['id']}/{f'{verb}/' if verb else ''}"


@pytest.fixture
def queued(as_alice, project):
    """A generation that no worker has taken up, since nothing here commits."""
    return as_alice.post(GENERATE, headers=LATER).json()


def test_long_work_is_done_at_once_unless_asked_otherwise(as_alice, project):
    plan = as_alice.post(GENERATE).json()
    run = Generation.objects.get()
    assert (run.status, run.target) == ("done", {"type": "taskplan", "id": plan["id"]})


def test_an_asynchronous_answer_says_where_to_look(as_alice, project, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = as_alice.post(GENERATE, {"instructions": "Add a boss fight"}, headers=LATER)
    assert response.status_code == 202
    assert response["Location"] == url(response.json())
    assert response["Preference-Applied"] == "respond-async"
    assert response.json()["status"] == "queued"
    run = as_alice.get(response["Location"]).json()
    assert (run["status"], run["kind"], run["model"], run["error"]) == ("done", "plan", "template", None)
    assert run["finished_at"] >= run["created_at"]
    plan = as_alice.get(f"/api/v1/plans/{run['target']['id']}/").json()
    assert plan["instructions"] == "Add a boss fight"
    assert run["requested_by"].keys() == {"kind", "id", "name"}


def test_the_correlation_id_goes_along_to_the_job(as_alice, project, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        as_alice.post(GENERATE, headers={**LATER, "X-Correlation-ID": "night-build-7"})
    assert events(project, "plan.generated")[0]["correlation_id"] == "night-build-7"


@pytest.mark.parametrize("prefer", ["wait=10, respond-async", "Respond-Async; foo=1"])
def test_the_preference_is_found_among_others(as_alice, project, prefer):
    assert as_alice.post(GENERATE, headers={"Prefer": prefer}).status_code == 202


@pytest.mark.parametrize("prefer", ["respond-asynchronously", "wait=10", ";;,,=", ""])
def test_other_preferences_are_no_such_wish(as_alice, project, prefer):
    assert as_alice.post(GENERATE, headers={"Prefer": prefer}).status_code == 201


def test_refinements_and_contexts_come_later_too(as_alice, proposed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        refine = as_alice.post(
            f"/api/v1/plans/{proposed.pk}/refine/", {"instructions": "Remove the gems"}, headers=LATER
        )
        context = as_alice.post("/api/v1/projects/pixel-jumper/contexts/generate/", {}, headers=LATER)
    for response, kind, target in ((refine, "refine", "taskplan"), (context, "context", "context")):
        run = as_alice.get(response["Location"]).json()
        assert (run["kind"], run["status"], run["target"]["type"]) == (kind, "done", target)


def test_a_failed_run_says_why_in_its_row_and_in_the_log(
    as_alice, project, monkeypatch, django_capture_on_commit_callbacks
):
    def break_down(*args, **kwargs):
        raise RuntimeError("the secret of the planner")

    monkeypatch.setattr(planner, "draft_plan", break_down)
    with django_capture_on_commit_callbacks(execute=True):
        place = as_alice.post(GENERATE, headers=LATER)["Location"]
    run = as_alice.get(place).json()
    assert (run["status"], run["target"], run["error"]["code"]) == ("failed", None, "internal_error")
    (told,) = events(project, "error")
    assert told["payload"]["generation_id"] == run["id"]
    assert "secret" not in str(run) + str(told)


def test_a_run_fails_with_the_code_of_the_error(as_alice, queued, project):
    project.brief = {}
    project.save()
    generations.run_generation(queued["id"])
    assert as_alice.get(url(queued)).json()["error"]["code"] == "brief_incomplete"
    assert events(project, "error")[0]["payload"]["code"] == "brief_incomplete"


def test_a_cancelled_run_makes_nothing(as_alice, queued, project):
    assert as_alice.post(url(queued, "cancel")).json()["status"] == "cancelled"
    generations.run_generation(queued["id"])
    assert as_alice.get(url(queued)).json()["status"] == "cancelled"
    assert not project.plans.exists()


def test_what_has_ended_is_not_cancelled(as_alice, queued):
    generations.run_generation(queued["id"])
    problem = refused(as_alice.post(url(queued, "cancel")), 409, "generation_ended")
    assert problem["generation_status"] == "done"


def test_a_run_that_another_worker_has_is_left_alone(as_alice, queued, project):
    generations.take(queued["id"])
    generations.run_generation(queued["id"])
    assert not project.plans.exists()


def test_viewers_watch_and_strangers_see_nothing(as_vera, as_charlie, queued):
    assert as_vera.get(url(queued)).json()["status"] == "queued"
    refused(as_vera.post(url(queued, "cancel")), 403, "forbidden")
    refused(as_charlie.get(url(queued)), 404, "not_found")
    refused(as_charlie.post(url(queued, "cancel")), 404, "not_found")


# The list, and the budget

HERE = "/api/v1/projects/pixel-jumper/"
DAY = timedelta(hours=24)
ALICE = {"kind": "user", "id": "1", "name": "alice"}


@pytest.fixture
def model_writes(settings):
    """A model is set; nothing here asks it."""
    settings.GATEWAY_LLM = "openai-chat:scripted"


def ran(project, tokens: int, *, ago: timedelta = timedelta(0), **fields) -> Generation:
    """A run that has ended so long ago and used so many tokens."""
    run = {
        "kind": "plan",
        "status": "done",
        "tokens_in": tokens - 10,
        "tokens_out": 10,
        "requested_by": ALICE,
        **fields,
    }
    return Generation.objects.create(project=project, correlation_id="x", finished_at=timezone.now() - ago, **run)


def listed(client, query: str = "") -> list[str]:
    return [run["kind"] for run in client.get(f"{HERE}generations/{query}").json()["results"]]


def test_runs_are_listed_newest_first_by_kind_and_status(as_alice, as_vera, as_charlie, project):
    ran(project, 20)
    ran(project, 20, kind="verify", status="failed")
    ran(project, 20, kind="context")
    assert listed(as_vera) == ["context", "verify", "plan"]
    assert listed(as_alice, "?kind=verify&kind=plan") == ["verify", "plan"]
    assert listed(as_alice, "?kind=verify&kind=plan&status=done") == ["plan"]
    assert wrong_fields(as_alice.get(f"{HERE}generations/?status=lost")) == {"status"}
    refused(as_charlie.get(f"{HERE}generations/"), 404, "not_found")


def test_the_list_says_what_models_have_used_of_a_day_s_tokens(as_alice, project, settings):
    ran(project, 500, ago=DAY - timedelta(minutes=1))
    ran(project, 9_000, ago=DAY + timedelta(minutes=1))
    ran(project, 30, status="running")
    Generation.objects.filter(status="running").update(finished_at=None)
    assert as_alice.get(f"{HERE}generations/").json()["budget"] == {"tokens_used": 530, "tokens_per_day": None}
    settings.GATEWAY_TOKENS_PER_DAY = 4_000
    assert as_alice.get(f"{HERE}generations/").json()["budget"]["tokens_per_day"] == 4_000
    as_alice.patch(HERE, {"tokens_per_day": 600})
    assert as_alice.get(f"{HERE}generations/").json()["budget"]["tokens_per_day"] == 600


@pytest.mark.usefixtures("model_writes")
def test_a_spent_budget_refuses_every_kind_of_run_and_says_until_when(as_alice, accepted, project):
    document = as_alice.post(f"{HERE}documents/", {"title": "The design"}).json()
    as_alice.patch(HERE, {"tokens_per_day": 1_000})
    ran(project, 400, ago=timedelta(hours=23))
    ran(project, 700, ago=timedelta(hours=1))
    response = as_alice.post(GENERATE)
    problem = refused(response, 429, "budget_spent")
    assert (problem["used"], problem["limit"]) == (1_100, 1_000)
    assert 3_500 < problem["retry_after"] <= 3_600
    assert response["Retry-After"] == str(problem["retry_after"])
    task = accepted.tasks.get(code="T-001")
    for place in (
        f"plans/{accepted.pk}/refine",
        "projects/pixel-jumper/contexts/generate",
        f"tasks/{task.pk}/verify",
        f"documents/{document['id']}/generate",
        f"documents/{document['id']}/outline/generate",
        f"sections/{document['sections'][0]['id']}/regenerate",
    ):
        body = {"instructions": "Shorter"} if "refine" in place else {}
        refused(as_alice.post(f"/api/v1/{place}/", body), 429, "budget_spent")
    assert project.generations.count() == 2


@pytest.mark.usefixtures("model_writes")
def test_a_run_that_waited_until_the_budget_was_spent_fails_with_the_reason(as_alice, queued, project):
    Project.objects.filter(pk=project.pk).update(tokens_per_day=100)
    ran(project, 100)
    generations.run_generation(queued["id"])
    run = as_alice.get(url(queued)).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "budget_spent")


def test_where_templates_write_no_budget_is_asked(as_alice, project):
    Project.objects.filter(pk=project.pk).update(tokens_per_day=1)
    ran(project, 100)
    assert as_alice.post(GENERATE).status_code == 201


@pytest.mark.usefixtures("model_writes")
def test_a_budget_that_is_spent_for_good_says_to_come_back_tomorrow(as_alice, project):
    Project.objects.filter(pk=project.pk).update(tokens_per_day=0)
    problem = refused(as_alice.post(GENERATE), 429, "budget_spent")
    assert problem["retry_after"] == DAY.total_seconds()


def test_only_an_owner_says_what_models_may_use(as_alice, as_bob, alice, project):
    assert as_alice.patch(HERE, {"tokens_per_day": 5_000}).json()["tokens_per_day"] == 5_000
    refused(as_bob.patch(HERE, {"tokens_per_day": 9_000}), 403, "forbidden")
    agent = APIClient()
    agent.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(alice, scopes=['agent'])[1]}")
    refused(agent.patch(HERE, {"tokens_per_day": 9_000}), 403, "people_only")
    assert wrong_fields(as_alice.patch(HERE, {"tokens_per_day": -1})) == {"tokens_per_day"}
    assert as_alice.patch(HERE, {"tokens_per_day": None}).json()["tokens_per_day"] is None
