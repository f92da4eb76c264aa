import pytest

from plans.models import TaskPlan
from tests.api.answers import accept, act, done, event_types, events, refused, task_of, wrong_fields

PLANS = "/api/v1/projects/pixel-jumper/plans/"


def url(plan: TaskPlan, verb: str = "") -> str:
    return f"/api/v1/plans/{plan.pk}/{f'{verb}/' if verb else ''}"


def edit(client, plan: TaskPlan, *ops):
    return client.patch(url(plan), {"ops": list(ops)})


def edited(client, plan: TaskPlan, *ops) -> dict:
    """The tasks after the operations, by code."""
    response = edit(client, plan, *ops)
    assert response.status_code == 200, response.content
    return {task["code"]: task for task in response.json()["tasks"]}


# Proposing


def test_a_plan_written_by_hand_is_a_proposal_by_its_author(as_bob, project):
    body = {"summary": "Small", "tasks": [{"title": "Jump"}, {"title": "Run", "dependencies": ["T-001"]}]}
    response = as_bob.post(PLANS, body)
    assert response.status_code == 201
    plan = response.json()
    assert (plan["version"], plan["status"], plan["created_by"], plan["base"]) == (1, "proposed", "user", None)
    assert [(task["code"], task["idx"], task["status"]) for task in plan["tasks"]] == [
        ("T-001", 0, "pending"),
        ("T-002", 1, "pending"),
    ]
    assert plan["stats"] == {"total": 2, "completed": 0, "blocked": 0, "progress": 0}
    assert plan["author"]["name"] == "bob"
    assert events(project, "plan.created")[0]["payload"]["plan_id"] == plan["id"]


def test_a_generated_plan_says_that_no_ai_made_it(as_alice, project):
    response = as_alice.post(f"{PLANS}generate/", {"instructions": "keep it small"})
    assert response.status_code == 201
    assert response.json()["created_by"] == "system"
    assert response.json()["instructions"] == "keep it small"
    assert "plan.generated" in event_types(project)


def test_an_incomplete_brief_names_what_is_missing(as_alice):
    as_alice.post("/api/v1/projects/", {"name": "Vague", "brief": {"pitch": "A game."}})
    response = as_alice.post("/api/v1/projects/vague/plans/generate/")
    assert wrong_fields(response, "brief_incomplete") == {"brief.genre", "brief.mechanics", "brief.visual_style"}


def test_a_refinement_supersedes_the_proposal_that_it_was_made_from(as_alice, proposed, propose, project):
    other = propose({"title": "Another idea"})
    response = as_alice.post(url(proposed, "refine"), {"instructions": "Remove the gems"})
    assert response.status_code == 201
    refined = response.json()
    assert (refined["base"], refined["status"], refined["version"]) == (proposed.pk, "proposed", 3)
    assert as_alice.get(url(proposed)).json()["status"] == "superseded"
    assert as_alice.get(url(other)).json()["status"] == "proposed"
    told = events(project, "plan.refined")[0]["payload"]
    assert told["instructions"] == "Remove the gems"


def test_a_refinement_of_the_accepted_plan_leaves_it_accepted(as_alice, accepted):
    as_alice.post(url(accepted, "refine"), {"instructions": "Add online multiplayer"})
    assert as_alice.get(url(accepted)).json()["status"] == "accepted"


def test_every_wrong_part_of_a_plan_is_named(as_alice, project):
    tasks = [{"title": ""}, {"title": "x", "priority": 9, "mood": "sad"}, {"title": "y", "dependencies": ["one"]}]
    assert wrong_fields(as_alice.post(PLANS, {"tasks": tasks})) == {
        "tasks.0.title",
        "tasks.1.priority",
        "tasks.1.mood",
        "tasks.2.dependencies.0",
    }


def test_a_plan_has_at_least_one_task(as_alice, project):
    assert wrong_fields(as_alice.post(PLANS, {"tasks": []})) == {"tasks"}


def test_an_unknown_dependency_is_named(as_alice, proposed):
    body = {"tasks": [{"title": "Jump", "dependencies": ["T-099"]}]}
    assert wrong_fields(as_alice.post(PLANS, body), "unknown_dependency") == {"tasks.T-001.dependencies"}
    bad = edit(as_alice, proposed, {"op": "update", "code": "T-003", "fields": {"dependencies": ["T-099"]}})
    assert wrong_fields(bad, "unknown_dependency") == {"tasks.T-003.dependencies"}


def test_a_code_is_there_once(as_alice, project):
    tasks = [{"code": "T-004", "title": "a"}, {"code": "T-004", "title": "b"}]
    assert wrong_fields(as_alice.post(PLANS, {"tasks": tasks})) == {"tasks"}


@pytest.mark.parametrize("code", ["T-1", "T-0001", "T-0000042", "t-001", "T-001\n", "T-٠٠١"])
def test_a_code_has_one_spelling(as_alice, project, code):
    assert wrong_fields(as_alice.post(PLANS, {"tasks": [{"title": "x", "code": code}]})) == {"tasks.0.code"}


def test_the_base_is_a_version_of_the_same_project(as_alice, proposed):
    as_alice.post("/api/v1/projects/", {"name": "Other"})
    response = as_alice.post("/api/v1/projects/other/plans/", {"tasks": [{"title": "x"}], "base": proposed.pk})
    assert wrong_fields(response) == {"base"}


def test_viewers_propose_edit_and_accept_nothing(as_vera, proposed):
    refused(as_vera.post(PLANS, {"tasks": [{"title": "x"}]}), 403, "forbidden")
    refused(as_vera.post(f"{PLANS}generate/"), 403, "forbidden")
    refused(edit(as_vera, proposed, {"op": "drop", "code": "T-003"}), 403, "forbidden")
    refused(as_vera.post(url(proposed, "refine"), {"instructions": "x"}), 403, "forbidden")
    refused(as_vera.post(url(proposed, "accept")), 403, "forbidden")
    assert as_vera.get(url(proposed)).json()["status"] == "proposed"


def test_strangers_find_no_plan(as_charlie, proposed):
    refused(as_charlie.get(url(proposed)), 404, "not_found")
    refused(as_charlie.get(url(proposed, "diff")), 404, "not_found")
    refused(edit(as_charlie, proposed, {"op": "drop", "code": "T-003"}), 404, "not_found")
    refused(as_charlie.post(url(proposed, "accept")), 404, "not_found")
    refused(as_charlie.post(url(proposed, "refine"), {"instructions": "x"}), 404, "not_found")


# Cycles, at every door


def test_a_cycle_in_a_new_plan_is_shown_as_a_path(as_alice, project):
    tasks = [{"title": "a", "dependencies": ["T-002"]}, {"title": "b", "dependencies": ["T-001"]}]
    problem = refused(as_alice.post(PLANS, {"tasks": tasks}), 409, "dependency_cycle")
    assert problem["path"] == ["T-001", "T-002", "T-001"]
    assert not TaskPlan.objects.exists()


def test_a_task_cannot_wait_for_itself(as_alice, project):
    problem = refused(
        as_alice.post(PLANS, {"tasks": [{"title": "a", "dependencies": ["T-001"]}]}), 409, "dependency_cycle"
    )
    assert problem["path"] == ["T-001", "T-001"]


def test_a_cycle_by_an_edit_is_refused(as_alice, proposed):
    response = edit(as_alice, proposed, {"op": "update", "code": "T-001", "fields": {"dependencies": ["T-003"]}})
    assert refused(response, 409, "dependency_cycle")["path"] == ["T-001", "T-003", "T-001"]


def test_a_cycle_by_a_merge_is_refused(as_alice, propose):
    plan = propose({"title": "a"}, {"title": "b", "dependencies": ["T-001"]}, {"title": "c", "dependencies": ["T-002"]})
    refused(edit(as_alice, plan, {"op": "merge", "codes": ["T-001", "T-003"]}), 409, "dependency_cycle")


def test_a_cycle_that_got_into_the_database_is_not_accepted(as_alice, proposed):
    proposed.tasks.filter(code="T-001").update(dependencies=["T-002"])
    refused(as_alice.post(url(proposed, "accept")), 409, "dependency_cycle")


# Editing


def test_operations_are_applied_in_order_and_told_once(as_alice, proposed, project):
    tasks = edited(
        as_alice,
        proposed,
        {"op": "add", "task": {"title": "Sound", "dependencies": ["T-003"]}, "idx": 0},
        {"op": "update", "code": "T-002", "fields": {"title": "Leap", "priority": 1}},
        {"op": "move", "code": "T-003", "idx": 0},
        {"op": "drop", "code": "T-001"},
    )
    assert list(tasks) == ["T-003", "T-004", "T-002"]
    assert [task["idx"] for task in tasks.values()] == [0, 1, 2]
    assert (tasks["T-002"]["title"], tasks["T-002"]["priority"]) == ("Leap", 1)
    assert tasks["T-002"]["acceptance"] == ["The hero jumps"], "what is not named stays"
    (told,) = events(project, "plan.edited")
    assert told["payload"]["ops"][0]["task"]["code"] == "T-004"
    assert [task["code"] for task in told["payload"]["diff"]["dropped"]] == ["T-001"]


def test_all_operations_or_none(as_alice, proposed, project):
    before = as_alice.get(url(proposed)).json()
    response = edit(
        as_alice,
        proposed,
        {"op": "update", "code": "T-001", "fields": {"title": "Changed"}},
        {"op": "drop", "code": "T-077"},
    )
    assert wrong_fields(response) == {"ops.1.code"}
    assert as_alice.get(url(proposed)).json() == before
    assert "plan.edited" not in event_types(project)


def test_dropping_a_task_hands_its_dependencies_on(as_alice, propose):
    plan = propose({"title": "a"}, {"title": "b", "dependencies": ["T-001"]}, {"title": "c", "dependencies": ["T-002"]})
    assert edited(as_alice, plan, {"op": "drop", "code": "T-002"})["T-003"]["dependencies"] == ["T-001"]


def test_a_split_keeps_the_code_and_chains_the_parts(as_alice, propose):
    plan = propose({"title": "a"}, {"title": "b", "dependencies": ["T-001"]}, {"title": "c", "dependencies": ["T-002"]})
    tasks = edited(
        as_alice,
        plan,
        {
            "op": "split",
            "code": "T-002",
            "into": [{"title": "b1"}, {"title": "b2"}, {"title": "b3", "dependencies": []}],
        },
    )
    assert [(code, task["title"], task["dependencies"]) for code, task in tasks.items()] == [
        ("T-001", "a", []),
        ("T-002", "b1", ["T-001"]),
        ("T-004", "b2", ["T-002"]),
        ("T-005", "b3", []),
        ("T-003", "c", ["T-005"]),
    ]


def test_a_merge_keeps_the_first_code_and_everything_that_was_asked(as_alice, propose):
    plan = propose(
        {"title": "a", "acceptance": ["one"], "estimates": {"story_points": 2, "time_hours": 1.5}},
        {"title": "b", "acceptance": ["two"], "priority": 1, "estimates": {"story_points": 3, "time_hours": 2}},
        {"title": "c", "dependencies": ["T-002"]},
    )
    tasks = edited(as_alice, plan, {"op": "merge", "codes": ["T-001", "T-002"], "fields": {"title": "both"}})
    assert list(tasks) == ["T-001", "T-003"]
    whole = tasks["T-001"]
    assert (whole["title"], whole["acceptance"], whole["priority"]) == ("both", ["one", "two"], 1)
    assert whole["estimates"] == {"story_points": 5, "time_hours": 3.5}
    assert tasks["T-003"]["dependencies"] == ["T-001"]


@pytest.mark.parametrize(
    ("op", "field"),
    [
        ({"op": "explode", "code": "T-001"}, "ops.0"),
        ({"code": "T-001"}, "ops.0"),
        ({"op": "drop", "code": "T-001", "why": "x"}, "ops.0.drop.why"),
        ({"op": "move", "code": "T-001", "idx": -1}, "ops.0.move.idx"),
        ({"op": "add", "task": {"title": "x", "code": "T-002"}}, "ops.0.task.code"),
        (
            {"op": "split", "code": "T-001", "into": [{"title": "x", "code": "T-009"}, {"title": "y"}]},
            "ops.0.into.0.code",
        ),
        ({"op": "merge", "codes": ["T-001", "T-001"]}, "ops.0.codes"),
        ({"op": "merge", "codes": ["T-001", "T-088"]}, "ops.0.codes"),
    ],
)
def test_a_wrong_operation_is_named_with_its_place(as_alice, proposed, op, field):
    assert wrong_fields(edit(as_alice, proposed, op)) == {field}


def test_a_plan_cannot_be_emptied(as_alice, propose):
    plan = propose({"title": "only"})
    assert wrong_fields(edit(as_alice, plan, {"op": "drop", "code": "T-001"})) == {"ops.0.code"}


def test_dropping_never_makes_a_task_wait_for_too_many(as_alice, propose):
    many = [{"title": f"leaf {number}"} for number in range(210)]
    leaves = [f"T-{number:03d}" for number in range(1, 211)]
    plan = propose(
        *many,
        {"title": "first half", "dependencies": leaves[:105]},
        {"title": "second half", "dependencies": leaves[105:]},
        {"title": "end", "dependencies": ["T-211", "T-212"]},
    )
    response = edit(as_alice, plan, {"op": "drop", "code": "T-211"}, {"op": "drop", "code": "T-212"})
    assert wrong_fields(response) == {"ops.1.op"}
    accept(as_alice, plan.pk)


def test_an_edit_that_changes_nothing_is_none(as_alice, proposed, project):
    tag = as_alice.get(url(proposed))["ETag"]
    assert edit(as_alice, proposed, {"op": "move", "code": "T-001", "idx": 0})["ETag"] == tag
    assert "plan.edited" not in event_types(project)


def test_the_summary_is_edited_too_and_an_empty_edit_is_refused(as_alice, proposed):
    assert as_alice.patch(url(proposed), {"summary": "Shorter"}).json()["summary"] == "Shorter"
    assert wrong_fields(as_alice.patch(url(proposed), {})) == {"ops"}


def test_only_a_proposal_is_edited(as_alice, accepted):
    problem = refused(edit(as_alice, accepted, {"op": "drop", "code": "T-003"}), 409, "not_proposed")
    assert problem["plan_status"] == "accepted"


# Accepting


def test_acceptance_publishes_one_event_with_the_whole_plan(as_alice, proposed, project):
    plan = accept(as_alice, proposed.pk).json()
    assert plan["status"] == "accepted"
    assert plan["accepted_at"]
    (told,) = events(project, "plan.accepted")
    assert [task["code"] for task in told["payload"]["tasks"]] == ["T-001", "T-002", "T-003"]
    assert told["payload"]["current_task"] == "T-001"
    assert as_alice.get(f"{PLANS}active/").json()["id"] == proposed.pk


def test_there_is_no_active_plan_before_acceptance(as_alice, proposed):
    refused(as_alice.get(f"{PLANS}active/"), 404, "not_found")


def test_a_plan_is_accepted_once(as_alice, proposed):
    accept(as_alice, proposed.pk)
    refused(as_alice.post(url(proposed, "accept")), 409, "not_proposed")


def test_other_proposals_stay_open_when_one_is_accepted(as_alice, proposed, propose):
    other = propose({"title": "Another idea"})
    accept(as_alice, proposed.pk)
    assert as_alice.get(url(other)).json()["status"] == "proposed"


def test_a_version_of_a_plan_that_is_no_longer_active_is_stale(as_alice, accepted, propose):
    one = propose({"code": "T-001", "title": "One"}, base=accepted)
    two = propose({"code": "T-001", "title": "Two"}, base=accepted)
    accept(as_alice, one.pk)
    assert refused(as_alice.post(url(two, "accept")), 409, "stale_base")["active_plan"] == one.pk
    assert as_alice.get(url(two)).json()["status"] == "proposed"


def test_a_refinement_of_a_refinement_of_the_active_plan_is_not_stale(as_alice, accepted):
    first = as_alice.post(url(accepted, "refine"), {"instructions": "Remove the gems"}).json()
    second = as_alice.post(f"/api/v1/plans/{first['id']}/refine/", {"instructions": "Add a boss fight"}).json()
    accept(as_alice, second["id"])


def test_work_is_carried_over_by_code(as_alice, accepted, propose, project):
    done(as_alice, task_of(accepted, "T-001"))
    act(as_alice, task_of(accepted, "T-002"), "start")
    act(as_alice, task_of(accepted, "T-002"), "progress", percent=40)
    made = as_alice.post(
        f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/artifacts/",
        {"type": "scene", "category": "code", "path": "main.tscn"},
    ).json()
    finished = as_alice.get(f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/").json()
    plan = propose(
        {"code": "T-002", "title": "Let the hero leap", "acceptance": ["The hero jumps"]},
        {"code": "T-001", "title": "Set up the project", "acceptance": ["The project opens"], "priority": 1},
        {"title": "Boss"},
    )
    now = {task["code"]: task for task in accept(as_alice, plan.pk).json()["tasks"]}
    assert (now["T-001"]["status"], now["T-001"]["completed_at"]) == ("done", finished["completed_at"])
    assert (now["T-002"]["status"], now["T-002"]["progress"]) == ("in_progress", 40)
    assert now["T-002"]["title"] == "Let the hero leap"
    assert now["T-004"]["status"] == "pending"
    assert as_alice.get(f"/api/v1/artifacts/{made['id']}/").json()["task"] == now["T-001"]["id"]
    assert [event["task_code"] for event in events(project, "task.changed")] == ["T-002"]


def test_a_task_left_out_stays_readable_as_dropped(as_alice, accepted, propose, project):
    plan = propose({"code": "T-001", "title": "Set up the project"})
    now = {task["code"]: task for task in accept(as_alice, plan.pk).json()["tasks"]}
    assert now["T-003"]["status"] == "dropped"
    assert as_alice.get(f"/api/v1/tasks/{now['T-003']['id']}/").json()["title"] == "Place the gems"
    assert {event["task_code"] for event in events(project, "task.dropped")} == {"T-002", "T-003"}
    assert as_alice.get(f"/api/v1/plans/{plan.pk}/").json()["stats"]["total"] == 1


def test_a_dropped_task_that_comes_back_has_its_work(as_alice, accepted, propose):
    done(as_alice, task_of(accepted, "T-001"))
    done(as_alice, task_of(accepted, "T-003"))
    first = {"code": "T-001", "title": "Set up the project", "acceptance": ["The project opens"]}
    accept(as_alice, propose(first).pk)
    back = propose(first, {"code": "T-004", "title": "new"})
    accept(as_alice, back.pk)
    assert task_of(back, "T-003").status == "dropped"


def test_a_code_is_never_given_to_another_task(as_alice, accepted, propose):
    accept(as_alice, propose({"code": "T-001", "title": "Set up the project"}).pk)
    fresh = as_alice.post(PLANS, {"tasks": [{"title": "Something new"}]}).json()
    assert [task["code"] for task in fresh["tasks"]] == ["T-004"]
    response = as_alice.post(PLANS, {"tasks": [{"code": "T-003", "title": "Not the gems"}]})
    assert wrong_fields(response) == {"tasks.0.code"}


# Comparing


def test_a_version_is_compared_with_its_base(as_alice, accepted, propose):
    plan = propose(
        {"code": "T-003", "title": "Place the gems"},
        {"code": "T-001", "title": "Set up", "acceptance": ["The project opens"], "priority": 1},
        {"title": "Boss"},
        base=accepted,
    )
    diff = as_alice.get(url(plan, "diff")).json()
    assert [task["code"] for task in diff["added"]] == ["T-004"]
    assert [task["code"] for task in diff["dropped"]] == ["T-002"]
    assert {task["code"]: sorted(task["fields"]) for task in diff["changed"]} == {
        "T-001": ["title"],
        "T-003": ["dependencies"],
    }
    assert diff["changed"][1]["fields"]["title"] == {
        "from": "Set up the project",
        "to": "Set up",
        "words": [{"kind": "same", "text": "Set up"}, {"kind": "gone", "text": " the project"}],
    }
    assert len(diff["moved"]) == 1
    assert diff["order"] == ["T-003", "T-001", "T-004"]


def test_a_version_is_compared_with_any_other(as_alice, accepted, propose):
    other = propose({"code": "T-001", "title": "Set up"})
    diff = as_alice.get(url(accepted, "diff"), {"against": other.pk}).json()
    assert [task["code"] for task in diff["added"]] == ["T-002", "T-003"]


def test_versions_of_other_projects_are_not_compared(as_alice, accepted):
    as_alice.post("/api/v1/projects/", {"name": "Other"})
    other = as_alice.post("/api/v1/projects/other/plans/", {"tasks": [{"title": "x"}]}).json()
    assert wrong_fields(as_alice.get(url(accepted, "diff"), {"against": other["id"]})) == {"against"}


def test_versions_are_listed_newest_first(as_alice, proposed, propose):
    propose({"title": "Second"})
    assert [plan["version"] for plan in as_alice.get(PLANS).json()["results"]] == [2, 1]


def test_open_proposals_are_listed_side_by_side(as_alice, accepted, propose):
    one, two = propose({"title": "One"}), propose({"title": "Two"})
    found = as_alice.get(PLANS, {"status": "proposed"}).json()["results"]
    assert [plan["id"] for plan in found] == [two.pk, one.pk]
    assert wrong_fields(as_alice.get(PLANS, {"status": "lost"})) == {"status"}


def test_a_diff_can_be_read_as_markdown(as_alice, accepted, propose):
    plan = propose({"code": "T-001", "title": "Set up"}, base=accepted)
    answer = as_alice.get(url(plan, "diff"), {"as": "markdown"})
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert "Place the gems" in answer.content.decode()
    assert wrong_fields(as_alice.get(url(plan, "diff"), {"as": "poem"})) == {"as"}


def test_a_diff_tells_of_a_split_on_the_way(as_alice, accepted, propose):
    plan = propose(*([{"code": spec.code, "title": spec.title} for spec in accepted.specs()]), base=accepted)
    edit(as_alice, plan, {"op": "split", "code": "T-002", "into": [{"title": "Jump"}, {"title": "Land"}]})
    assert as_alice.get(url(plan, "diff")).json()["split"] == [{"code": "T-002", "into": ["T-002", "T-004"]}]
    assert as_alice.get(url(plan, "diff"), {"against": plan.pk}).json()["split"] == []


def test_a_code_far_above_the_next_would_use_the_numbers_up(as_alice, project, proposed):
    url = f"/api/v1/projects/{project.pk}/plans/"
    assert wrong_fields(as_alice.post(url, {"tasks": [{"code": "T-999999", "title": "Last"}]})) == {"tasks.0.code"}
    ops = [{"op": "add", "task": {"code": "T-999999", "title": "Last"}}]
    assert wrong_fields(as_alice.patch(f"/api/v1/plans/{proposed.pk}/", {"ops": ops})) == {"ops.0.task.code"}
