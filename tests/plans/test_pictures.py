"""The pictures hold what they promise to every reader: all tasks, in every language, safe, and readable when there are many."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.analysis import PlanAnalysis, PlannedTask, analyse
from plans.burnup import Happening, Tally, over_time
from plans.pictures import POLICY, Moment, draw_burnup, draw_gantt, draw_graph
from plans.pictures.graph import essential
from plans.pictures.layout import crossings, lay_out, stacked
from plans.pictures.stages import MOST_TASKS
from plans.pictures.style import COLOURS
from plans.pictures.svg import cut, width_of, wrap
from plans.spec import Estimates, TaskSpec, make_code
from tests.plans.plans_to_try import plans, tried

SVG = "{http://www.w3.org/2000/svg}"
DAY = datetime(2026, 9, 1, tzinfo=UTC)


def chain(count: int, title: str = "Task") -> list[TaskSpec]:
    """Tasks each of which waits for the one before it, and every third for the one before that, too."""
    return [
        TaskSpec(
            code=make_code(number),
            title=title,
            dependencies=[make_code(number - back) for back in ((1, 2) if number % 3 == 0 else (1,)) if number > back],
        )
        for number in range(1, count + 1)
    ]


def analysed(tasks: list[TaskSpec], **statuses: str) -> PlanAnalysis:
    return analyse([PlannedTask(task, statuses.get(task.code.replace("-", ""), "pending"), 40) for task in tasks])


def titles(svg: str, kind: str = "task") -> list[str]:
    """What a screen reader says of each thing of a kind."""
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return [group.findtext(f"{SVG}title") or "" for group in groups if group.get("class") == kind]


def texts(svg: str) -> str:
    return "\n".join(text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


PLAN = analysed(chain(5), T001="done", T002="in_progress", T003="blocked")
PICTURES = [
    draw_graph(PLAN, "Jumper"),
    draw_graph(PLAN, "Jumper", "T-003", 1),
    draw_graph(analysed(chain(200)), "Jumper"),
    draw_gantt(PLAN, "Jumper"),
    draw_gantt(analysed(chain(200)), "Jumper"),
    draw_burnup([Moment(DAY, 8, 0, 1), Moment(DAY + timedelta(days=9), 8, 5)], "Jumper", "tasks"),
    draw_burnup([], "Jumper", "tasks"),
    draw_graph(analysed([]), "Jumper"),
    draw_gantt(analysed([]), "Jumper"),
]


@pytest.mark.parametrize("svg", PICTURES)
def test_a_picture_stands_alone_and_runs_nothing(svg):
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "g", "rect", "path", "circle", "text")
    }
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or name in ("style", "href")]
    assert "url(" not in svg and "http" not in svg.replace('"http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize("svg", PICTURES)
def test_a_picture_has_a_name_a_description_and_both_schemes(svg):
    root = ElementTree.fromstring(svg)
    assert (root.findtext(f"{SVG}title") or "").startswith("Jumper")
    assert root.get("aria-labelledby") == "title desc"
    assert "prefers-color-scheme:dark" in (root.findtext(f"{SVG}style") or "")


def test_the_policy_allows_the_sheet_of_every_picture_and_nothing_else():
    sheets = {ElementTree.fromstring(svg).findtext(f"{SVG}style") for svg in PICTURES}
    assert len(sheets) == 1
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='", POLICY)


def brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_word_can_be_read_on_paper_and_on_cards(scheme):
    for name, shades in COLOURS.items():
        for ground in ("paper", "card"):
            if name in ("paper", "card", "line", "grid"):
                continue
            dark, bright = sorted([brightness(shades[scheme]), brightness(COLOURS[ground][scheme])])
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, f"{name} on {ground}"


def test_each_task_tells_its_standing_in_words():
    told = titles(PICTURES[0])
    assert told == [
        "T-001 Task: done, 8 h, on the critical path",
        "T-002 Task: in progress, 8 h, on the critical path, after T-001",
        "T-003 Task: blocked, 8 h, on the critical path, after T-002, T-001",
        "T-004 Task: waiting, 8 h, on the critical path, after T-003",
        "T-005 Task: waiting, 8 h, on the critical path, after T-004",
    ]


@tried
@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_titles_of_any_language_survive(title):
    spec = TaskSpec.model_construct(code="T-001", title=title, dependencies=[], estimates=Estimates(), priority=3)
    for svg in (draw_graph(analysed([spec]), title), draw_gantt(analysed([spec]), title)):
        assert titles(svg)[0].startswith("T-001 ")
        svg.encode()


@pytest.mark.parametrize("title", ["サウンドと音楽を作る、そして島ごとに違う音", "مستوى البداية", "Ünïcödé <b>&"])
def test_a_title_is_shown_letter_by_letter(title):
    shown = texts(draw_graph(analysed([TaskSpec(code="T-001", title=title)]), "x"))
    assert title.replace(" ", "") in re.sub(r"\s", "", shown)


def test_words_are_cut_between_letters_never_before_an_accent():
    assert cut("abcdefghij", 40, 12) == "abc…"
    assert cut("e\u0301" * 10, 40, 12).endswith("e\u0301…")
    assert wrap("Let the hero jump with coyote time", 100, 12, 2) == ["Let the hero", "jump with co…"]
    assert width_of("島", 12) == 12


WIDEST = ["W" * 200, "0123456789" * 20, "—" * 200, "𝕎" * 100, "x" * 200, "Z\u0351\u0342" * 60]


@pytest.mark.parametrize("title", WIDEST)
def test_a_title_without_a_space_stays_on_its_card_and_before_the_bars(title):
    """By the widths of a wide font; what is wider in the reader's is cut off by the window that the title stands in."""
    plan = analysed([TaskSpec(code="T-001", title=title)])
    for svg in (draw_graph(plan, "x"), draw_gantt(plan, "x")):
        (window,) = list(ElementTree.fromstring(svg).iter(f"{SVG}svg"))[1:]
        shown = [text.text or "" for text in window.iter(f"{SVG}text")]
        assert shown and max(width_of(line, 12) for line in shown) <= float(window.get("width") or 0)


def test_a_long_code_pushes_its_title_aside_and_shortens_the_word_beside_it():
    task = PlannedTask(TaskSpec(code="T-123456", title="Late", estimates=Estimates(time_hours=1999.5)), "in_progress")
    plan = analyse([task])
    assert "in p…" in texts(draw_graph(plan, "x"))
    (window,) = list(ElementTree.fromstring(draw_gantt(plan, "x")).iter(f"{SVG}svg"))[1:]
    assert float(window.get("x") or 0) > 18 + width_of("T-123456", 13)


@pytest.mark.parametrize("draw", [draw_graph, draw_gantt])
def test_a_long_name_and_long_notes_end_before_the_picture_does(draw):
    root = ElementTree.fromstring(draw(analysed(chain(2)), "W" * 200))
    heads = [text for text in root.findall(f"{SVG}text") if text.get("x") == "24"]
    assert heads[0].text and heads[0].text.endswith("…")
    sizes = [width_of(text.text or "", 20 if "big" in text.get("class", "") else 12) for text in heads]
    assert max(sizes) <= float(root.get("width") or 0) - 48


def test_a_plan_of_two_thousand_tasks_is_folded_and_says_so():
    plan = analysed(chain(2_000), T001="done")
    for svg in (draw_graph(plan, "Great"), draw_gantt(plan, "Great")):
        stages = titles(svg, "stage")
        assert len(stages) == 20
        assert sum(int(said.partition(": ")[2].partition(" ")[0]) for said in stages) == 2_000
        assert "folded into" in texts(svg)
        assert "focus=T-002" in texts(svg)


def test_as_many_as_can_be_read_are_drawn_one_by_one():
    assert len(titles(draw_graph(analysed(chain(MOST_TASKS)), "x"))) == MOST_TASKS
    assert titles(draw_graph(analysed(chain(MOST_TASKS + 1)), "x")) == []


def test_a_focus_shows_the_neighbourhood():
    plan = analysed(chain(300))
    codes = [said.split()[0] for said in titles(draw_graph(plan, "x", "T-100", 2))]
    assert codes == ["T-097", "T-098", "T-099", "T-100", "T-101", "T-102", "T-103"]
    assert [said.split()[0] for said in titles(draw_graph(plan, "x", "T-100", 0))] == ["T-100"]


def test_a_neighbourhood_that_is_too_big_says_how_much_is_left_out():
    star = [TaskSpec(code="T-001", title="Hub")] + [
        TaskSpec(code=make_code(number), title="Ray", dependencies=["T-001"]) for number in range(2, 302)
    ]
    svg = draw_graph(analysed(star), "x", "T-001", 1)
    assert len(titles(svg)) == MOST_TASKS
    assert f"{301 - MOST_TASKS} tasks further away" in texts(svg)


@tried
@given(plans(min_size=1))
def test_lines_that_follow_from_others_are_the_only_ones_left_out(tasks):
    plan = analysed(tasks)
    edges, implied = essential({task.code: task.dependencies for task in tasks}, plan.levels)
    assert sum(map(len, edges.values())) + implied == sum(len(set(task.dependencies)) for task in tasks)

    def reach(edges: Any, code: str) -> set[str]:
        return {found for before in edges[code] for found in {before} | reach(edges, before)}

    for task in tasks:
        assert reach(edges, task.code) == reach({each.code: each.dependencies for each in tasks}, task.code)


@tried
@given(plans(min_size=1))
def test_nothing_stands_on_anything_else(tasks):
    levels = {task.code: task.level for task in analysed(tasks).tasks}
    layout = lay_out(levels, {task.code: task.dependencies for task in tasks}, card=60, line=10)
    for column in layout.columns:
        places = [(layout.heights[node], 60 if isinstance(node, str) else 10) for node in column]
        for (above, tall), (below, other) in pairwise(places):
            assert below - above >= (tall + other) / 2 - 0.001


def test_an_order_with_crossings_is_untangled():
    levels = {"A": 0, "B": 0, "C": 1, "D": 1}
    layout = lay_out(levels, {"A": [], "B": [], "C": ["B"], "D": ["A"]}, card=60, line=10)
    assert crossings([["A", "B"], ["C", "D"]], {"A": [], "B": [], "C": ["B"], "D": ["A"]}) == 1
    assert crossings(layout.columns, {"A": [], "B": [], "C": ["B"], "D": ["A"]}) == 0


def test_what_wants_the_same_place_shares_it():
    assert stacked([0, 0, 100], [10, 10, 10]) == [-5, 5, 100]


def test_the_schedule_marks_slack_and_the_moment():
    plan = analysed([*chain(2), TaskSpec(code="T-003", title="Alone")], T001="done")
    svg = draw_gantt(plan, "x")
    assert "from 0 h to 8 h, slack 8 h" in titles(svg)[1]
    assert "now" in texts(svg)
    assert "all done" in texts(draw_gantt(analysed(chain(1), T001="done"), "x"))


# The way so far


def accepted(day: int, version: int, **standings: str) -> Happening:
    """A plan of tasks of 3 points each, accepted on a day, with where they stand: T1="done"."""
    codes = {make_code(int(name[1:])): status for name, status in standings.items()}
    added = [{"code": code, "estimates": {"story_points": 3}} for code in codes]
    tasks = [{"code": code, "status": status} for code, status in codes.items()]
    told = {"version": version, "diff": {"added": added, "changed": []}, "tasks": tasks}
    return Happening("plan.accepted", DAY + timedelta(days=day), "", told)


def worked(day: int, verb: str, number: int) -> Happening:
    return Happening(f"task.{verb}", DAY + timedelta(days=day), make_code(number), {})


def test_the_burn_up_follows_acceptance_completion_reopening_and_dropping():
    progress = over_time(
        [
            accepted(0, 1, T1="pending", T2="pending"),
            worked(1, "completed", 1),
            worked(2, "reopened", 1),
            worked(3, "completed", 1),
            accepted(4, 2, T1="dropped", T2="pending", T3="pending", T4="pending"),
        ],
        Tally(),
    )
    assert [(moment.scope, moment.done) for moment in progress.points] == [(6, 0), (6, 3), (6, 0), (6, 3), (9, 0)]
    assert [(moment.scope, moment.done, moment.version) for moment in progress.tasks] == [
        *((2, 0, 1), (2, 1, None), (2, 0, None), (2, 1, None), (3, 0, 2))
    ]


def test_a_changed_estimate_changes_the_scope():
    change = {"code": "T-001", "fields": {"estimates": {"from": {"story_points": 3}, "to": {"story_points": 8}}}}
    told = {"version": 2, "diff": {"added": [], "changed": [change]}, "tasks": [{"code": "T-001", "status": "done"}]}
    second = Happening("plan.accepted", DAY, "", told)
    points = over_time([accepted(0, 1, T1="pending"), second], Tally()).points
    assert [(moment.scope, moment.done) for moment in points] == [(3, 0), (8, 8)]


def test_a_long_history_is_drawn_in_no_more_points_than_pixels():
    moments = [Moment(DAY + timedelta(minutes=number), 9_000, number) for number in range(9_000)]
    assert len(draw_burnup(moments, "x", "tasks")) < 60_000


@pytest.mark.parametrize("span", [0, 1, 59, 90, 400, 3_600, 86_400, 6 * 86_400, 400 * 86_400])
def test_no_two_marks_of_a_burn_up_say_the_same(span):
    svg = draw_burnup([Moment(DAY, 1, 0, 1), Moment(DAY + timedelta(seconds=span), 1, 1)], "x", "tasks")
    faint = [text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if "faint small" in text.get("class", "")]
    marks = [(text.get("class"), text.text) for text in faint]
    assert len(marks) == len(set(marks)) >= 7 + 2 + 1


def test_a_burn_up_of_one_moment_has_lines_to_look_at():
    svg = draw_burnup([Moment(DAY, 8, 3, 1)], "x", "tasks")
    ends = {text.text: float(text.get("x") or 0) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert ends["8 agreed"] == ends["3 done"] > 800 > ends["plan v1"]


def test_a_plan_that_nobody_accepted_has_no_burn_up():
    assert "No plan has been accepted yet." in texts(PICTURES[6])
