"""Task Master's and beads' task lists as proposals."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from plans import services
from plans.graph import find_cycle, missing_dependencies
from plans.models import TaskPlan
from plans.task_files import TaskFileError, guess_source, read_tasks

DATA = Path(__file__).resolve().parents[1] / "data" / "task_files"


def read(name, **options):
    return read_tasks((DATA / name).read_text(), guess_source(name), **options)


def waits(found):
    return {task.title: [by_code(found)[code] for code in task.dependencies] for task in found.tasks}


def by_code(found):
    return {task.code: task.title for task in found.tasks}


def titled(found, title):
    return next(task for task in found.tasks if task.title == title)


def test_a_flat_task_master_list_is_read():
    found = read("taskmaster-flat.json")
    assert waits(found) == {"Set up the engine": [], "Let the hero jump": ["Set up the engine"]}
    engine = titled(found, "Set up the engine")
    assert engine.acceptance == ["The project opens", "CI exports it"]
    assert "Details:\nUse the\nGL Compatibility renderer." in engine.description
    assert engine.priority == 2
    assert found.remarks == ["2 waited for 99, which is not there."]


def test_subtasks_are_tasks_that_their_whole_waits_for():
    found = read("taskmaster-tagged.json")
    assert waits(found) == {
        "Set up the engine": [],
        "Movement": ["Set up the engine", "Run", "Jump", "Dash"],
        "Run": ["Set up the engine"],
        "Jump": ["Run"],
        "Dash": ["Jump"],
        "Gems": ["Jump", "Score"],
        "Score": [],
    }
    assert titled(found, "Run").acceptance == ["Accelerates", "Stops at walls"]
    assert titled(found, "Dash").priority == 1


def test_what_task_master_knows_and_we_do_not_is_kept_in_the_description():
    movement = titled(read("taskmaster-tagged.json"), "Movement")
    assert "Coyote time: 0.1 s 🏃" in movement.description
    assert 'metadata: {"githubIssue": 42}' in movement.description
    assert "From Task Master (tag master): 4, in-progress." in movement.description


def test_every_edge_and_task_that_is_left_out_is_told():
    found = read("taskmaster-tagged.json")
    assert found.remarks == [
        "Tags that were not imported: polish.",
        "4.3 waited for 4, of which it is a part; the whole waits for its parts.",
        "4.3 waited for 7.9, which is not there.",
        "6 waited for 8, which is cancelled.",
        "6 waited for 5, which waits for 6: left out, since it closes a circle.",
        "8 “Online leaderboard” was left out: cancelled there.",
    ]
    assert found.summary == (
        "Imported from Task Master (tag master): 7 tasks. Done there: T-001, T-003. In progress there: T-002, T-004. "
        "Left out: 8."
    )


def test_a_tag_is_chosen_by_name():
    assert [task.title for task in read("taskmaster-tagged.json", tag="polish").tasks] == ["Particles"]
    with pytest.raises(TaskFileError, match="There is no tag 'x'; there are: master, polish"):
        read("taskmaster-tagged.json", tag="x")


def test_beads_are_read():
    found = read("beads.jsonl", first_number=7)
    assert waits(found) == {
        "Movement": ["Set up the engine", "Run", "Jump"],
        "Run": ["Set up the engine"],
        "Jump": ["Run"],
        "Set up the engine": [],
        "The hero falls through the floor": [],
    }
    assert found.tasks[0].code == "T-007"
    run, bug = titled(found, "Run"), titled(found, "The hero falls through the floor")
    assert (run.acceptance, run.estimates.time_hours, run.priority) == (["Accelerates", "Stops at walls"], 1.5, 1)
    assert "Notes:\n0.3 s to full speed" in run.description
    assert "Part of bd-a1b2 “Movement”." in run.description
    assert "Discovered-from:\nbd-a1b2.2" in bug.description
    assert "issue_type: bug" in bug.description
    assert "Comments:\nana: Higher!" in titled(found, "Jump").description


def test_beads_that_are_left_out_are_told():
    assert read("beads.jsonl").remarks == [
        "bd-c3d4 waited for bd-zzzz, which is not there.",
        "bd-dead “Old idea” was left out: deleted there.",
    ]


@pytest.mark.parametrize(
    ("text", "source", "message"),
    [
        ("{", "taskmaster", "tasks.json: This is not JSON"),
        ("[]", "taskmaster", "tasks.json: A JSON object belongs here"),
        ('{"tasks": [{"title": "x"}]}', "taskmaster", "tasks.0: It has no id"),
        ('{"tasks": []}', "taskmaster", "There is no task to import"),
        ('{"a": {"tasks": []}, "b": {"tasks": []}}', "taskmaster", "Name the tag to import: a, b"),
        ('{"id": "bd-1"}\n<<<<<<< HEAD', "beads", "line 2: This is not JSON"),
        ('{"id": "bd-1", "labels": "x"}', "beads", "line 1: labels: A list belongs here"),
        ("[" * 100_000, "taskmaster", "This is not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_place(text, source, message):
    with pytest.raises(TaskFileError, match=message):
        read_tasks(text, source)


IDS = st.integers(1, 6)
ANY = st.one_of(st.none(), st.integers(), st.text(max_size=20), st.lists(st.integers(), max_size=2))
TASK_MASTER = st.fixed_dictionaries(
    {"id": IDS, "dependencies": st.lists(st.one_of(IDS, st.sampled_from(["1.1", "2.3"])), max_size=4)},
    optional={"title": ANY, "description": ANY, "status": ANY, "priority": ANY, "testStrategy": ANY, "x": ANY},
)
WITH_SUBTASKS = st.builds(
    lambda task, parts: {**task, "subtasks": parts}, TASK_MASTER, st.lists(TASK_MASTER, max_size=3)
)
BEAD = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcdef"),
        "dependencies": st.lists(
            st.fixed_dictionaries(
                {"depends_on_id": st.sampled_from("abcdefg"), "type": st.sampled_from(["blocks", "parent-child", "x"])}
            ),
            max_size=4,
        ),
    },
    optional={"title": ANY, "description": ANY, "status": ANY, "priority": ANY, "estimated_minutes": ANY, "x": ANY},
)


@given(st.lists(WITH_SUBTASKS, min_size=1, max_size=6))
def test_whatever_task_master_says_becomes_a_lawful_plan(tasks):
    assert_lawful(read_tasks(json.dumps({"tasks": tasks}), "taskmaster"))


@given(st.lists(BEAD, min_size=1, max_size=8))
def test_whatever_beads_say_becomes_a_lawful_plan(issues):
    assert_lawful(read_tasks("\n".join(map(json.dumps, issues)), "beads"))


def assert_lawful(found):
    edges = {task.code: task.dependencies for task in found.tasks}
    assert len(edges) == len(found.tasks)
    assert not missing_dependencies(edges)
    assert not find_cycle(edges)


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("import_tasks", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_proposes_and_accepts_nothing(project):
    out, err = run(DATA / "beads.jsonl", "--project", "pixel-jumper")
    plan = TaskPlan.objects.get(pk=int(out))
    assert (plan.status, plan.created_by, plan.tasks.count()) == ("proposed", "system", 5)
    assert set(plan.tasks.values_list("status", flat=True)) == {"pending"}
    assert "bd-dead “Old idea” was left out: deleted there." in err


def test_the_active_plan_gets_the_tasks_added(accepted, project, alice):
    out, _ = run(DATA / "taskmaster-flat.json", "--project", "pixel-jumper", "--from", "taskmaster")
    plan = TaskPlan.objects.get(pk=int(out))
    assert plan.base == accepted
    assert [task.code for task in plan.specs()] == ["T-001", "T-002", "T-003", "T-004", "T-005"]
    services.accept_plan(plan, actor=services_actor(alice))


def services_actor(user):
    from gamedev_gateway.core.actors import Actor

    return Actor.person(user)


def test_an_unknown_project_or_an_unreadable_file_is_an_error(project, tmp_path):
    with pytest.raises(CommandError, match="There is no project 'x'"):
        run(DATA / "beads.jsonl", "--project", "x")
    with pytest.raises(CommandError, match=r"nothing\.json"):
        run(tmp_path / "nothing.json", "--project", "pixel-jumper")
    assert not TaskPlan.objects.exists()
