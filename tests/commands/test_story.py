"""The scripted agent's story: pure, and the same for the same seed."""

from typing import Any

import pytest

from gamedev_gateway.simulation.story import artifacts_of, tell

TASK: dict[str, Any] = {
    "code": "T-005",
    "title": "Let the hero jump",
    "status": "pending",
    "progress": 0,
    "acceptance": ["The hero jumps", "The hero lands"],
    "deliverables": ["Test scene: jumping", "Style sheet (docs/style.md)", "Automated tests"],
    "mcp_tools": ["godot.script.create"],
}


def verbs(task: dict[str, Any], seed: int = 0) -> list[str]:
    return [step.verb for step in tell(task, seed)]


def test_the_same_seed_tells_the_same_story():
    assert tell(TASK, 7) == tell(TASK, 7)
    assert tell(TASK, 7) != tell(TASK, 8)


def test_a_story_begins_with_the_start_and_ends_with_the_completion():
    for seed in range(50):
        told = verbs(TASK, seed)
        assert told[0] == "start"
        assert told[-1] == "complete"


def test_every_criterion_is_answered_with_yes_and_every_artifact_is_evidence():
    done = tell(TASK)[-1].body
    assert [(answer["criterion"], answer["met"]) for answer in done["acceptance"]] == [
        ("The hero jumps", True),
        ("The hero lands", True),
    ]
    shown = [item["artifact"] for item in done["evidence"] if item["kind"] == "artifact"]
    assert shown == [artifact["path"] for artifact in artifacts_of(TASK)]


def test_progress_only_rises():
    for seed in range(50):
        percents = [step.body["percent"] for step in tell(TASK, seed) if step.verb == "progress"]
        assert percents == sorted(set(percents))


def test_blockers_and_second_looks_happen_in_every_project_and_end_well():
    stories = [verbs({**TASK, "code": f"T-{number:03}"}) for number in range(1, 16)]
    assert 2 <= sum("block" in story for story in stories) <= 4
    assert 2 <= sum("reopen" in story for story in stories) <= 3
    assert all(story.count("block") == story.count("unblock") for story in stories)
    assert all(story.count("complete") == story.count("reopen") + 1 for story in stories)


@pytest.mark.parametrize(
    ("standing", "first"),
    [
        ({"status": "in_progress", "progress": 0}, "progress"),
        ({"status": "in_progress", "progress": 84}, "register"),
        ({"status": "in_progress", "progress": 99}, "progress"),
        ({"status": "blocked", "progress": 30}, "unblock"),
        ({"status": "blocked", "progress": 99}, "unblock"),
    ],
)
def test_a_task_that_was_begun_goes_on_from_where_it_is(standing, first):
    told = [step for step in tell({**TASK, **standing}) if step.verb != "publish"]
    assert told[0].verb == first
    assert told[-1].verb == "complete"
    assert not {"start", "block"} & {step.verb for step in told}


def test_artifacts_lie_where_the_deliverable_says_or_where_its_words_suggest():
    assert [(each["path"], each["category"]) for each in artifacts_of(TASK)] == [
        ("scenes/t-005-test-scene-for-jumping.tscn", "asset"),
        ("docs/style.md", "document"),
        ("tests/t-005-automated-tests.gd", "code"),
    ]


def test_a_task_without_any_detail_can_be_played_too():
    bare = {**TASK, "acceptance": [], "deliverables": [], "mcp_tools": []}
    assert verbs(bare)[0] == "start"
    assert verbs(bare)[-1] == "complete"
