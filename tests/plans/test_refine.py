"""What refining promises: the operations an instruction asks for, and an honest account of what was not understood."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.operations import apply_operations, operations_adapter
from plans.planner import Refinement, draft_plan, refine_plan
from plans.planner.excisions import text_without
from plans.spec import TaskFields, TaskSpec
from tests.plans.briefs_for_planner import PIXEL_JUMPER, TIDEWRECK

REFERENCE = (Path(__file__).parents[2] / "docs/refining.md").read_text()
WRECK = draft_plan("Tidewreck", TIDEWRECK).tasks
PLAN = draft_plan("Pixel Jumper", PIXEL_JUMPER).tasks
SMALL_PLAN = [
    TaskSpec(code="T-001", title="Project setup", description="Create it.", acceptance=["It opens."]),
    TaskSpec(
        code="T-002",
        title="Player movement",
        description="Run and jump.",
        dependencies=["T-001"],
        acceptance=["The player runs.", "Enemies stop the player."],
    ),
    TaskSpec(
        code="T-003",
        title="Enemy patrols",
        description="Enemies walk to and fro.",
        dependencies=["T-002"],
        acceptance=["Enemies turn at edges.", "Enemies hurt."],
    ),
    TaskSpec(
        code="T-004",
        title="Level design",
        description="Three levels with enemies. Exits are marked.",
        dependencies=["T-003"],
        acceptance=["Three levels can be finished.", "Each has two enemies."],
    ),
    TaskSpec(
        code="T-005",
        title="Sound effects and music",
        dependencies=["T-002"],
        acceptance=["Steps are heard.", "Music loops."],
    ),
    TaskSpec(
        code="T-006",
        title="Release build",
        dependencies=["T-004", "T-005"],
        acceptance=["It installs.", "It is online on itch.io."],
    ),
]


def refine(instructions: str, tasks: list[TaskSpec] = SMALL_PLAN, frozen: tuple[str, ...] = ()) -> Refinement:
    return refine_plan(tasks, instructions, brief=PIXEL_JUMPER, frozen=frozen, next_number=len(tasks) + 1)


def applied(tasks: list[TaskSpec], ops: list[dict[str, Any]]) -> dict[str, TaskSpec]:
    """A small, independent reading of the operations, in order."""
    plan = list(tasks)
    for op in ops:
        plan = _apply(plan, op)
    return {task.code: task for task in plan}


def _apply(plan: list[TaskSpec], op: dict[str, Any]) -> list[TaskSpec]:
    kind = op["op"]
    if kind == "add":
        at = op.get("idx", len(plan))
        return [*plan[:at], TaskSpec(**op["task"]), *plan[at:]]
    if kind == "update":
        TaskFields.model_validate({"title": "x", **op["fields"]})
        return [TaskSpec(**{**task.model_dump(), **op["fields"]}) if task.code == op["code"] else task for task in plan]
    if kind == "drop":
        gone = next(task for task in plan if task.code == op["code"])
        return [_repoint(task, {gone.code}, gone.dependencies) for task in plan if task != gone]
    if kind == "move":
        moved = next(task for task in plan if task.code == op["code"])
        rest = [task for task in plan if task != moved]
        return [*rest[: op["idx"]], moved, *rest[op["idx"] :]]
    if kind == "split":
        return _split(plan, op)
    assert kind == "merge"
    first, *others = op["codes"]
    needs = [need for task in plan if task.code in op["codes"] for need in task.dependencies if need not in op["codes"]]
    kept = [_repoint(task, set(others), [first]) for task in plan if task.code not in others]
    return [
        TaskSpec(**{**task.model_dump(), **op["fields"], "dependencies": list(dict.fromkeys(needs))})
        if task.code == first
        else task
        for task in kept
    ]


def _split(plan: list[TaskSpec], op: dict[str, Any]) -> list[TaskSpec]:
    place = next(place for place, task in enumerate(plan) if task.code == op["code"])
    old, before, parts = plan[place], "", []
    for part in op["into"]:
        assert "dependencies" not in part
        code = part.get("code", op["code"])
        parts.append(TaskSpec(**{**part, "code": code, "dependencies": [before] if before else old.dependencies}))
        before = code
    rest = [_repoint(task, {old.code}, [before]) for task in plan]
    return [*rest[:place], *parts, *rest[place + 1 :]]


def _repoint(task: TaskSpec, gone: set[str], instead: list[str]) -> TaskSpec:
    if not gone & set(task.dependencies):
        return task
    kept = [code for code in task.dependencies if code not in gone]
    return task.model_copy(update={"dependencies": list(dict.fromkeys([*kept, *instead]))})


def assert_acyclic(plan: dict[str, TaskSpec]) -> None:
    left = {code: set(task.dependencies) for code, task in plan.items()}
    for needs in left.values():
        assert needs <= set(plan)
    while left:
        ready = [code for code, needs in left.items() if not needs & set(left)]
        assert ready, left
        for code in ready:
            del left[code]


def test_add_makes_a_proper_task_before_the_release() -> None:
    result = refine("Please add a boss fight.")
    added = result.ops[0]["task"]
    assert added["code"] == "T-007"
    assert "boss fight" in added["title"]
    assert len(added["acceptance"]) >= 2
    assert added["deliverables"]
    assert added["estimates"]["time_hours"] > 0
    assert added["dependencies"]
    plan = applied(SMALL_PLAN, result.ops)
    assert "T-007" in plan["T-006"].dependencies
    assert list(plan)[-1] == "T-006"
    assert not result.not_understood


@pytest.mark.parametrize(
    "says",
    [
        "add a task for localisation",
        "we also need localisation",
        "include localisation",
        "Could you add localisation, please?",
        "there should be localisation",
    ],
)
def test_add_is_understood_in_many_wordings(says: str) -> None:
    result = refine(says)
    assert "localisation" in result.ops[0]["task"]["title"].lower()
    assert not result.not_understood


def test_a_list_of_additions_becomes_as_many_tasks() -> None:
    result = refine("add localisation, controller support and a leaderboard")
    assert [op["task"]["code"] for op in result.ops if op["op"] == "add"] == ["T-007", "T-008", "T-009"]


def test_what_exists_is_not_added_twice() -> None:
    once = refine("add sound effects")
    assert once.ops == []
    assert "already there as T-005" in once.understood[0]


@pytest.mark.parametrize(
    "says",
    ["remove T-003", "drop enemy patrols", "we don't need the enemy patrols", "get rid of task T-003", "delete t-003."],
)
def test_remove_is_understood_in_many_wordings(says: str) -> None:
    assert refine(says).ops == [{"op": "drop", "code": "T-003"}]


def test_dropping_part_of_a_plan_by_its_content() -> None:
    assert refine("drop the ghost replay", PLAN).ops == [{"op": "drop", "code": "T-008"}]


def test_split_into_named_parts_makes_a_chain_with_new_codes() -> None:
    result = refine("split T-002 into running and jumping")
    into = result.ops[0]["into"]
    assert "code" not in into[0]
    assert into[1]["code"] == "T-007"
    assert ["Running" in into[0]["title"], "Jumping" in into[1]["title"]] == [True, True]
    plan = applied(SMALL_PLAN, result.ops)
    assert plan["T-007"].dependencies == ["T-002"]
    assert plan["T-003"].dependencies == ["T-007"]
    assert_acyclic(plan)


def test_break_into_a_number_of_parts() -> None:
    assert len(refine("break the level task into three").ops[0]["into"]) == 3


def test_parts_may_be_listed_after_a_colon() -> None:
    assert len(refine("split T-002 into: running, jumping, climbing").ops[0]["into"]) == 3


def test_a_list_of_codes_is_one_clause() -> None:
    assert [op["code"] for op in refine("T-003, T-004 and T-005 are low priority").ops] == ["T-003", "T-004", "T-005"]


def test_merge_keeps_the_first_code_and_all_criteria() -> None:
    result = refine("merge T-003 and T-004")
    assert result.ops[0]["codes"] == ["T-003", "T-004"]
    plan = applied(SMALL_PLAN, result.ops)
    assert len(plan["T-003"].acceptance) == 4
    assert plan["T-006"].dependencies[0] in ("T-003", "T-005")
    assert_acyclic(plan)


def test_a_merge_that_would_close_a_circle_is_refused() -> None:
    result = refine("merge T-002 and T-004")
    assert result.ops == []
    assert result.not_understood[0].startswith("merge T-002 and T-004 (")


@pytest.mark.parametrize(
    ("says", "code", "priority"),
    [
        ("make audio high priority", "T-005", 1),
        ("prioritise level design", "T-004", 1),
        ("T-004 is most important", "T-004", 1),
        ("the music can wait", "T-005", 5),
        ("set priority of T-003 to 1", "T-003", 1),
        ("set the priority of T-003 to low", "T-003", 5),
    ],
)
def test_priorities_are_changed(says: str, code: str, priority: int) -> None:
    assert refine(says).ops == [{"op": "update", "code": code, "fields": {"priority": priority}}]


@pytest.mark.parametrize(
    ("says", "idx"),
    [
        ("move T-004 first", 0),
        ("move T-004 to the end", 5),
        ("move T-004 after T-001", 1),
        ("put T-004 before T-002", 1),
        ("move T-002 after T-004", 3),
    ],
)
def test_tasks_are_moved(says: str, idx: int) -> None:
    assert refine(says).ops[0]["idx"] == idx


@pytest.mark.parametrize(
    "says", ["cut the scope by 30%", "halve the estimates", "we only have two weeks", "shorten the plan"]
)
def test_less_work_means_fewer_hours(says: str) -> None:
    plan = applied(PLAN, refine(says, PLAN).ops)
    assert sum(task.estimates.time_hours for task in plan.values()) < 0.85 * sum(
        task.estimates.time_hours for task in PLAN
    )
    assert_acyclic(plan)


def test_a_scope_cut_also_asks_for_less() -> None:
    plan = applied(PLAN, refine("cut the scope by 40%", PLAN).ops)
    assert any(task.title.startswith("Build 3 levels") for task in plan.values())


def test_lengthening_scales_the_estimates_up() -> None:
    plan = applied(PLAN, refine("add a 20% buffer", PLAN).ops)
    assert sum(task.estimates.time_hours for task in plan.values()) > 1.1 * sum(
        task.estimates.time_hours for task in PLAN
    )


def test_at_most_so_many_tasks() -> None:
    plan = applied(PLAN, refine("at most 10 tasks", PLAN).ops)
    assert len(plan) == 10
    assert_acyclic(plan)


def test_exclusions_drop_tasks_and_clean_the_others() -> None:
    result = refine("no enemies")
    plan = applied(SMALL_PLAN, result.ops)
    assert set(plan) == {"T-001", "T-002", "T-004", "T-005", "T-006"}
    assert plan["T-002"].acceptance == ["The player runs."]
    assert plan["T-004"].acceptance == ["Three levels can be finished."]
    assert "enem" not in plan["T-004"].description
    assert plan["T-004"].dependencies == ["T-002"]


def test_several_exclusions_in_one_clause() -> None:
    assert {op["code"] for op in refine("without enemies and audio").ops if op["op"] == "drop"} == {"T-003", "T-005"}


def test_frozen_tasks_are_left_alone_and_it_says_so() -> None:
    result = refine("no enemies. Remove T-003. Split T-003. Merge T-003 and T-004.", frozen=("T-003",))
    assert not [op for op in result.ops if op.get("code") == "T-003" or "T-003" in op.get("codes", [])]
    assert any("T-003" in line for line in result.understood)
    assert len(result.not_understood) == 3


def test_dependencies_are_changed_but_never_into_a_cycle() -> None:
    assert refine("T-005 depends on T-004").ops == [
        {"op": "update", "code": "T-005", "fields": {"dependencies": ["T-002", "T-004"]}}
    ]
    assert refine("T-004 should not depend on T-003").ops == [
        {"op": "update", "code": "T-004", "fields": {"dependencies": []}}
    ]
    refused = refine("T-002 depends on T-004")
    assert refused.ops == []
    assert refused.not_understood[0].startswith("T-002 depends on T-004 (")


def test_estimates_names_and_criteria_are_edited() -> None:
    result = refine(
        "T-003 takes 16 hours. T-004 is 5 points; rename T-005 to Audio pass\nadd acceptance criterion to T-001: CI is green, and stays green."
    )
    plan = applied(SMALL_PLAN, result.ops)
    assert plan["T-003"].estimates.time_hours == 16
    assert plan["T-004"].estimates.story_points == 5
    assert plan["T-005"].title == "Audio pass"
    assert plan["T-001"].acceptance[-1] == "CI is green, and stays green"
    assert not result.not_understood


def test_several_clauses_each_see_what_the_earlier_did() -> None:
    result = refine("Remove T-003, split T-004 into two and then merge T-001 and T-002. Then make it sparkle.")
    assert [op["op"] for op in result.ops] == ["drop", "split", "merge"]
    assert result.not_understood == ["Then make it sparkle"]
    assert_acyclic(applied(SMALL_PLAN, result.ops))


@pytest.mark.parametrize("says", ["make it more fun", "dance the tango", "make it", "Why is the sky blue?", "T-004"])
def test_what_is_not_understood_comes_back_verbatim(says: str) -> None:
    result = refine(says)
    assert result.ops == []
    assert result.not_understood == [says.rstrip(".")]


def test_a_plan_never_loses_its_last_task() -> None:
    result = refine("remove T-001, remove T-002, remove T-003, remove T-004, remove T-005, remove T-006")
    assert len(applied(SMALL_PLAN, result.ops)) == 1
    assert result.not_understood


CLAUSE = st.one_of(
    st.sampled_from(
        [
            "add {}",
            "remove {}",
            "no {}",
            "split {}",
            "split {} into a, b and c",
            "merge {} and {}",
            "{} depends on {}",
            "{} can wait",
            "move {} first",
            "move {} after {}",
            "at most 3 tasks",
            "cut the scope by 50%",
            "{} takes 5 hours",
            "rename {} to {}",
        ]
    ),
    st.text(max_size=60),
)
THING = st.one_of(
    st.sampled_from(
        [*[f"T-{number:03d}" for number in range(1, 18)], "gems", "audio", "the level task", "a boss fight"]
    ),
    st.text(max_size=20),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(CLAUSE, THING, THING), max_size=6),
    st.sets(st.sampled_from([task.code for task in PLAN]), max_size=5),
)
def test_no_instruction_breaks_a_plan(said: list[tuple[str, str, str]], frozen: set[str]) -> None:
    text = ". ".join(clause.replace("{}", one, 1).replace("{}", other, 1) for clause, one, other in said)
    result = refine_plan(PLAN, text, brief=PIXEL_JUMPER, frozen=frozen, next_number=16)
    plan = applied(PLAN, result.ops)
    assert plan
    assert_acyclic(plan)
    assert frozen <= set(plan)
    if result.ops:
        really, _ = apply_operations(PLAN, operations_adapter.validate_python(result.ops), next_number=16)
        assert [(task.code, set(task.dependencies)) for task in really] == [
            (task.code, set(task.dependencies)) for task in plan.values()
        ]
    assert refine_plan(PLAN, text, brief=PIXEL_JUMPER, frozen=frozen, next_number=16) == result


def test_the_plan_service_applies_the_operations_as_they_were_meant() -> None:
    result = refine("merge T-003 and T-004, split T-002 into two, move T-005 first and add a shop")
    really, _ = apply_operations(SMALL_PLAN, operations_adapter.validate_python(result.ops), next_number=7)
    assert [task.code for task in really] == list(applied(SMALL_PLAN, result.ops))


@pytest.mark.parametrize(
    ("says", "kinds", "left"),
    [
        ("make audio high priority and dance the tango", ["update"], ["dance the tango"]),
        ("remove T-003, dance the tango, make audio high priority", ["drop", "update"], ["dance the tango"]),
        ("add a shop and remove T-003", ["add", "update", "drop"], []),
        ("add a boss fight and dance the tango", ["add", "update"], ["dance the tango"]),
        ("drop T-005 and make T-003 more important", ["drop", "update"], []),
        ("T-003 takes 16 hours and dance the tango", ["update"], ["dance the tango"]),
        ("drop the hovercraft and T-003", ["drop"], ["drop the hovercraft (no task is about “hovercraft”)"]),
        ("remove T-003 and the audio", ["drop", "drop"], []),
        ("make T-003 low priority, T-004 high priority", ["update", "update"], []),
        ("split T-003 and T-004 into two", ["split", "split"], []),
        ("the music can wait and sing a song", ["update"], ["sing a song"]),
        ("sing a song and dance the tango", [], ["sing a song and dance the tango"]),
    ],
)
def test_the_understood_part_of_a_clause_is_done(says: str, kinds: list[str], left: list[str]) -> None:
    result = refine(says)
    assert [op["op"] for op in result.ops] == kinds
    assert result.not_understood == left
    assert_acyclic(applied(SMALL_PLAN, result.ops))


@pytest.mark.parametrize(
    "says", ["make T-003, audio and level design high priority", "T-003, T-004 and T-005 are urgent"]
)
def test_a_list_means_all_of_its_members(says: str) -> None:
    assert {op["code"] for op in refine(says).ops} == {"T-003", "T-004", "T-005"}


@pytest.mark.parametrize(
    ("says", "title"),
    [
        ("Add a task for Spanish localisation", "Add Spanish localisation"),
        ("we need a Steam Deck build", "Add a Steam Deck build"),
        ("add Halloween costumes", "Add Halloween costumes"),
        ("add a boss fight", "Add a boss fight"),
    ],
)
def test_names_keep_their_capital(says: str, title: str) -> None:
    assert refine(says).ops[0]["task"]["title"].removeprefix("Add a ").removeprefix("Add ") == (
        title.removeprefix("Add a ").removeprefix("Add ")
    )


@pytest.mark.parametrize(
    ("title", "says", "parts"),
    [
        (
            "Implement aiming, the draw and sway",
            "in three",
            ["Implement aiming", "Implement the draw", "Implement sway"],
        ),
        ("Implement aiming, the draw and sway", "in two", ["Implement aiming and the draw", "Implement sway"]),
        ("Implement sway and hold, plus flight and wind", "", ["Implement sway and hold", "Implement flight and wind"]),
        ("Greybox the core: aiming and drawing", "", ["Greybox the core: aiming", "Greybox the core: drawing"]),
        ("Sound effects and music", "", ["Sound effects", "Music"]),
        (
            "Polish the feel of jumping",
            "",
            ["Polish the feel of jumping: first playable version", "Polish the feel of jumping: finished and tested"],
        ),
        (
            "Measure and tune speed",
            "",
            ["Measure and tune speed: first playable version", "Measure and tune speed: finished and tested"],
        ),
    ],
)
def test_a_split_follows_the_parts_that_the_task_names(title: str, says: str, parts: list[str]) -> None:
    task = TaskSpec(code="T-001", title=title, acceptance=["It runs."])
    assert [part["title"] for part in refine(f"split T-001 {says}".strip(), [task]).ops[0]["into"]] == parts


def added(says: str, tasks: list[TaskSpec] = WRECK) -> list[str]:
    return [op["task"]["title"] for op in refine(says, tasks).ops if op["op"] == "add"]


@pytest.mark.parametrize(
    ("says", "titles"),
    [
        (
            "please add a proper localisation task (EN, DE, JP) before release",
            ["Add proper localisation (EN, DE, JP)"],
        ),
        (
            "Add a task for localisation into English, German and Japanese before the release",
            ["Add localisation into English, German and Japanese"],
        ),
        ('Add a task "Save/load, autosave and cloud sync" before T-009', ["Save/load, autosave and cloud sync"]),
        ("Add “Save, load and sync”, a shop and a compass", ["Save, load and sync", "Add a shop", "Add a compass"]),
        (
            "Add weather (calm, stormy) and a credits screen",
            ["Add weather (calm, stormy)", "Add a credits screen"],
        ),
        ("Add support for Steam, GOG and itch.io", ["Add support for Steam, GOG and itch.io"]),
        ("Add a task for drawing, sorting and mixing", ["Add drawing, sorting and mixing"]),
        ("Add French, German and Spanish localisation", ["Add French, German and Spanish localisation"]),
        ("Add a shop for hats and a credits screen", ["Add a shop for hats", "Add a credits screen"]),
        ('Add "The diver must wait for T-003. No enemies"', ["The diver must wait for T-003. No enemies"]),
    ],
)
def test_lists_quotations_and_parentheses_are_not_torn(says: str, titles: list[str]) -> None:
    assert added(says) == titles
    assert not refine(says, WRECK).not_understood


def test_before_holds_for_everything_that_is_added() -> None:
    plan = applied(WRECK, refine("Add a shop and a credits screen before T-009", WRECK).ops)
    assert [code for code in plan if code in ("T-016", "T-017", "T-009")] == ["T-016", "T-017", "T-009"]
    assert {"T-016", "T-017"} <= set(plan["T-009"].dependencies)
    assert_acyclic(plan)


@pytest.mark.parametrize(
    ("says", "code", "priority"),
    [
        ("raise the priority of T-009 to 1", "T-009", 1),
        ("Lower the priority of T-001 to 4", "T-001", 4),
        ("raise T-009 to priority 1", "T-009", 1),
        ("T-009 has priority 2", "T-009", 2),
        ("priority 5 for T-009", "T-009", 5),
        ("increase the priority of the sound by 2", "T-010", 1),
        ("raise the priority of T-009", "T-009", 2),
        ("lower the priority of T-009 to lowest", "T-009", 5),
    ],
)
def test_the_priority_that_is_said_is_the_one_that_is_set(says: str, code: str, priority: int) -> None:
    assert refine(says, WRECK).ops == [{"op": "update", "code": code, "fields": {"priority": priority}}]


@pytest.mark.parametrize(
    "says",
    ["drop everything", "remove all", "drop it", "remove that", "drop the stuff", "no stuff", "remove the tasks"],
)
def test_a_word_for_nothing_in_particular_removes_nothing(says: str) -> None:
    result = refine(says, WRECK)
    assert not result.ops
    assert re.fullmatch(rf"{says} \(say .+\)", result.not_understood[0])


@pytest.mark.parametrize("says", ["Remove test", "remove tests", "no tests"])
def test_a_word_of_many_tasks_is_ambiguous_and_the_tasks_are_named(says: str) -> None:
    result = refine(says, WRECK)
    assert not result.ops
    assert result.not_understood[0].startswith(f"{says} (")
    assert result.not_understood[0].count("T-0") >= 2


def test_a_mention_goes_only_where_the_rest_is_a_sentence() -> None:
    result = refine("Remove Nintendo Switch", WRECK)
    plan = applied(WRECK, result.ops)
    assert plan["T-015"].title == "Release Tidewreck on PC"
    assert "Signed release builds for PC" in plan["T-015"].deliverables
    assert len(plan["T-015"].acceptance) == len(WRECK[-1].acceptance)
    assert any(line.endswith("clean machine or device for PC.") for line in plan["T-015"].acceptance)
    assert plan["T-001"].description == WRECK[0].description
    assert any(line.startswith("Left the sentence “Everything after") for line in result.understood)


def test_the_short_name_of_a_platform_is_enough() -> None:
    whole = refine("Remove Nintendo Switch", WRECK).ops
    for says in ("We are dropping the Switch port for now", "no Switch", "We won't do a Switch version"):
        assert refine(says, WRECK).ops == whole


def test_no_word_is_cut_out_of_a_title() -> None:
    result = refine("Remove the rooms", WRECK)
    assert not result.ops
    assert "the title “Build branching depth map with known and unknown rooms” of T-004" in result.not_understood[0]


def test_criteria_and_deliverables_that_go_are_named() -> None:
    told = refine("no enemies").understood
    assert "Removed from T-002: the criterion “Enemies stop the player.”." in told
    told = refine("remove screenshots", WRECK).understood
    assert "Removed from T-009: the deliverable “Screenshot of every screen”." in told


@pytest.mark.parametrize(
    ("line", "thing", "left"),
    [
        ("Builds for PC, web and Switch", "Switch", "Builds for PC and web"),
        ("Builds for PC, Switch and web", "Switch", "Builds for PC and web"),
        ("Builds for Switch and web", "Switch", "Builds for web"),
        ("Three levels with enemies.", "enemies", "Three levels."),
        ("It runs well on Switch.", "Switch", "It runs well."),
        ("Everything depends on enemies.", "enemies", "Everything depends on enemies."),
        ("Enemies and bosses are drawn.", "enemies", "Enemies and bosses are drawn."),
        ("Tell apart both gems and coins.", "coins", "Tell apart both gems and coins."),
        ("Jump on enemies and collect gems.", "enemies", "Jump on enemies and collect gems."),
        (
            "A page with pictures and a trailer of a minute.",
            "trailer",
            "A page with pictures and a trailer of a minute.",
        ),
        ("A map with known and unknown rooms", "rooms", "A map with known and unknown rooms"),
    ],
)
def test_what_is_taken_out_leaves_good_english(line: str, thing: str, left: str) -> None:
    assert text_without(line, thing) == left


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("smaller, two weeks of work", "That time gives about 40 working hours; the open work was 186."),
        (
            "make it smaller",
            "Left out T-012 “Polish the feel of the cards”, which matters least to the core of the game.",
        ),
        ("T-003 first", "Moved T-003 to the start of the plan; it still waits for T-001."),
        ("Start with the art", "Moved T-003 to the start of the plan; it still waits for T-001."),
        ("Move the sound earlier", "Moved T-010 to position 7, as early as it can: it waits for T-006."),
        ("T-011 must not start before T-010", "T-011 now depends on T-010."),
        ("Crew traits are out of scope", "Dropped T-005 “Build crew traits that change the deck”; what depended"),
        ("We're postponing the tutorial", "T-011 now has priority 5."),
        ("Make T-013 smaller", "T-013 is now estimated at 7.5 hours and 2 points."),
        ("make T-013 half as big", "T-013 is now estimated at 5 hours and 1 point."),
        ("The tutorial should come after the playtest", "T-014 no longer depends on T-011."),
        (
            "The estimate for the release is far too low, make it 40 hours",
            "T-015 is now estimated at 3 points and 40 hours.",
        ),
        ("Raise the estimate for the release to 40 hours", "T-015 is now estimated at 3 points and 40 hours."),
        ("cut the estimates by 20%", "Cut the estimates of 15 tasks by about 20 %: 186 working hours become"),
    ],
)
def test_natural_sentences_are_understood(says: str, told: str) -> None:
    result = refine(says, WRECK)
    assert result.understood[0].startswith(told)
    assert not result.not_understood
    assert_acyclic(applied(WRECK, result.ops))


def test_a_task_that_now_comes_after_the_playtest_still_comes_before_the_release() -> None:
    plan = applied(WRECK, refine("The tutorial should come after the playtest", WRECK).ops)
    assert "T-014" in plan["T-011"].dependencies
    assert "T-011" in plan["T-015"].dependencies


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("drop T-099", "there is no T-099"),
        ("add a shop before T-099", "there is no T-099"),
        ("T-001 should come after the release", "by way of"),
        ("raise the priority of T-009 to 9", "a priority is a number from 1"),
        ("Playtest should be done twice", "a task is done once"),
        ("move T-010 earlier than now", ""),
    ],
)
def test_a_refusal_tells_why(says: str, why: str) -> None:
    result = refine(says, WRECK)
    assert not result.ops
    assert result.not_understood[0].startswith(says)
    assert why in result.not_understood[0]


def test_the_parts_of_a_split_have_titles_of_their_own() -> None:
    into = refine("split T-008 into design and balance", WRECK).ops[0]["into"]
    assert [part["title"] for part in into] == [
        "Design 40 cards around branching depth map",
        "Balance 40 cards around branching depth map",
    ]


def spans_of(row: str) -> list[str]:
    return re.findall(r"`([^`]+)`", row)


ROWS = [line for line in REFERENCE.splitlines() if line.startswith("| ") and "`" in line and "| said |" not in line]
EXAMPLES = [span for row in ROWS for span in spans_of(row.split(" | ", 1)[1]) if not row.startswith("| `")]
REFUSED = [spans_of(row) for row in ROWS if row.startswith("| `")]


@pytest.mark.parametrize("says", EXAMPLES)
def test_the_examples_of_the_documentation_are_understood(says: str) -> None:
    result = refine(says, PLAN)
    assert result.ops
    assert not result.not_understood


@pytest.mark.parametrize(("says", "refused"), REFUSED)
def test_the_refusals_of_the_documentation_look_as_it_says(says: str, refused: str) -> None:
    result = refine(says, PLAN)
    assert not result.ops
    assert result.not_understood == [refused]
