"""The plan page as a person uses it: in a real browser, against a real server, while a socket watches."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.realtime.conftest import BRIEF, Api
from tests.servers import Server

CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = [pytest.mark.stories, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.token)
    yield api
    api.http.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def plan(api: Api) -> dict[str, Any]:
    """A proposed plan with T-001 to T-003, each waiting for the one before it."""
    project = api.post("projects/", {"name": "Islands", "brief": BRIEF}, expect=201)["id"]
    tasks = [
        {"title": "Set up"},
        {"title": "Jump", "dependencies": ["T-001"]},
        {"title": "Gems", "dependencies": ["T-002"]},
    ]
    return api.post(f"projects/{project}/plans/", {"tasks": tasks}, expect=201)


@pytest.fixture
def page(browser: Browser, server: Server, plan: dict[str, Any]) -> Iterator[Page]:
    """The plan's page, signed in, in a browser that knows nothing of the tests before."""
    password = re.search(r"password\s+(\S+)", server.greeting_path.read_text())
    assert password
    with browser.new_page(base_url=server.url, viewport={"width": 1280, "height": 1000}) as page:
        page.goto(f"/admin/login/?next=/admin/plans/taskplan/{plan['id']}/change/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password[1])
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("[data-row]")).to_have_count(3)
        yield page


def row(page: Page, code: str) -> Any:
    return page.locator("[data-row]", has=page.locator(".gw-code-badge", has_text=code))


def test_drag_add_drop_and_save_is_one_edit_that_sockets_hear(page: Page, plan: dict[str, Any], api: Api) -> None:
    with api.socket(f"/ws/projects/{plan['project']}/?types=plan.*") as socket:
        socket.take(2)
        row(page, "T-003").locator(".gw-handle").drag_to(row(page, "T-001").locator(".gw-handle"))
        row(page, "T-002").get_by_role("checkbox", name="drop").check()
        page.get_by_role("button", name="Add a task").first.click()
        page.keyboard.type("Sound 🎵")
        page.get_by_role("button", name="Save", exact=True).click()
        edited = socket.next()
    expect(page.get_by_text("Sound 🎵").or_(page.locator("input[value='Sound 🎵']")).first).to_be_visible()
    diff = edited["payload"]["diff"]
    assert edited["type"] == "plan.edited"
    assert [task["title"] for task in diff["added"]] == ["Sound 🎵"]
    assert [task["code"] for task in diff["dropped"]] == ["T-002"]
    assert diff["order"] == ["T-003", "T-001", "T-004"]
    assert api.get(f"plans/{plan['id']}/")["revision"] == 2


def test_a_cycle_is_refused_with_its_path_and_nothing_typed_is_lost(page: Page, plan: dict[str, Any], api: Api) -> None:
    first = row(page, "T-001")
    first.get_by_title("Open or close").click()
    first.get_by_label("Description").fill("Typed with care")
    first.get_by_placeholder("add a code").fill("T-003")
    first.get_by_placeholder("add a code").press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("T-001 → T-003 → T-002 → T-001").first).to_be_visible()
    expect(row(page, "T-001").get_by_label("Description")).to_have_value("Typed with care")
    assert api.get(f"plans/{plan['id']}/")["revision"] == 1


def test_a_code_that_does_not_exist_is_told_at_once_and_when_saved(page: Page, plan: dict[str, Any], api: Api) -> None:
    row(page, "T-003").get_by_title("Open or close").click()
    row(page, "T-003").get_by_placeholder("add a code").fill("T-077")
    row(page, "T-003").get_by_label("Description").click()
    expect(row(page, "T-003").get_by_text("No such task: T-077")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(row(page, "T-003").get_by_text("The plan has no task T-077.")).to_be_visible()
    expect(row(page, "T-003").get_by_role("checkbox", name="T-077 no such task")).to_be_checked()
    assert api.get(f"plans/{plan['id']}/")["revision"] == 1
