import pytest

from plans import planner
from plans.models import Generation
from plans.services import generations
from tests.api.answers import events, refused

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
