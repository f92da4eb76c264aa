"""Signing in, the list of projects, and the board, as people use them with mouse and keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.live.conftest import Pages, no_sideways_scrolling, password_of
from tests.realtime.conftest import BRIEF, Api

pytestmark = pytest.mark.stories

CHAIN = [
    {"title": "Set up the project", "acceptance": ["The project opens"], "priority": 1},
    {"title": "Let the hero jump", "dependencies": ["T-001"], "acceptance": ["The hero jumps", "It feels good"]},
    {"title": "Place the gems", "dependencies": ["T-001"]},
]
HOSTILE = [
    "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">",
    "Jump\u202eevil\u2066 right \u200b\u200d zero",
    "W" * 190,
    "שלום עולם 🎮 مرحبا",
    "{{7*7}} ${7*7} `code` **bold** </textarea></title>",
]


def make_plan(api: Api, project: str, tasks: list[dict[str, Any]]) -> None:
    plan = api.post(f"projects/{project}/plans/", {"tasks": tasks}, expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)


def task_id(api: Api, project: str, code: str) -> int:
    tasks = api.get(f"projects/{project}/tasks/?limit=200")["results"]
    return next(task["id"] for task in tasks if task["code"] == code)


@pytest.fixture
def chain(api: Api, project: str) -> str:
    make_plan(api, project, CHAIN)
    return project


def open_board(pages: Pages, person: Api, project: str, **options: Any) -> Page:
    page = pages.open(f"/#/projects/{project}/board", person, **options)
    expect(page.get_by_role("heading", name="Pending")).to_be_visible()
    return page


def card(page: Page, code: str) -> Locator:
    return page.locator(".task-card", has=page.locator(f"[data-code='{code}']"))


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=re.compile(f"^{name}"))


# Signing in, and the list


def test_one_signs_in_comes_to_where_one_wanted_and_signs_out(pages: Pages, api: Api, chain: str) -> None:
    page = pages.new_page()
    page.goto(f"/#/projects/{chain}/board")
    page.get_by_label("Username").fill(api.name)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(password_of(api))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name=chain)).to_be_visible()
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_project_is_made_from_answers_and_opens_at_its_plans(pages: Pages, api: Api) -> None:
    page = pages.open("/", api)
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Reef <b>Runner</b>")
    page.get_by_label("Pitch").fill(BRIEF["pitch"])
    page.get_by_label("Genre").fill("platformer")
    page.get_by_label("Mechanics").fill("- dive\n\n- collect pearls\n")
    page.get_by_role("button", name="Make the project").click()
    expect(page).to_have_url(re.compile(r"#/projects/reef-[a-z-]+/plans"))
    made = api.get(f"projects/{page.url.split('/')[-2]}/")
    assert made["name"] == "Reef <b>Runner</b>"
    assert made["brief"]["mechanics"] == ["dive", "collect pearls"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("brief.yaml", "name: Tide Pools\ngenre: puzzle\n"),
        ("brief.json", '{"name": "Tide Pools", "genre": "puzzle"}'),
        ("design.md", "# Tide Pools\n\n## Genre\n\npuzzle\n"),
    ],
)
def test_a_project_is_made_from_a_dropped_brief(pages: Pages, api: Api, file: str, text: str) -> None:
    page = pages.open("/", api)
    expect(page.get_by_role("button", name="New project")).to_be_visible()
    page.evaluate(DROP, [file, text])
    expect(page.get_by_label("A brief as a text", exact=True)).to_have_value(text)
    page.get_by_role("button", name="Make the project").click()
    expect(page).to_have_url(re.compile(r"#/projects/tide-pools(-\d+)?/plans"))
    assert api.get(f"projects/{page.url.split('/')[-2]}/")["brief"]["genre"] == "puzzle"


DROP = """([name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    document.querySelector("main > *").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def test_what_is_wrong_with_a_new_project_is_told_and_nothing_typed_is_lost(pages: Pages, api: Api) -> None:
    page = pages.open("/", api)
    page.get_by_role("button", name="New project").click()
    page.get_by_role("button", name="A brief as a text").click()
    page.get_by_label("A brief as a text", exact=True).fill("no title here")
    page.get_by_role("button", name="Make the project").click()
    expect(page.locator(".field-error")).to_contain_text("Give the game a name")
    expect(page.get_by_label("A brief as a text", exact=True)).to_have_value("no title here")


# The board by mouse


def test_a_task_goes_over_the_board_by_mouse(pages: Pages, api: Api, chain: str) -> None:
    page = open_board(pages, api, chain)
    expect(card(page, "T-002")).to_contain_text("waits for T-001")
    card(page, "T-001").hover()
    card(page, "T-001").get_by_role("button", name="Start").click()
    expect(column(page, "In progress").locator("[data-code='T-001']")).to_be_visible()
    card(page, "T-001").hover()
    card(page, "T-001").get_by_role("button", name="Complete").click()
    dialog = page.get_by_role("dialog", name="Set up the project")
    dialog.get_by_label("The project opens", exact=True).check()
    dialog.get_by_label("Note on: The project opens").fill("Opened it twice")
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog.get_by_text("✓ met")).to_be_visible()
    expect(dialog.get_by_text("Opened it twice")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(column(page, "Done").locator("[data-code='T-001']")).to_be_visible()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(card(page, "T-002")).not_to_contain_text("waits for")


def test_a_task_is_blocked_reported_on_and_reopened_in_its_dialog(pages: Pages, api: Api, chain: str) -> None:
    page = open_board(pages, api, chain)
    page.locator("[data-code='T-001']").click()
    dialog = page.get_by_role("dialog", name="Set up the project")
    dialog.get_by_role("button", name="Block").click()
    dialog.get_by_label("Why?").fill("No licence")
    dialog.get_by_role("button", name="Block").click()
    expect(dialog.locator(".notice")).to_contain_text("No licence")
    dialog.get_by_role("button", name="Unblock").click()
    dialog.get_by_role("button", name="Start").click()
    dialog.get_by_role("button", name="Report progress").click()
    dialog.get_by_role("slider").fill("40")
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog.get_by_role("progressbar")).to_have_attribute("value", "40")
    expect(dialog.locator(".history")).to_contain_text("is at 40%")
    task = task_id(api, chain, "T-001")
    api.post(f"tasks/{task}/complete/", {"acceptance": [{"criterion": "The project opens", "met": True}]}, expect=200)
    dialog.get_by_role("button", name="Reopen").click()
    dialog.get_by_label("What is wrong with it?").fill("It crashes")
    dialog.get_by_role("button", name="Reopen").click()
    expect(dialog.locator(".history")).to_contain_text("It crashes")


def test_what_is_demanded_is_asked_for_and_a_refusal_says_what_is_missing(pages: Pages, api: Api, project: str) -> None:
    make_plan(api, project, [{"title": "Sound", "acceptance": ["It is heard [test]"]}])
    api.post(f"tasks/{task_id(api, project, 'T-001')}/start/", expect=200)
    page = pages.open(f"/#/projects/{project}/board/T-001/complete", api)
    dialog = page.get_by_role("dialog", name="Sound")
    dialog.get_by_label("It is heard [test]", exact=True).check()
    dialog.get_by_label("Tests passed").fill("3")
    dialog.get_by_label("Tests failed").fill("1")
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog.locator(".field-error")).to_contain_text("test run")
    dialog.get_by_label("Tests failed").fill("0")
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog.get_by_text("3 passed, 0 failed")).to_be_visible()


def test_links_go_from_task_to_task_and_back_closes_what_was_open(pages: Pages, api: Api, chain: str) -> None:
    page = open_board(pages, api, chain)
    page.locator("[data-code='T-002']").click()
    page.get_by_role("dialog", name="Let the hero jump").get_by_role("link", name="T-001").first.click()
    expect(page.get_by_role("dialog", name="Set up the project")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog", name="Let the hero jump")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


# By keyboard


def test_the_board_is_walked_and_worked_by_keyboard_alone(pages: Pages, api: Api, chain: str) -> None:
    api.post(f"tasks/{task_id(api, chain, 'T-001')}/start/", expect=200)
    page = open_board(pages, api, chain)
    page.locator("[data-code='T-002']").focus()
    for key, code in [("ArrowDown", "T-003"), ("ArrowDown", "T-003"), ("ArrowUp", "T-002"), ("ArrowRight", "T-001")]:
        page.keyboard.press(key)
        expect(page.locator(f"[data-code='{code}']")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card(page, "T-001").get_by_role("button", name="Complete")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Set up the project")
    expect(dialog.get_by_label("The project opens", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("✓ met")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-code='T-001']")).to_be_focused()
    expect(column(page, "Done").locator("[data-code='T-001']")).to_be_visible()


def test_the_first_tab_skips_to_the_content(board: Page) -> None:
    board.keyboard.press("Tab")
    expect(board.get_by_role("link", name="Skip to content")).to_be_focused()
    board.keyboard.press("Enter")
    expect(board.get_by_role("main")).to_be_focused()


# Live


def test_what_others_do_is_seen_as_it_happens(pages: Pages, api: Api, chain: str, someone: Api, join: Callable) -> None:
    join(chain, someone, "editor")
    page = open_board(pages, api, chain)
    task = task_id(api, chain, "T-001")
    someone.post(f"tasks/{task}/claim/", expect=200)
    someone.post(f"tasks/{task}/start/", expect=200)
    expect(column(page, "In progress").locator(".task-card")).to_contain_text(someone.name)
    card(page, "T-001").hover()
    expect(card(page, "T-001").get_by_role("button")).to_have_count(0)
    someone.post(f"tasks/{task}/progress/", {"percent": 30, "note": "half the scenes"}, expect=200)
    expect(card(page, "T-001")).to_contain_text("30%")
    expect(page.get_by_role("complementary")).to_contain_text("half the scenes")
    expect(page.get_by_label("Active lately")).to_contain_text(someone.name[0].upper())


def test_the_feed_is_filtered_leads_to_what_it_tells_of_and_takes_what_one_says(
    pages: Pages, api: Api, chain: str
) -> None:
    page = open_board(pages, api, chain)
    feed = page.get_by_role("complementary", name="Feed")
    feed.get_by_label("Say something", exact=True).fill("Good morning <b>all</b>")
    feed.get_by_role("button", name="Send").click()
    expect(feed.get_by_text("Good morning <b>all</b>")).to_be_visible()
    expect(feed.get_by_label("Say something", exact=True)).to_have_value("")
    feed.get_by_label("Kinds of events").select_option("plan")
    expect(feed.locator(".event")).to_have_count(2)
    feed.get_by_label("Kinds of events").select_option("agents")
    expect(feed.get_by_text("No event here is of this kind.")).to_be_visible()
    feed.get_by_label("Kinds of events").select_option("all")
    api.post(f"tasks/{task_id(api, chain, 'T-001')}/start/", expect=200)
    feed.locator(".event", has_text="started").get_by_role("link", name="T-001").click()
    expect(page.get_by_role("dialog", name="Set up the project")).to_be_visible()


def test_the_page_keeps_nothing_of_events_that_have_left_the_feed(pages: Pages, api: Api, chain: str) -> None:
    def nodes_after(last: str) -> int:
        said = [{"type": "chat", "payload": {"text": text}} for text in [*["Something else"] * 99, last]]
        api.post(f"projects/{chain}/events/", said, expect=201)
        expect(feed.locator(".event").first).to_contain_text(last)
        return feed.evaluate(
            "it => { let count = 0; const all = document.createTreeWalker(it);"
            " while (all.nextNode()) count++; return count }"
        )

    feed = open_board(pages, api, chain).get_by_role("complementary", name="Feed")
    nodes_after("The feed is full.")
    assert nodes_after("First.") == nodes_after("Later.")


def test_a_plan_accepted_elsewhere_takes_the_place_of_the_board(pages: Pages, api: Api, project: str) -> None:
    page = pages.open(f"/#/projects/{project}/board", api)
    expect(page.get_by_text("There is no accepted plan yet.")).to_be_visible()
    make_plan(api, project, CHAIN)
    expect(column(page, "Pending").locator(".task-card")).to_have_count(3)
    make_plan(api, project, [{**CHAIN[0], "code": "T-001"}])
    expect(column(page, "Pending").locator(".task-card")).to_have_count(1)
    page.locator(".dropped summary").click()
    expect(page.locator(".dropped .task-card")).to_have_count(2)


def test_a_lost_connection_is_told_and_made_good(pages: Pages, api: Api, chain: str) -> None:
    page = pages.signed_in(api)
    lines: list[Any] = []

    def pass_on(line: Any) -> None:
        lines.append(line)
        if len(lines) == 2:
            line.close(code=1012)
        else:
            line.connect_to_server()

    page.route_web_socket(re.compile("/ws/"), pass_on)
    page.goto(f"/#/projects/{chain}/board")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.evaluate(REMEMBER_BANNERS)
    lines[0].close(code=1012, reason="restart")
    api.chat(chain, "while you were away")
    expect(page.get_by_role("complementary").get_by_text("while you were away")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The connection is lost.")).to_have_count(0)
    assert any("The connection is lost. Next try" in banner for banner in page.evaluate("banners"))


REMEMBER_BANNERS = """() => {
    window.banners = [];
    const banner = document.querySelector(".banner");
    new MutationObserver(() => banners.push(banner.textContent)).observe(banner, { childList: true, characterData: true, subtree: true });
}"""


# Roles


def test_a_viewer_sees_everything_and_no_button_that_would_be_refused(
    pages: Pages, api: Api, chain: str, someone: Api, join: Callable
) -> None:
    join(chain, someone, "viewer")
    page = open_board(pages, someone, chain)
    expect(page.locator(".task-card")).to_have_count(3)
    expect(page.locator(".task-card button")).to_have_count(0)
    expect(page.get_by_label("Say something", exact=True)).to_have_count(0)
    page.locator("[data-code='T-001']").click()
    dialog = page.get_by_role("dialog", name="Set up the project")
    expect(dialog.get_by_role("button")).to_have_count(1)
    member = next(each for each in api.get(f"projects/{chain}/members/")["results"] if each["user"] == someone.name)
    api.http.patch(f"/api/v1/projects/{chain}/members/{member['id']}/", json={"role": "editor"})
    expect(dialog.get_by_role("button", name="Start")).to_be_visible()


def test_whoever_is_taken_out_is_told_and_led_to_the_list(
    pages: Pages, api: Api, chain: str, someone: Api, join: Callable
) -> None:
    join(chain, someone, "editor")
    page = open_board(pages, someone, chain)
    member = next(each for each in api.get(f"projects/{chain}/members/")["results"] if each["user"] == someone.name)
    api.http.delete(f"/api/v1/projects/{chain}/members/{member['id']}/")
    expect(page.get_by_text("You are no longer a member")).to_be_visible()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_whoever_is_taken_out_while_the_page_loads_is_told_the_same(
    pages: Pages, api: Api, chain: str, someone: Api, join: Callable
) -> None:
    join(chain, someone, "editor")
    member = next(each for each in api.get(f"projects/{chain}/members/")["results"] if each["user"] == someone.name)
    held = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch()))

    page = pages.signed_in(someone)
    page.route("**/state/", hold)
    page.goto(f"/#/projects/{chain}/board")
    answered = "() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/v1/')).length"
    page.wait_for_function(f"{answered} === 5", polling=50)  # all that is read before one subscribes, but the state
    api.http.delete(f"/api/v1/projects/{chain}/members/{member['id']}/")
    for route, answer in held:
        route.fulfill(response=answer)
    expect(page.get_by_text("You are no longer a member")).to_be_visible()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_project_that_is_not_ones_own_cannot_be_shown(pages: Pages, chain: str, someone: Api) -> None:
    page = pages.open(f"/#/projects/{chain}/board", someone)
    expect(page.get_by_role("heading", name="This cannot be shown")).to_be_visible()


# Any state


def test_hostile_and_odd_texts_are_shown_as_texts(pages: Pages, api: Api, project: str) -> None:
    tasks = [{"title": title, "description": title, "acceptance": [title]} for title in HOSTILE]
    make_plan(api, project, tasks)
    api.chat(project, HOSTILE[0])
    page = open_board(pages, api, project, viewport={"width": 360, "height": 740})
    for title in HOSTILE:
        expect(page.locator("[data-code] bdi").filter(has_text=title.split()[0])).to_be_visible()
    no_sideways_scrolling(page)
    page.locator("[data-code='T-001']").click()
    expect(page.get_by_role("dialog")).to_contain_text(HOSTILE[0])
    no_sideways_scrolling(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Feed").click()
    expect(page.locator(".event.kind-chat .quote")).to_have_text(HOSTILE[0])
    no_sideways_scrolling(page)
    assert "owned" not in page.title()
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_cards_stay_under_the_pointer_when_the_words_above_them_come_late(
    pages: Pages, api: Api, project: str, width: int
) -> None:
    make_plan(api, project, CHAIN)
    page = pages.signed_in(api, viewport={"width": width, "height": 740})
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/api/v1/contexts/**", hold)
    page.goto(f"/#/projects/{project}/board")
    expect(card(page, "T-001")).to_be_visible()
    before = card(page, "T-001").bounding_box()
    for route in waiting:
        route.continue_()
    expect(page.get_by_text("changed last")).to_be_visible()
    assert card(page, "T-001").bounding_box() == before


def test_a_board_of_many_tasks_shows_more_when_asked_and_finds_by_words(pages: Pages, api: Api, project: str) -> None:
    make_plan(api, project, [{"title": f"Level {number}"} for number in range(1, 131)])
    page = open_board(pages, api, project)
    expect(page.locator(".task-card")).to_have_count(30)
    page.get_by_role("button", name="Show 100 more").click()
    expect(page.locator(".task-card")).to_have_count(130)
    page.get_by_label("Filter tasks").fill("level 13")
    expect(page.locator(".task-card")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_overflows(
    pages: Pages, api: Api, chain: str, check_accessible: Callable, scheme: str, width: int
) -> None:
    task = task_id(api, chain, "T-001")
    api.post(f"tasks/{task}/start/", expect=200)
    api.post(f"tasks/{task}/block/", {"reason": "No licence"}, expect=200)
    api.chat(chain, "Hello")
    page = open_board(pages, api, chain, color_scheme=scheme, viewport={"width": width, "height": 800})
    check_accessible(page)
    no_sideways_scrolling(page)
    if width == 360:
        page.get_by_role("button", name="Feed").click()
        check_accessible(page)
        page.get_by_role("button", name="Feed").click()
    page.locator("[data-code='T-001']").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check_accessible(page)
    no_sideways_scrolling(page)
    page.goto("/#/")
    page.get_by_role("button", name="New project").click()
    check_accessible(page)
    no_sideways_scrolling(page)
    anonymous = pages.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    anonymous.goto("/login/")
    check_accessible(anonymous)
    no_sideways_scrolling(anonymous)
