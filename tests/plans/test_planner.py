"""What a drafted plan promises, whatever the brief."""

import re
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.brief import Brief
from plans.brief_files import read_brief
from plans.planner import draft_plan
from plans.planner.checks import Setting, topic_of
from plans.planner.genre import recognise_genre
from plans.planner.knowledge import topics
from plans.planner.phrases import phrase
from plans.planner.wording import listing, small
from plans.spec import PlanDraft, TaskSpec
from tests.plans.briefs_for_planner import ACCESSIBLE_ARCHERY, BRIEFS, NEARLY_EMPTY, PIXEL_JUMPER, STRANGERS, TIDEWRECK

EVERY_BRIEF = {f"{genre}: {name}": brief for genre, briefs in BRIEFS.items() for name, brief in briefs.items()}
EVERY_BRIEF |= {f"{genre}: {name}": brief for genre, briefs in STRANGERS.items() for name, brief in briefs.items()}
EVERY_BRIEF |= NEARLY_EMPTY
READABLE = [name for name in EVERY_BRIEF if name not in NEARLY_EMPTY]
ARCHERY_FILE = Path(__file__).parents[1] / "data/briefs/accessible-archery.md"


@cache
def drafted(name: str) -> PlanDraft:
    """The plan for one of the briefs."""
    return draft_plan(name.partition(": ")[2] or name, EVERY_BRIEF[name])


def text_of(plan: PlanDraft) -> str:
    return plan.model_dump_json().lower()


def titles(plan: PlanDraft) -> set[str]:
    return {task.title for task in plan.tasks}


def assert_sound(plan: PlanDraft) -> None:
    assert 8 <= len(plan.tasks) <= 15
    seen: set[str] = set()
    for number, task in enumerate(plan.tasks, start=1):
        assert task.code == f"T-{number:03d}"
        assert set(task.dependencies) <= seen, "a task depends only on earlier ones, so there is no cycle"
        seen.add(task.code)
        assert_complete(task)
    assert [task.code for task in plan.tasks if not task.dependencies] == ["T-001"]
    needed = {code for task in plan.tasks for code in task.dependencies}
    assert seen - needed == {plan.tasks[-1].code}, "everything leads to the release"
    assert len(titles(plan)) == len(plan.tasks)
    assert PlanDraft.model_validate(plan.model_dump()) == plan


def assert_complete(task: TaskSpec) -> None:
    assert len(task.title) <= 85
    assert len(task.description) > 80
    assert len(task.acceptance) >= 2
    assert task.deliverables
    assert task.mcp_tools
    assert task.estimates.story_points in (1, 2, 3, 5, 8, 13)
    assert task.estimates.time_hours > 0
    assert not re.search(r"\{[a-z_0-9]{3,}\}", task.title + "".join(task.acceptance + task.deliverables))


@pytest.mark.parametrize("name", EVERY_BRIEF)
def test_any_brief_gives_a_complete_acyclic_plan_of_8_to_15_tasks(name: str) -> None:
    assert_sound(drafted(name))


LINE = st.text(max_size=1000).filter(lambda text: bool(text.strip()))
ANY_BRIEF = st.builds(
    Brief,
    pitch=st.text(max_size=400),
    genre=st.one_of(st.sampled_from([*BRIEFS, "puzzle platformer", "fps", "rol"]), st.text(max_size=60)),
    mechanics=st.lists(LINE, max_size=25),
    visual_style=st.text(max_size=200),
    platform=st.lists(st.one_of(st.sampled_from(["pc", "iOS, Android", "Quest 3", "web"]), LINE), max_size=4),
    target=st.text(max_size=100),
    engine=st.one_of(st.sampled_from(["unity", "Godot 4", "UE5", "phaser", ""]), st.text(max_size=60)),
    references=st.lists(LINE, max_size=4),
    constraints=st.lists(
        st.one_of(LINE, st.sampled_from(["two weeks", "solo developer", "no audio", "60 fps", "48-hour jam"])),
        max_size=5,
    ),
    kpis=st.dictionaries(
        st.text(max_size=20), st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=20)), max_size=5
    ),
    milestones=st.lists(LINE, max_size=6),
)


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=100), brief=ANY_BRIEF)
def test_no_text_whatever_breaks_the_planner(name: str, brief: Brief) -> None:
    plan = draft_plan(name, brief)
    assert_sound(plan)
    assert draft_plan(name, brief) == plan


@pytest.mark.parametrize("genre", BRIEFS)
def test_two_briefs_of_one_genre_share_fewer_than_half_of_their_titles(genre: str) -> None:
    briefs = [*BRIEFS[genre].values(), *STRANGERS.get(genre, {}).values()]
    plans = [draft_plan("The same name", brief) for brief in briefs]
    for one, other in combinations(plans, 2):
        shared = titles(one) & titles(other)
        assert len(shared) * 2 < min(len(one.tasks), len(other.tasks)), shared


@pytest.mark.parametrize("genre", BRIEFS)
@pytest.mark.parametrize("mechanics", [["swap tiles", "climb ropes"], ["jump", "jump"]])
def test_even_briefs_of_one_mechanic_and_two_words_of_style_differ(genre: str, mechanics: list[str]) -> None:
    pitches = ["A fox digs for gold under a frozen town.", "Bounce across the roofs of a night market."]
    plans = [
        draft_plan("Same", Brief(genre=genre, pitch=pitch, mechanics=[mechanic], visual_style="pixel art"))
        for pitch, mechanic in zip(pitches, mechanics, strict=True)
    ]
    shared = titles(plans[0]) & titles(plans[1])
    assert len(shared) * 2 < min(len(plan.tasks) for plan in plans), shared


def test_even_briefs_without_mechanics_share_fewer_than_half_of_their_titles() -> None:
    one = draft_plan(
        "Same", Brief(genre="platformer", pitch="Climb through a burning library.", visual_style="pixel art")
    )
    other = draft_plan(
        "Same", Brief(genre="platformer", pitch="Bounce across the roofs of a night market.", visual_style="pixel art")
    )
    assert len(titles(one) & titles(other)) * 2 < min(len(one.tasks), len(other.tasks))


@pytest.mark.parametrize(
    ("brief", "genre"),
    [(brief, genre) for genre, briefs in BRIEFS.items() for brief in briefs.values()]
    + [
        (Brief(genre="tower defence"), "strategy"),
        (Brief(genre="roguelike deckbuilder"), "card"),
        (Brief(genre="puzzle platformer"), "platformer"),
        (Brief(genre="survival horror"), "horror"),
        (Brief(genre="walking simulator"), "narrative"),
        (Brief(genre="Rompecabezas"), "puzzle"),
        (Brief(genre="Aventura gráfica"), "narrative"),
        (Brief(genre="action RPG"), "rpg"),
        (Brief(genre="third-person shooter"), "shooter"),
        (Brief(genre="sports management sim"), "simulation"),
        (Brief(genre="", pitch="A kart racer on the moon"), "racing"),
        (Brief(genre="indie", mechanics=["draw cards from a deck", "discard your hand"]), "card"),
        (Brief(genre="something new"), "general"),
    ],
)
def test_the_genre_is_recognised_in_many_wordings(brief: Brief, genre: str) -> None:
    assert recognise_genre(brief) == genre


@pytest.mark.parametrize("name", [name for name in EVERY_BRIEF if name not in ("very long", "a hundred mechanics")])
def test_every_mechanic_is_named_in_a_task(name: str) -> None:
    brief = EVERY_BRIEF[name]
    text = "\n".join(task.description for task in drafted(name).tasks).lower()
    for mechanic in brief.mechanics:
        assert mechanic.lower() in text.replace("'", '"') or mechanic.lower() in text


def test_a_hundred_mechanics_are_grouped_and_all_named() -> None:
    brief = NEARLY_EMPTY["a hundred mechanics"]
    plan = drafted("a hundred mechanics")
    for mechanic in brief.mechanics:
        assert any(f"“{mechanic}”" in task.description for task in plan.tasks)


def test_titles_and_criteria_speak_of_this_game() -> None:
    plan = draft_plan("Pixel Jumper", PIXEL_JUMPER)
    own = re.compile(r"jump|gem|platform|time trial|ghost|island|pixel|8 to 80|60 fps|unity|pc", re.IGNORECASE)
    assert sum(bool(own.search(task.title)) for task in plan.tasks) >= 12


def test_the_engine_decides_the_tools_and_no_other_engine_is_named() -> None:
    tools = {"godot": "unity unreal gamemaker", "unity": "godot unreal gamemaker", "unreal": "godot unity gamemaker"}
    for engine, strangers in tools.items():
        plan = draft_plan("Game", PIXEL_JUMPER.model_copy(update={"engine": engine}))
        assert any(tool.startswith(f"{engine}.") for task in plan.tasks for tool in task.mcp_tools)
        assert not [name for name in strangers.split() if name in text_of(plan)]


def test_constraints_come_back_as_acceptance_criteria_of_the_right_task() -> None:
    plan = draft_plan("Pixel Jumper", PIXEL_JUMPER)
    speed = next(task for task in plan.tasks if "60 fps" in task.title)
    assert any("runs at 60 fps on a five-year-old laptop" in line for line in speed.acceptance)
    every_line = "\n".join(line for task in draft_plan("A", ACCESSIBLE_ARCHERY).tasks for line in task.acceptance)
    for constraint in ACCESSIBLE_ARCHERY.constraints:
        assert constraint in every_line


def test_kpis_come_back_with_their_numbers_in_the_playtest() -> None:
    playtest = next(task for task in draft_plan("P", PIXEL_JUMPER).tasks if task.title.startswith("Playtest"))
    text = " ".join(playtest.acceptance)
    assert "day 1 retention" in text
    assert "0.35" in text
    assert "session minutes" in text


def test_the_summary_groups_the_tasks_by_milestone_and_counts_the_team() -> None:
    summary = draft_plan("Pixel Jumper", PIXEL_JUMPER).summary
    listed = summary.partition("By milestone: ")[2]
    positions = [listed.index(f"{milestone} (T-") for milestone in PIXEL_JUMPER.milestones]
    assert positions == sorted(positions)
    assert "2 people in their spare time" in summary
    assert "story points" in summary


def test_what_the_brief_excludes_is_not_invented() -> None:
    clay = draft_plan("Clay Day", BRIEFS["shooter"]["Clay Day"])
    assert not [task.title for task in clay.tasks if re.search("enem|blood|multiplayer", task.title, re.IGNORECASE)]
    silent = draft_plan("Quiet", Brief(genre="puzzle", mechanics=["swap tiles"], constraints=["no audio"]))
    assert not [task for task in silent.tasks if "Sound" in task.title]


@pytest.mark.parametrize("brief", [PIXEL_JUMPER, *BRIEFS["puzzle"].values(), *BRIEFS["narrative"].values()])
def test_nobody_gets_enemies_or_multiplayer_unasked(brief: Brief) -> None:
    assert not re.search(r"\benem(y|ies)\b|multiplayer|netcode", text_of(draft_plan("Game", brief)))


def test_multiplayer_asked_for_in_the_pitch_gets_a_task() -> None:
    plan = draft_plan("Duo", Brief(genre="platformer", pitch="A co-op climb for two.", mechanics=["share a rope"]))
    assert any(task.title.startswith("Multiplayer") for task in plan.tasks)


@pytest.mark.parametrize(
    ("platform", "word"),
    [
        ("ios", "touch target"),
        ("Nintendo Switch", "suspend and resume"),
        ("web", "cold cache"),
        ("Meta Quest 3", "nausea"),
    ],
)
def test_platforms_bring_their_own_criteria(platform: str, word: str) -> None:
    assert word in text_of(draft_plan("Game", Brief(genre="puzzle", mechanics=["swap tiles"], platform=[platform])))


def test_accessibility_demands_make_a_task() -> None:
    plan = draft_plan("Accessible Archery", ACCESSIBLE_ARCHERY)
    assert any(task.title.startswith("Accessibility") for task in plan.tasks)
    assert not [task.title for task in plan.tasks if "level" in task.title.lower()]


def test_a_short_deadline_makes_the_plan_smaller() -> None:
    brief: dict[str, Any] = {"genre": "platformer", "pitch": "Jump.", "mechanics": ["jump"]}
    usual = draft_plan("Game", Brief(**brief))
    jam = draft_plan("Game", Brief(**brief, constraints=["48-hour jam"]))
    assert sum(task.estimates.time_hours for task in jam.tasks) <= 60
    assert len(jam.tasks) < len(usual.tasks)


def test_there_is_work_that_can_run_in_parallel() -> None:
    plan = draft_plan("Pixel Jumper", PIXEL_JUMPER)
    waiting_for = [tuple(task.dependencies) for task in plan.tasks]
    assert len(waiting_for) - len(set(waiting_for)) >= 3


FAULTS = {
    "a doubled word": r"\b(?!(?:that|had)\b)([a-z]+) \1\b",
    "two articles": r"\b(?:a|an|the) (?:a|an|the|your|their)\b",
    "a wrong article": r"\ba (?=[aeio])(?!one\b)|\ban (?=[bcdfgjklmnpqrstvwxyz])",
    "stray punctuation": r" [,.;:!?](?: |$)|[,;:] ?[,;:.]|: and\b|,$|:$",
    "a hanging word": r"\b(?:of|with|by|for|the|an?|and|to|from|at|whom)$",
}


@pytest.mark.parametrize("name", READABLE)
def test_titles_and_criteria_are_clean_english(name: str) -> None:
    for task in drafted(name).tasks:
        for line in [task.title, *task.acceptance]:
            own_words = re.sub(r"“[^”]*”", "“”", line).rstrip(".").lower()
            for fault, pattern in FAULTS.items():
                assert not re.search(pattern, own_words), (fault, line)


@pytest.mark.parametrize("name", [name for name in EVERY_BRIEF if name != "very long"])
def test_no_criterion_comes_twice_in_a_plan(name: str) -> None:
    lines = [line for task in drafted(name).tasks for line in task.acceptance]
    said = [line.partition(": ")[2].lower() or line.lower() for line in lines]
    assert len(lines) == len(set(lines))
    of_topics = {line.lower() for topic in topics() for line in topic.acceptance}
    assert not {line for line in said if said.count(line) > 1} & of_topics


@pytest.mark.parametrize("name", READABLE)
def test_the_slice_follows_the_core_and_the_release_is_last(name: str) -> None:
    tasks = drafted(name).tasks
    places = [
        next(place for place, task in enumerate(tasks) if task.title.startswith(start))
        for start in ("Greybox", "Vertical")
    ]
    assert places == sorted(places)
    assert tasks[-1].title.startswith("Release")


@pytest.mark.parametrize(
    "around",
    [
        "Main menu",
        "First-run setup: choose how to play",
        "Athletes",
        "Booth / event mode",
        "Leaderboard with badges",
        "Choose your car",
        "Character select",
        "Settings: volume and text size",
        "Story mode",
        "Personajes: cuatro héroes",
        "The Lens (accessibility model): all cues are doubled",
    ],
)
def test_what_surrounds_the_play_is_not_its_core(around: str) -> None:
    plan = draft_plan("Game", Brief(genre="sports", mechanics=[around, "throw boules", "read the slope"]))
    assert plan.tasks[1].title == "Greybox the core: throw boules"
    assert around.lower() in text_of(plan)


def test_a_brief_of_surroundings_alone_still_has_a_core() -> None:
    assert (
        draft_plan("Game", Brief(genre="rpg", mechanics=["Story mode"])).tasks[1].title
        == "Greybox the core: story mode"
    )


@pytest.mark.parametrize(
    ("mechanics", "core"),
    [
        (["run", "jump", "shoot", "loot"], "running, jumping and shooting"),
        (["Cast: throw the line.", "Reel: pull it in.", "Fish: forty kinds."], "casting, reeling and fishing"),
        (["jump", "collect gems that open the exit"], "jump"),
    ],
)
def test_steps_of_one_action_are_the_core_together(mechanics: list[str], core: str) -> None:
    plan = draft_plan("Game", Brief(genre="action", mechanics=mechanics))
    assert plan.tasks[1].title == f"Greybox the core: {core}"


def test_the_archery_document_is_planned_around_shooting_arrows() -> None:
    plan = draft_plan("Accessible Archery", read_brief(ARCHERY_FILE.read_text(), "markdown").brief)
    assert plan.tasks[1].title == "Greybox the core: aiming, drawing and releasing"
    assert not re.search(r"\bcards?\b", " ".join(line for task in plan.tasks for line in task.acceptance))
    assert sum("setup" in task.title for task in plan.tasks) == 1


@pytest.mark.parametrize(
    ("genre", "elsewhere", "text", "word"),
    [
        ("card", "", "draw and discard", "card"),
        ("sports", "an archery range", "draw the bow", "shot"),
        ("sports", "a school of drawing", "draw a bow", ""),
        ("sports", "an archery range", "aim the bow", "shot"),
        ("simulation", "a wildlife park", "shoot portraits", ""),
        ("puzzle", "", "match flowers", "board"),
        ("sports", "tennis", "match of five sets", ""),
        ("sports", "an ocean liner", "the deck tilts", ""),
        ("strategy", "", "waves at each relay", "wave"),
        ("sports", "surfing", "ride waves", ""),
        ("horror", "", "a ghost in the attic", ""),
        ("racing", "", "a ghost to race", "best"),
        ("platformer", "a party game", "throw a party", ""),
    ],
)
def test_a_word_with_two_meanings_is_read_in_its_setting(genre: str, elsewhere: str, text: str, word: str) -> None:
    found = topic_of(text, Setting(genre, f"{elsewhere} . {text}"))
    told = " ".join(found.acceptance).lower() if found else ""
    assert bool(found) == bool(word), told
    assert word in told


@pytest.mark.parametrize(
    ("line", "thing"),
    [
        ("Draw: Hold the draw intent to charge", "drawing"),
        ("Sway & steady (the skill expression): the reticle sways", "sway and steady"),
        ("Fluid, responsive movement", "responsive movement"),
        ("The player can switch polarity at any time", "switching polarity at any time"),
        ("hammer two words into one", "hammering two words"),
        ("oust the king", "ousting the king"),
        ("explore a procedurally generated and hostile galaxy", "exploring a galaxy"),
        ("explore a procedurally generated galaxy", "exploring a galaxy"),
        ("choose from 30 cars", "choosing from 30 cars"),
        ("tides and wind push the hull", "tides and wind"),
        ("dialogue that remembers", "dialogue"),
        ("dash and wall jump", "dash and wall jump"),
        ("combat", "combat"),
        ("skill tree", "the skill tree"),
    ],
)
def test_mechanics_are_spoken_of_naturally(line: str, thing: str) -> None:
    assert phrase(line).thing == thing


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("Spanish guitars", "Spanish guitars"),
        ("Jump", "jump"),
        ("A tester", "a tester"),
        ("I win", "I win"),
        ("HUD", "HUD"),
    ],
)
def test_only_common_words_lose_their_capital(text: str, lowered: str) -> None:
    assert small(text) == lowered


def test_lists_in_lists_stay_readable() -> None:
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(["a and b", "c and d"]) == "a and b, plus c and d"
    assert listing(["a", "b and c", "d"]) == "a, b and c, and d"


def test_what_is_out_of_scope_is_checked_as_left_out() -> None:
    plan = draft_plan(
        "Game", Brief(genre="puzzle", mechanics=["swap tiles"], constraints=["Out of scope (for now): a level editor"])
    )
    assert "Left out of the release, as the brief decides: a level editor." in plan.tasks[-1].acceptance


WRECK = draft_plan("Tidewreck", TIDEWRECK)


def test_a_genre_is_spoken_of_in_small_letters() -> None:
    assert WRECK.summary.startswith("15 tasks take Tidewreck, a roguelike deckbuilder, from")


def test_a_style_is_shortened_where_a_phrase_ends() -> None:
    assert "HUD and menus that match hand-inked silhouettes" in titles(WRECK)


def test_the_feel_of_things_is_polished_in_good_english() -> None:
    polish = next(task for task in WRECK.tasks if task.title.startswith("Polish"))
    assert polish.title == "Polish the feel of the cards"
    assert polish.description.startswith("Spend a fixed time on the feel of the cards:")


def test_what_the_market_decides_is_not_measured_in_a_playtest() -> None:
    playtest, release = WRECK.tasks[-2:]
    assert "wishlists" not in playtest.model_dump_json()
    assert any("run minutes is at least 25" in line for line in playtest.acceptance)
    assert any("after publication: wishlists at least 7000" in line for line in release.acceptance)


@pytest.mark.parametrize(
    ("constraints", "told"),
    [
        ([], ""),
        (["solo developer"], "The constraint of the brief is listed in the README, with the task that answers for it."),
        (
            ["solo developer", "60 fps"],
            "The constraints of the brief are listed in the README, each with the task that",
        ),
    ],
)
def test_the_readme_lists_the_constraints_that_there_are(constraints: list[str], told: str) -> None:
    plan = draft_plan("Tidewreck", TIDEWRECK.model_copy(update={"constraints": constraints}))
    lines = [line for line in plan.tasks[0].acceptance if "of the brief" in line and "README" in line]
    assert [line.startswith(told) for line in lines] == ([True] if told else [])


@pytest.mark.parametrize("engine", ["Godot", "Unity", "Phaser"])
def test_a_game_without_maps_needs_no_tilemaps(engine: str) -> None:
    plan = draft_plan("Tidewreck", TIDEWRECK.model_copy(update={"engine": engine}))
    assert not [tool for task in plan.tasks for tool in task.mcp_tools if re.search("tile", tool)]
