"""The slider over the log: the board as it was at any event, and played forward to now."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live.conftest import SCREENSHOTS, Pages, no_sideways_scrolling
from tests.realtime.conftest import Api

pytestmark = pytest.mark.stories

TASKS = [
    {"code": "T-001", "title": "Set up the project", "acceptance": ["The project opens"]},
    {"code": "T-002", "title": "Let the hero jump", "dependencies": ["T-001"], "acceptance": ["The hero jumps"]},
    {"code": "T-003", "title": "Place the gems"},
    {"code": "T-004", "title": "Open the exit"},
]
BOARD = """() => Object.fromEntries([...document.querySelectorAll(".then .column")].map((column) => [
    [...column.classList].find((name) => name !== "column"),
    [...column.querySelectorAll("[data-code]")].map((card) => [
        card.dataset.code,
        card.closest("li").querySelector("progress")?.value ?? null,
        card.closest("li").querySelector(".holder")?.textContent.trim().slice(1).trim() ?? null,
        card.closest("li").querySelector(".reason")?.textContent ?? "",
    ]).sort(),
]))"""
"""What the board shows: by column, each card with its progress, who holds it, and why it is blocked."""


@pytest.fixture
def story(api: Api, project: str) -> str:
    """A project in which something happened: two plans, work, a blocker, claims, talk."""
    accept(api, api.post(f"projects/{project}/plans/", {"tasks": TASKS}, expect=201))
    ids = {task["code"]: task["id"] for task in api.get(f"projects/{project}/tasks/")["results"]}
    do = lambda code, verb, **body: api.post(f"tasks/{ids[code]}/{verb}/", body, expect=200)  # noqa: E731
    do("T-001", "claim")
    do("T-001", "start")
    for percent in (20, 40, 80):
        do("T-001", "progress", percent=percent)
        api.chat(project, f"{percent} % of it")
    do("T-001", "complete", acceptance=[{"criterion": "The project opens", "met": True}])
    do("T-003", "start")
    do("T-003", "block", reason="No gem was drawn yet")
    do("T-004", "claim")
    plan = api.get(f"projects/{project}/plans/active/")
    changed = api.post(
        f"projects/{project}/plans/",
        {"base": plan["id"], "tasks": [*TASKS[:2], TASKS[3], {"title": "Paint"}]},
        expect=201,
    )
    accept(api, changed)
    for number in range(20):
        api.chat(project, f"line {number}")
    return project


def accept(api: Api, plan: dict[str, Any]) -> None:
    api.post(f"plans/{plan['id']}/accept/", expect=200)


def open_time(pages: Pages, person: Api, project: str, *rest: Any, **options: Any) -> Page:
    page = pages.open("/".join(["/#/projects", project, "time", *map(str, rest)]), person, **options)
    expect(slider(page)).to_be_visible()
    return page


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Event of the log")


def at(page: Page, seq: int) -> None:
    expect(slider(page)).to_have_value(str(seq))
    expect(page.locator(".then")).to_have_attribute("aria-busy", "false")


def seqs(api: Api, project: str, kind: str) -> list[int]:
    return [event["seq"] for event in api.get(f"projects/{project}/events/?types={kind}&limit=200")["results"]]


def head(api: Api, project: str) -> int:
    return api.get(f"projects/{project}/state/")["seq"]


def told_board(state: dict[str, Any]) -> dict[str, list[Any]]:
    """The board that a state tells, as BOARD reads it from the page."""
    board: dict[str, list[Any]] = {name: [] for name in ("pending", "in_progress", "blocked", "done")}
    for task in state["tasks"]:
        if task["status"] in board:
            progress = task["progress"] if task["status"] == "in_progress" else None
            holder = task["claim"] and task["claim"]["holder"]["name"]
            board[task["status"]].append([task["code"], progress, holder, task["blocked_reason"]])
    return {name: sorted(cards) for name, cards in board.items() if state["plan"] or cards}


def shows(page: Page, api: Api, project: str, seq: int) -> None:
    """The page shows the board that the gateway tells of that event."""
    at(page, seq)
    state = api.get(f"projects/{project}/state/?at={seq}")
    board = {name: [list(card) for card in cards] for name, cards in page.evaluate(BOARD).items()}
    assert {name: cards for name, cards in board.items() if cards} == {
        name: cards for name, cards in told_board(state).items() if cards
    }
    if state["plan"]:
        stats = state["plan"]["stats"]
        expect(page.locator(".stood")).to_contain_text(f"{stats['completed']} of {stats['total']} done")


def test_the_board_is_shown_as_it_was_at_any_event(pages: Pages, api: Api, story: str) -> None:
    page = open_time(pages, api, story)
    moments = [
        seqs(api, story, "task.started")[0],
        seqs(api, story, "task.blocked")[0],
        seqs(api, story, "plan.accepted")[1],
    ]
    for seq in [*moments, 1, head(api, story) - 1]:
        slider(page).fill(str(seq))
        shows(page, api, story, seq)
    expect(page.locator(".moment")).to_contain_text("line 18")


def test_events_are_folded_on_the_page_as_the_gateway_folds_them(pages: Pages, api: Api, story: str) -> None:
    first = seqs(api, story, "plan.accepted")[0]
    page = open_time(pages, api, story, first)
    slider(page).focus()
    for seq in range(first + 1, seqs(api, story, "plan.accepted")[1] + 1):
        page.keyboard.press("ArrowRight")
        shows(page, api, story, seq)


def test_played_forward_it_comes_to_now_and_goes_on_with_it(pages: Pages, api: Api, story: str) -> None:
    page = open_time(pages, api, story)
    page.get_by_role("combobox", name="Speed").select_option("100")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_text("● Now")).to_be_visible()
    shows(page, api, story, head(api, story))
    api.chat(story, "And on it goes")
    expect(page.locator(".moment")).to_contain_text("And on it goes")
    at(page, head(api, story))


def test_it_is_played_and_moved_by_keyboard(pages: Pages, api: Api, story: str) -> None:
    page = open_time(pages, api, story)
    last = head(api, story)
    expect(page.get_by_role("button", name=re.compile("Plan 2 accepted"))).to_be_visible()
    slider(page).focus()
    for key, seq in (
        ("Home", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("PageUp", seqs(api, story, "plan.accepted")[0]),
        ("PageUp", seqs(api, story, "task.completed")[0]),
        ("PageDown", seqs(api, story, "plan.accepted")[0]),
        ("End", last),
    ):
        page.keyboard.press(key)
        at(page, seq)
    page.keyboard.press("Home")
    at(page, 1)
    page.get_by_role("combobox", name="Speed").select_option("1")
    slider(page).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(slider(page)).not_to_have_value("1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/time/\d+$"))
    page.get_by_role("button", name="Back to now").click()
    at(page, last)
    expect(page.get_by_text("● Now")).to_be_visible()


def test_the_address_of_a_moment_leads_back_to_it(pages: Pages, api: Api, story: str) -> None:
    blocked = seqs(api, story, "task.blocked")[0]
    page = open_time(pages, api, story, blocked)
    shows(page, api, story, blocked)
    expect(page.locator(".moment")).to_contain_text(re.compile("blocked.*No gem was drawn yet", re.DOTALL))
    page.get_by_role("button", name=re.compile("Plan 1 accepted")).click()
    at(page, seqs(api, story, "plan.accepted")[0])
    page.reload()
    at(page, seqs(api, story, "plan.accepted")[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_time_is_accessible(
    pages: Pages, api: Api, story: str, scheme: str, check_accessible: Callable[[Page], None]
) -> None:
    page = open_time(pages, api, story, seqs(api, story, "task.blocked")[0], color_scheme=scheme)
    expect(page.get_by_role("button", name=re.compile("Plan 2 accepted"))).to_be_visible()
    check_accessible(page)
    page.screenshot(path=SCREENSHOTS / f"time-{scheme}.png")
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)
    check_accessible(page)
