"""The scripted agents' story: pure, and the same for the same seed."""

from typing import Any

import pytest

from gamedev_gateway.simulation.story import artifacts_of, second_look, tell, way_out
from gamedev_gateway.simulation.words import BLOCKERS

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


def test_a_story_ends_with_the_completion_or_with_what_is_left_for_somebody_else():
    for seed in range(50):
        told = tell(TASK, seed)
        assert told[0].verb == "progress"
        assert told[-1].verb in ("complete", "release")
        assert [step.verb for step in told].count(told[-1].verb) == 1
        if told[-1].verb == "release":
            assert told[-1].body["handoff"]


def test_every_criterion_is_answered_and_every_artifact_is_evidence():
    shown = tell({**TASK, "progress": 89})[-1].body["evidence"]
    assert [each["criterion"] for each in shown if "criterion" in each] == ["The hero jumps", "The hero lands"]
    assert all(each["passed"] and not each["failed"] for each in shown if each["kind"] == "test")
    made = [each["artifact"] for each in shown if "artifact" in each]
    assert made == [artifact["path"] for artifact in artifacts_of(TASK)]


def test_progress_only_rises():
    for seed in range(50):
        percents = [step.body["percent"] for step in tell(TASK, seed) if step.verb == "progress"]
        assert percents == sorted(set(percents))


def test_blockers_handovers_and_second_looks_happen_in_every_project():
    tasks = [{**TASK, "code": f"T-{number:03}"} for number in range(1, 16)]
    stories = [verbs(task) for task in tasks]
    assert 2 <= sum("block" in story for story in stories) <= 4
    assert 1 <= sum("release" in story and "block" not in story for story in stories) <= 3
    assert 2 <= sum(second_look(task) is not None for task in tasks) <= 3
    talk = [verb for seed in range(20) for verb in verbs(TASK, seed)]
    assert {"decide", "ask", "listen"} <= set(talk)
    assert talk.count("ask") == talk.count("listen")


@pytest.mark.parametrize(("progress", "first"), [(84, "register"), (90, "progress"), (99, "progress")])
def test_a_task_that_was_begun_goes_on_from_where_it_is(progress, first):
    told = tell({**TASK, "progress": progress})
    assert told[0].verb == first
    assert told[-1].verb == "complete"
    assert not {"block", "release", "ask"} & {step.verb for step in told}


def test_whoever_goes_on_says_so_once_however_many_there_were_before():
    begun = {**TASK, "progress": 84}
    first = tell(begun, handoff="84 %: The checks are next.")[0].body["note"]
    assert first == "I go on where it was left: 84 %: The checks are next."
    assert tell(begun, handoff=f"84 %: {first}")[0].body["note"] == first


def test_what_blocked_a_task_is_answered_in_its_own_words():
    for _, reason, answer in BLOCKERS:
        assert way_out(reason) == answer
    assert way_out("Something that no agent said.")


def test_artifacts_lie_where_the_deliverable_says_or_where_its_words_suggest():
    assert [(each["path"], each["category"]) for each in artifacts_of(TASK)] == [
        ("scenes/t-005-test-scene-for-jumping.tscn", "asset"),
        ("docs/style.md", "document"),
        ("tests/t-005-automated-tests.gd", "code"),
    ]


def test_a_task_without_any_detail_can_be_played_too():
    bare = {**TASK, "acceptance": [], "deliverables": [], "mcp_tools": []}
    assert verbs({**bare, "code": "T-001"})[-1] == "complete"
