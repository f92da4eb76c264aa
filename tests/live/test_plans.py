"""The plans of a project as people work on them in a browser: together, and without losing anything that they typed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.live.conftest import SCREENSHOTS, Pages, no_sideways_scrolling
from tests.realtime.conftest import Api
from tests.servers import manage

pytestmark = pytest.mark.stories

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> \u202etfel\u202c \u200b" + "W" * 100
TASKS = [
    {"code": "T-001", "title": "Set up the project"},
    {"code": "T-002", "title": "Let the hero jump", "dependencies": ["T-001"], "acceptance": ["The hero jumps"]},
    {"code": "T-003", "title": "Place the gems", "dependencies": ["T-002"]},
    {"code": "T-004", "title": "Open the exit"},
]


@pytest.fixture
def proposal(api: Api, project: str) -> dict[str, Any]:
    """An open proposal of four tasks, the third of which waits for the second, and that for the first."""
    return api.post(f"projects/{project}/plans/", {"tasks": TASKS}, expect=201)


@pytest.fixture
def desk(pages: Pages, api: Api, proposal: dict[str, Any]) -> Page:
    """The proposal as the project's owner sees it."""
    return open_plan(pages, api, proposal)


def open_plan(pages: Pages, person: Api, plan: dict[str, Any], tab: str = "tasks", **options: Any) -> Page:
    page = pages.open(f"/#/projects/{plan['project']}/plans/{plan['id']}/{tab}", person, **options)
    expect(page.get_by_role("heading", name=f"Version {plan['version']}")).to_be_visible()
    return page


def edit(person: Api, plan: dict[str, Any], *ops: dict[str, Any]) -> None:
    answer = person.http.patch(f"/api/v1/plans/{plan['id']}/", json={"ops": ops})
    assert answer.status_code == 200, answer.text


def update(code: str, **fields: Any) -> dict[str, Any]:
    return {"op": "update", "code": code, "fields": fields}


def codes(page: Page) -> list[str]:
    return page.locator(".tasks:not(.gone) [data-row]").evaluate_all("rows => rows.map((row) => row.dataset.row)")


def stored_codes(api: Api, plan: dict[str, Any]) -> list[str]:
    return [task["code"] for task in api.get(f"plans/{plan['id']}/")["tasks"]]


def until_codes(page: Page, wanted: list[str]) -> None:
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('.tasks:not(.gone) [data-row]')].map((row) => row.dataset.row).join() === wanted",
        arg=",".join(wanted),
    )


def until_saved(page: Page) -> None:
    """What is shown is what is stored."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".tasks:not(.gone)")).to_have_attribute("aria-busy", "false")


def row(page: Page, code: str) -> Locator:
    return page.locator(f'[data-row="{code}"]')


def tab(page: Page, name: str) -> None:
    page.get_by_label(re.compile("^Parts of version")).get_by_role("link", name=name).click()


def confirm(page: Page, verb: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def take_only(page: Page, code: str) -> None:
    """Of the changes of a proposal."""
    page.get_by_role("button", name="Take none").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("^0 of"))).to_be_visible()
    page.get_by_role("checkbox", name=f"Take {code}").check()


def drag(page: Page, code: str, onto: str) -> None:
    """By the handle of one task onto the upper half of another."""
    pull(page, code, onto)
    page.mouse.up()


def pull(page: Page, code: str, onto: str) -> None:
    """The same, not yet let go."""
    row(page, code).get_by_role("button", name=re.compile(f"^Move {code}")).hover()
    page.mouse.down()
    for y in (12, 4):
        row(page, onto).hover(position={"x": 60, "y": y})


# The whole way


def test_a_plan_is_written_refined_edited_ordered_discussed_and_accepted_in_part_then_whole(
    pages: Pages, api: Api, project: str
) -> None:
    page = pages.open(f"/#/projects/{project}/plans", api)
    page.get_by_role("button", name="New plan from the brief").click()
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    accept_all(page)
    expect(page.get_by_role("heading", name="Version 1")).to_contain_text("accepted")

    page.get_by_label("Refine this version").fill("Add a boss fight. Sing a song.")
    page.get_by_role("button", name="Refine", exact=True).click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.locator(".version")).to_contain_text("Not understood")
    boss = row(page, "T-013").or_(page.locator("[data-row]", has_text="boss fight")).last
    expect(boss).to_contain_text("new")

    rename(page, "T-002", "Let the hero leap", why="Leaping is the game.")
    expect(row(page, "T-002")).to_contain_text("changed")
    order = codes(page)
    page.get_by_role("button", name=re.compile(f"^Move {order[2]}")).press("ArrowUp")
    order[1], order[2] = order[2], order[1]
    until_codes(page, order)
    expect(page.get_by_role("status").filter(has_text=f"{order[1]} is number 2 of")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(f"^Move {order[1]}"))).to_be_focused()
    drag(page, order[4], order[0])
    order.insert(0, order.pop(4))
    until_codes(page, order)
    until_saved(page)

    discuss(page)
    tab(page, "Changes")
    take_only(page, "T-002")
    page.screenshot(path=SCREENSHOTS / "plans-changes.png")
    page.get_by_role("button", name="Accept 1 change").click()
    confirm(page, "Accept")
    expect(page.get_by_role("heading", name="Version 2")).to_contain_text("accepted")
    page.get_by_role("link", name="Open version 3").click()
    expect(page.get_by_role("heading", name="Version 3")).to_be_visible()
    accept_all(page)
    expect(page.get_by_role("heading", name="Version 3")).to_contain_text("accepted")
    active = api.get(f"projects/{project}/plans/active/")
    assert [task["code"] for task in active["tasks"] if task["status"] != "dropped"] == order
    titles = {task["code"]: task["title"] for task in active["tasks"]}
    assert titles["T-002"] == "Let the hero leap"
    assert any("boss fight" in title for title in titles.values())


def rename(page: Page, code: str, title: str, why: str = "") -> None:
    row(page, code).locator(f'[data-code="{code}"]').click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title", exact=True).fill(title)
    dialog.get_by_label("Why?").fill(why)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def discuss(page: Page) -> None:
    """A comment that blocks keeps the proposal from being accepted until it is resolved; a review is given."""
    row(page, "T-002").locator('[data-code="T-002"]').click()
    page.get_by_role("dialog").get_by_role("button", name="Comment").click()
    page.get_by_label("Field").select_option("title")
    page.get_by_label("Comment", exact=True).fill("How high?")
    page.get_by_label("It blocks").check()
    page.get_by_role("button", name="Send").click()
    thread = page.locator(".thread", has_text="How high?")
    expect(thread).to_contain_text("T-002, title")
    tab(page, "Changes")
    expect(page.get_by_text("1 open comment blocks it.")).to_be_visible()
    expect(page.get_by_role("button", name="Accept all of it")).to_have_count(0)
    tab(page, "Discussion")
    thread.get_by_label("Answer").fill("Three blocks.")
    thread.get_by_role("button", name="Answer").click()
    expect(thread).to_contain_text("Three blocks.")
    expect(thread.get_by_label("Answer")).to_have_value("")
    thread.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("1 resolved thread")).to_be_visible()
    page.get_by_label("Approve").check()
    page.get_by_label("In words").fill("I like it.")
    page.get_by_role("button", name="Review it").click()
    expect(page.locator(".review")).to_contain_text("approves")
    expect(page.get_by_label("In words")).to_have_value("")
    page.screenshot(path=SCREENSHOTS / "plans-discussion.png")


def accept_all(page: Page) -> None:
    tab(page, "Changes")
    page.get_by_role("button", name="Accept all of it").click()
    confirm(page, "Accept")


# Editing


def test_a_dependency_that_would_close_a_circle_is_shown_and_not_sent(
    desk: Page, api: Api, proposal: dict[str, Any]
) -> None:
    row(desk, "T-001").locator('[data-code="T-001"]').click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Add a task that it waits for").fill("gems")
    dialog.get_by_role("button", name="Place the gems").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "T-001 would wait for T-003, which waits for T-002, which waits for T-001."
    )
    desk.screenshot(path=SCREENSHOTS / "plans-circle.png")
    dialog.get_by_label("Add a task that it waits for").fill("exit")
    desk.keyboard.press("Enter")
    dialog.get_by_role("button", name="Save").click()
    expect(row(desk, "T-001")).to_contain_text("after T-004")
    until_saved(desk)
    assert api.get(f"plans/{proposal['id']}/")["tasks"][0]["dependencies"] == ["T-004"]


def test_tasks_are_added_split_merged_and_dropped(desk: Page) -> None:
    desk.get_by_role("button", name="Add a task").click()
    desk.get_by_label("Title", exact=True).fill("Write the credits")
    desk.get_by_role("button", name="Save").click()
    expect(row(desk, "T-005")).to_contain_text("Write the credits")

    row(desk, "T-004").locator('[data-code="T-004"]').click()
    desk.get_by_role("button", name="Split…").click()
    desk.get_by_role("group", name="Part 2").get_by_label("Title").fill("Let the exit glow")
    desk.get_by_role("dialog").get_by_role("button", name="Split", exact=True).click()
    expect(row(desk, "T-006")).to_contain_text("after T-004")

    select(desk, "T-001", "T-003")
    desk.get_by_role("button", name="Merge…").click()
    expect(desk.get_by_role("dialog").get_by_role("alert")).to_contain_text("would wait for")
    expect(desk.get_by_role("button", name="Merge", exact=True)).to_have_count(0)
    desk.get_by_role("button", name="Cancel").click()
    desk.get_by_role("button", name="Clear").click()

    select(desk, "T-002", "T-003")
    desk.get_by_role("button", name="Merge…").click()
    desk.get_by_role("button", name="Merge", exact=True).click()
    expect(row(desk, "T-003")).to_have_count(0)
    select(desk, "T-005")
    desk.get_by_role("button", name="Drop…").click()
    confirm(desk, "Drop")
    until_codes(desk, ["T-001", "T-002", "T-004", "T-006"])


def select(page: Page, *chosen: str) -> None:
    for code in chosen:
        page.get_by_role("checkbox", name=f"Select {code}").check()


def test_a_block_of_tasks_moves_together(desk: Page, api: Api, proposal: dict[str, Any]) -> None:
    select(desk, "T-003", "T-004")
    desk.get_by_role("button", name="Move up").click()
    until_codes(desk, ["T-001", "T-003", "T-004", "T-002"])
    desk.get_by_role("button", name=re.compile("^Move T-002")).press("Home")
    until_codes(desk, ["T-002", "T-001", "T-003", "T-004"])
    expect(desk.get_by_role("status").filter(has_text="T-002 is number 1 of 4")).to_be_visible()
    until_saved(desk)
    assert stored_codes(api, proposal) == ["T-002", "T-001", "T-003", "T-004"]


def test_escape_gives_up_a_drag(desk: Page) -> None:
    pull(desk, "T-004", onto="T-001")
    expect(desk.locator(".task.above")).to_have_count(1)
    desk.keyboard.press("Escape")
    desk.mouse.up()
    expect(desk.locator(".task.above")).to_have_count(0)
    assert codes(desk) == ["T-001", "T-002", "T-003", "T-004"]


# With others


def while_sending(page: Page, does: Callable[[], None], address: str = "**/api/v1/plans/*/") -> None:
    """When the page sends its next edit, somebody is faster."""
    left = [does]

    def hold(route: Route) -> None:
        if route.request.method != "GET" and left:
            left.pop()()
        route.continue_()

    page.route(address, hold)


def test_a_move_that_came_too_late_is_taken_back_visibly_and_can_be_done_again(
    desk: Page, api: Api, proposal: dict[str, Any]
) -> None:
    while_sending(desk, lambda: edit(api, proposal, update("T-001", title="Set it up")))
    desk.get_by_role("button", name=re.compile("^Move T-004")).press("Home")
    refused = desk.get_by_role("alert").filter(has_text="Not saved, and taken back")
    expect(refused).to_contain_text("move T-004 to place 1")
    assert codes(desk) == ["T-001", "T-002", "T-003", "T-004"]
    expect(row(desk, "T-001")).to_contain_text("Set it up")
    desk.screenshot(path=SCREENSHOTS / "plans-taken-back.png")
    refused.get_by_role("button", name="Do it again").click()
    until_codes(desk, ["T-004", "T-001", "T-002", "T-003"])
    expect(refused).to_have_count(0)


def test_what_was_typed_is_kept_when_somebody_was_faster(desk: Page, api: Api, proposal: dict[str, Any]) -> None:
    theirs = update("T-002", title="Let the hero hop", description="Not too high.")
    while_sending(desk, lambda: edit(api, proposal, theirs))
    row(desk, "T-002").locator('[data-code="T-002"]').click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Title", exact=True).fill("Let the hero leap")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("what you typed is kept")
    expect(dialog.get_by_label("Title", exact=True)).to_have_value("Let the hero leap")
    expect(dialog.get_by_label("Description")).to_have_value("Not too high.")
    expect(dialog).to_contain_text("Somebody else has made of it: Let the hero hop")
    dialog.get_by_role("button", name="Save on top of that").click()
    expect(row(desk, "T-002")).to_contain_text("Let the hero leap")
    until_saved(desk)
    stored = api.get(f"plans/{proposal['id']}/")["tasks"][1]
    assert (stored["title"], stored["description"]) == ("Let the hero leap", "Not too high.")


def test_others_edits_come_in_while_one_types_and_say_whose_they_are(
    desk: Page, api: Api, someone: Api, join: Callable[..., Api], proposal: dict[str, Any]
) -> None:
    join(proposal["project"], someone, "editor")
    row(desk, "T-002").locator('[data-code="T-002"]').click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Title", exact=True).fill("Let the hero leap")
    edit(
        someone,
        proposal,
        update("T-002", title="Let the hero hop", priority=1),
        {"op": "move", "code": "T-004", "idx": 0},
    )
    expect(dialog.get_by_label("Priority")).to_have_value("1")
    expect(dialog.get_by_label("Title", exact=True)).to_have_value("Let the hero leap")
    dialog.get_by_role("button", name="Take that").click()
    expect(dialog.get_by_label("Title", exact=True)).to_have_value("Let the hero hop")
    dialog.get_by_role("button", name="Cancel").click()
    told = f"{someone.name} changed title and priority of T-002 and moved T-004."
    expect(desk.get_by_role("status").filter(has_text=told)).to_be_visible()
    assert codes(desk) == ["T-004", "T-001", "T-002", "T-003"]

    made = someone.post(f"plans/{proposal['id']}/refine/", {"instructions": "Add a boss fight"}, expect=201)
    expect(desk.get_by_role("link", name=f"Open version {made['version']}").first).to_be_visible()
    expect(desk.get_by_role("heading", name="Version 1")).to_contain_text("superseded")
    expect(desk.get_by_role("button", name="Add a task")).to_have_count(0)


def test_what_is_said_elsewhere_is_heard(desk: Page, api: Api, proposal: dict[str, Any]) -> None:
    tab(desk, "Discussion")
    api.post(f"plans/{proposal['id']}/comments/", {"body": "Far too many gems", "code": "T-003"}, expect=201)
    expect(desk.locator(".thread", has_text="Far too many gems")).to_be_visible()
    api.post(f"plans/{proposal['id']}/reviews/", {"verdict": "request_changes", "body": "Fewer gems"}, expect=201)
    expect(desk.locator(".review", has_text="asks for changes")).to_be_visible()


# Agreeing


@pytest.fixture
def accepted(api: Api, proposal: dict[str, Any]) -> dict[str, Any]:
    return api.post(f"plans/{proposal['id']}/accept/", expect=200)


def next_version(api: Api, base: dict[str, Any], *ops: dict[str, Any]) -> dict[str, Any]:
    """A proposal made from a version, with these operations."""
    made = api.post(f"projects/{base['project']}/plans/", {"base": base["id"], "tasks": TASKS}, expect=201)
    edit(api, made, *ops)
    return api.get(f"plans/{made['id']}/")


def test_a_change_takes_along_what_it_needs_and_leaves_what_needs_it(
    pages: Pages, api: Api, accepted: dict[str, Any]
) -> None:
    new = [
        {"op": "add", "task": {"title": "Boss"}},
        {"op": "add", "task": {"title": "Boss music", "dependencies": ["T-005"]}},
    ]
    plan = next_version(api, accepted, *new, update("T-001", title="Set it up"))
    page = open_plan(pages, api, plan, "changes")
    take_only(page, "T-006")
    expect(page.get_by_role("checkbox", name="Take T-005")).to_be_checked()
    expect(page.get_by_role("status").filter(has_text="T-005 comes along: T-006 waits for T-005")).to_be_visible()
    page.get_by_role("checkbox", name="Take T-005").uncheck()
    expect(page.get_by_role("checkbox", name="Take T-006")).not_to_be_checked()
    expect(page.get_by_role("button", name=re.compile("^Accept"))).to_have_count(0)


def test_nobody_accepts_what_they_have_not_seen(desk: Page, api: Api, proposal: dict[str, Any]) -> None:
    tab(desk, "Changes")
    while_sending(desk, lambda: edit(api, proposal, {"op": "drop", "code": "T-004"}), "**/accept/")
    desk.get_by_role("button", name="Accept all of it").click()
    confirm(desk, "Accept")
    expect(desk.get_by_role("alert").filter(has_text="Somebody changed it since you looked")).to_be_visible()
    expect(desk.locator(".change")).to_have_count(3)
    assert api.get(f"plans/{proposal['id']}/")["status"] == "proposed"
    desk.get_by_role("button", name="Accept all of it").click()
    confirm(desk, "Accept")
    expect(desk.get_by_role("heading", name="Version 1")).to_contain_text("accepted")


def test_overlapping_proposals_are_told_and_a_conflict_of_a_rebase_is_decided_side_by_side(
    pages: Pages, api: Api, accepted: dict[str, Any]
) -> None:
    mine = next_version(api, accepted, update("T-002", title="Let the hero leap", acceptance=["It lands"]))
    theirs = next_version(api, accepted, update("T-002", title="Let the hero hop"), update("T-003", title="Fewer gems"))
    page = open_plan(pages, api, mine, "changes")
    expect(
        page.get_by_text(f"Version {theirs['version']} changes title, too; only one of the two can be had")
    ).to_be_visible()

    api.post(f"plans/{theirs['id']}/accept/", expect=200)
    expect(page.get_by_role("button", name="Accept all of it")).to_have_count(0)
    page.get_by_role("button", name=f"Carry over to version {theirs['version']}").click()
    conflict = page.get_by_role("group", name="T-002 Title")
    for said in ("Let the hero jump", "Let the hero leap", "Let the hero hop"):
        expect(conflict).to_contain_text(said)
    expect(page.get_by_role("button", name="Carry it over")).to_have_count(0)
    conflict.get_by_label("Write something else").check()
    conflict.get_by_label("Instead").fill("Let the hero leap or hop")
    page.screenshot(path=SCREENSHOTS / "plans-conflict.png")
    page.get_by_role("button", name="Carry it over").click()
    expect(page.get_by_role("heading", name=f"Version {theirs['version'] + 1}")).to_be_visible()
    tab(page, "Tasks")
    expect(row(page, "T-002")).to_contain_text("Let the hero leap or hop")
    expect(row(page, "T-003")).to_contain_text("Fewer gems")


def test_two_versions_stand_side_by_side(pages: Pages, api: Api, accepted: dict[str, Any]) -> None:
    ops = [
        update("T-002", title="Let the hero leap", acceptance=["The hero jumps", "It lands"]),
        {"op": "drop", "code": "T-004"},
    ]
    page = open_plan(pages, api, next_version(api, accepted, *ops), "compare")
    title = page.locator(".field", has_text="Title").first
    expect(title.locator(".before del")).to_have_text("jump")
    expect(title.locator(".after ins")).to_have_text("leap")
    expect(page.locator(".after li ins")).to_have_text("It lands")
    expect(page.locator(".part-dropped")).to_contain_text("Open the exit")
    page.screenshot(path=SCREENSHOTS / "plans-compare.png")


def test_a_run_of_the_planner_is_shown_with_its_time_and_can_be_cancelled(pages: Pages, api: Api, project: str) -> None:
    manage("shell", "-v", "0", "-c", BEGIN_RUN.format(project=project), env=api.server.env)
    page = pages.open(f"/#/projects/{project}/plans", api)
    run = page.locator(".run")
    expect(run).to_contain_text("A plan is being written")
    expect(run).to_contain_text(re.compile(r"\d:\d\d"))
    run.get_by_role("button", name="Cancel").click()
    expect(run).to_have_count(0)
    (told,) = api.get(f"projects/{project}/generations/")["results"]
    assert told["status"] == "cancelled"


BEGIN_RUN = """
from datetime import timedelta
from django.utils import timezone
from plans.models import Generation
asked = {{"kind": "user", "id": "1", "name": "admin"}}
until = timezone.now() + timedelta(hours=1)
Generation.objects.create(project_id="{project}", kind="plan", request={{}}, requested_by=asked, status="running", lease_until=until)
"""
"""A run that a worker holds, as one with a model does for minutes."""


# For everybody


def test_a_viewer_reads_and_advises_and_sees_nothing_that_would_be_refused(
    pages: Pages, api: Api, someone: Api, join: Callable[..., Api], proposal: dict[str, Any]
) -> None:
    join(proposal["project"], someone, "viewer")
    page = open_plan(pages, someone, proposal)
    assert page.locator("main button:not(.link)").all_inner_texts() == []
    row(page, "T-002").locator('[data-code="T-002"]').click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    tab(page, "Changes")
    expect(page.get_by_text("What accepting it would bring")).to_be_visible()
    assert page.locator("main button, main input").count() == 0
    tab(page, "Discussion")
    expect(page.get_by_label("It blocks")).to_have_count(0)
    page.get_by_label("In words").fill("More gems.")
    page.get_by_role("button", name="Review it").click()
    expect(page.locator(".review")).to_contain_text("advises")


def test_hostile_titles_are_text(pages: Pages, api: Api, accepted: dict[str, Any]) -> None:
    ops = [
        update("T-002", title=HOSTILE, description=HOSTILE, acceptance=[HOSTILE]),
        {"op": "add", "task": {"title": HOSTILE}},
    ]
    plan = next_version(api, accepted, *ops)
    api.post(f"plans/{plan['id']}/comments/", {"body": HOSTILE, "code": "T-002"}, expect=201)
    api.post(f"plans/{plan['id']}/reviews/", {"verdict": "advise", "body": HOSTILE}, expect=201)
    page = open_plan(pages, api, plan, viewport={"width": 360, "height": 780})
    for name in ("Tasks", "Changes", "Compare", "Discussion"):
        tab(page, name)
        expect(page.locator(".content")).to_contain_text("<script>alert(1)</script>")
        no_sideways_scrolling(page)
    assert page.locator("main script, main img[src=x]").count() == 0
    tab(page, "Tasks")
    row(page, "T-002").locator('[data-code="T-002"]').click()
    expect(page.get_by_role("dialog").get_by_label("Title", exact=True)).to_have_value(HOSTILE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_part(
    pages: Pages, api: Api, accepted: dict[str, Any], check_accessible: Callable[[Page], None], scheme: str
) -> None:
    plan = next_version(
        api, accepted, update("T-002", title="Leap", acceptance=["It lands"]), {"op": "drop", "code": "T-004"}
    )
    api.post(f"plans/{plan['id']}/comments/", {"body": "How high?", "code": "T-002", "blocking": True}, expect=201)
    api.post(f"plans/{plan['id']}/reviews/", {"verdict": "request_changes", "body": "Higher"}, expect=201)
    page = open_plan(pages, api, plan, color_scheme=scheme)
    for name in ("Tasks", "Changes", "Compare", "Discussion"):
        tab(page, name)
        expect(page.locator(".content > *").first).to_be_visible()
        check_accessible(page)
    tab(page, "Tasks")
    row(page, "T-001").locator('[data-code="T-001"]').click()
    page.get_by_label("Add a task that it waits for").fill("T-")
    page.get_by_role("dialog").get_by_role("button", name="T-003").click()
    check_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_conflicts_are_decided_and_in_the_pictures(
    pages: Pages, api: Api, accepted: dict[str, Any], check_accessible: Callable[[Page], None], scheme: str
) -> None:
    mine = next_version(api, accepted, update("T-002", title="Leap"))
    theirs = next_version(api, accepted, update("T-002", title="Hop"))
    api.post(f"plans/{theirs['id']}/accept/", expect=200)
    page = open_plan(pages, api, mine, color_scheme=scheme)
    page.get_by_role("button", name=re.compile("^Carry over")).click()
    page.get_by_label("Write something else").check()
    check_accessible(page)
    for picture in ("graph", "gantt", "burnup"):
        page.goto(f"/#/projects/{mine['project']}/graph/{picture}")
        expect(page.locator(".frame img")).to_be_visible()
        check_accessible(page)
        page.screenshot(path=SCREENSHOTS / f"{picture}-{scheme}.png")


# The pictures


def shown(page: Page) -> str:
    """The picture that is there, once it has come."""
    page.wait_for_function(
        "() => { const it = document.querySelector('.frame img'); return it?.complete && it.naturalWidth > 0 }"
    )
    return str(page.locator(".frame img").get_attribute("src"))


def test_the_pictures_follow_the_work_and_say_in_words_what_they_show(
    pages: Pages, api: Api, accepted: dict[str, Any]
) -> None:
    page = pages.open(f"/#/projects/{accepted['project']}/graph", api)
    before = shown(page)
    expect(page.locator(".frame img")).to_have_attribute("alt", re.compile("^Dependency graph of"))
    expect(page.locator("tr", has_text="T-003")).to_contain_text("T-002")
    expect(page.locator(".figures")).to_contain_text("T-001 → T-002 → T-003")
    expect(page.locator("tr", has_text="Set up the project")).to_contain_text("can be begun")
    api.post(f"tasks/{accepted['tasks'][0]['id']}/start/", expect=200)
    expect(page.locator("tr", has_text="Set up the project")).to_contain_text("in progress")
    assert shown(page) != before
    page.get_by_role("link", name="Burn-up").click()
    expect(page.get_by_text("0 of 4 tasks are done.")).to_be_visible()
    api.post(f"tasks/{accepted['tasks'][0]['id']}/complete/", expect=200)
    expect(page.get_by_text("1 of 4 tasks are done.")).to_be_visible()


def test_one_moves_about_in_a_picture_by_keys_and_mouse(pages: Pages, api: Api, accepted: dict[str, Any]) -> None:
    page = pages.open(f"/#/projects/{accepted['project']}/graph", api, viewport={"width": 800, "height": 700})
    shown(page)
    frame = page.get_by_role("region", name=re.compile("to move about in$"))
    frame.focus()
    for _ in range(6):
        page.keyboard.press("+")
    expect(page.locator(".percent")).to_have_text(re.compile(r"^[23]\d\d %$"))
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.frame').scrollLeft > 0")
    before = frame.evaluate("it => it.scrollLeft")
    frame.hover(position={"x": 300, "y": 100})
    page.mouse.down()
    frame.hover(position={"x": 200, "y": 100})
    page.mouse.up()
    page.wait_for_function("before => document.querySelector('.frame').scrollLeft > before + 50", arg=before)
    frame.focus()
    page.keyboard.press("0")
    page.wait_for_function(
        "() => { const it = document.querySelector('.frame'); return it.scrollWidth <= it.clientWidth }"
    )
    page.get_by_label("Around a task").fill("T-004")
    page.keyboard.press("Enter")
    assert "focus=T-004" in shown(page)
