"""Analysis and pictures of a plan, through HTTP."""

import pytest
from django.core.management import call_command

from plans.pictures import POLICY
from tests.api.answers import done, refused, task_of, wrong_fields

SVG = "image/svg+xml"


def paths(plan) -> dict[str, str]:
    return {
        "graph": f"/api/v1/plans/{plan.pk}/graph.svg",
        "gantt": f"/api/v1/plans/{plan.pk}/gantt.svg",
        "burnup": "/api/v1/projects/pixel-jumper/burnup.svg",
    }


def analysis(client, plan):
    response = client.get(f"/api/v1/plans/{plan.pk}/analysis/")
    assert response.status_code == 200, response.content
    return response.json()


def test_the_analysis_tells_what_can_be_done_now(as_vera, as_alice, accepted):
    first = analysis(as_vera, accepted)
    assert [(task["code"], task["standing"]) for task in first["tasks"]] == [
        ("T-001", "ready"),
        ("T-002", "pending"),
        ("T-003", "pending"),
    ]
    assert first["tasks"][1]["reason"] == "waits for T-001"
    assert (first["tasks"][0]["unblocks"], first["tasks"][0]["unblocks_in_all"]) == (["T-002", "T-003"], 2)
    assert (first["hours"], first["hours_left"], first["levels"]) == (16, 16, [["T-001"], ["T-002", "T-003"]])
    done(as_alice, task_of(accepted, "T-001"))
    second = analysis(as_vera, accepted)
    chosen = as_alice.get("/api/v1/projects/pixel-jumper/next-task/").json()
    assert (second["next"], second["next_reason"]) == (chosen["task"]["code"], chosen["reason"])
    assert second["hours_left"] == 8
    assert second["by_status"]["done"]["tasks"] == 1


def test_a_proposal_is_analysed_like_a_plan(as_alice, proposed):
    assert analysis(as_alice, proposed)["critical_path"] == ["T-001", "T-002"]


def test_its_cost_in_queries_does_not_depend_on_the_plan(as_alice, propose, django_assert_max_num_queries):
    plan = propose(*({"title": f"Task {number}"} for number in range(40)))
    for path in (f"/api/v1/plans/{plan.pk}/analysis/", *paths(plan).values()):
        with django_assert_max_num_queries(9):
            as_alice.get(path)


@pytest.mark.parametrize("name", ["graph", "gantt", "burnup"])
def test_a_picture_can_be_opened_and_kept(as_vera, as_alice, accepted, name):
    path = paths(accepted)[name]
    response = as_vera.get(path, headers={"Accept": "image/*"})
    assert (response.status_code, response["Content-Type"]) == (200, SVG)
    assert response["Content-Security-Policy"] == POLICY
    assert response.content.startswith(b"<svg ")
    again = as_vera.get(path, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    done(as_alice, task_of(accepted, "T-001"))
    changed = as_vera.get(path, headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != response["ETag"]


@pytest.mark.parametrize("name", ["graph", "gantt", "burnup", "analysis"])
def test_strangers_see_no_picture(as_charlie, accepted, client, name):
    path = {**paths(accepted), "analysis": f"/api/v1/plans/{accepted.pk}/analysis/"}[name]
    refused(as_charlie.get(path), 404, "not_found")
    refused(client.get(path), 401, "not_authenticated")


def test_a_focus_is_a_task_of_the_plan(as_alice, accepted):
    path = paths(accepted)["graph"]
    assert b"T-003" not in as_alice.get(path, {"focus": "T-002", "depth": 1}).content
    assert wrong_fields(as_alice.get(path, {"focus": "T-009"})) == {"focus"}
    assert wrong_fields(as_alice.get(path, {"focus": "T-001", "depth": "21"})) == {"depth"}


def test_the_burn_up_counts_points_where_there_are_any(as_alice, project, propose):
    path = "/api/v1/projects/pixel-jumper/burnup.svg"
    assert b"No plan has been accepted yet." in as_alice.get(path).content
    plan = propose(*({"title": "Build", "estimates": {"story_points": points}} for points in (5, 3)))
    as_alice.post(f"/api/v1/plans/{plan.pk}/accept/")
    done(as_alice, task_of(plan, "T-001"))
    assert b"5 of 8 story points are done" in as_alice.get(path).content
    assert b"1 of 2 tasks are done" in as_alice.get(path, {"unit": "tasks"}).content
    assert wrong_fields(as_alice.get(path, {"unit": "lines"})) == {"unit"}


def test_the_burn_up_of_a_trimmed_log_goes_on_from_what_it_led_to(as_alice, accepted):
    done(as_alice, task_of(accepted, "T-001"))
    call_command("prune_events", "--keep", "1", verbosity=0)
    done(as_alice, task_of(accepted, "T-002"))
    shown = as_alice.get(paths(accepted)["burnup"]).content
    assert b"2 of 3 tasks are done" in shown
    assert b"Earlier events are no longer kept" in shown
