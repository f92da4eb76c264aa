"""What is known now, in versions: read, compared, rolled back, gathered anew."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live.conftest import SCREENSHOTS, Pages, no_sideways_scrolling
from tests.realtime.conftest import Api

pytestmark = pytest.mark.stories

HOSTILE = "<img src=x onerror=\"document.title='owned'\"> \u202eevil " + "W" * 300


def active(api: Api, project: str) -> dict[str, Any]:
    return api.get(f"projects/{project}/contexts/active/")


def write(api: Api, project: str, **members: Any) -> dict[str, Any]:
    """A new version by hand, with these members changed."""
    content = {**active(api, project)["content"], **members}
    return api.post(f"projects/{project}/contexts/", {"content": content}, expect=201)


def open_context(pages: Pages, person: Api, project: str, *rest: str, **options: Any) -> Page:
    page = pages.open("/".join(["/#/projects", project, "context", *rest]), person, **options)
    expect(page.get_by_role("combobox", name="Context of")).to_be_visible()
    return page


@pytest.fixture
def versions(api: Api, planned: str) -> list[dict[str, Any]]:
    """Three versions more: with a decision, with another and a risk, and with a source."""
    by_whom = {
        "text": "No enemies",
        "why": "The scope",
        "by": {"kind": "user", "id": "1", "name": "ada"},
        "code": "T-002",
    }
    return [
        write(api, planned, decisions=["Gems respawn."], risks=[]),
        write(api, planned, decisions=["Gems stay."], risks=["The Web build is large."]),
        write(api, planned, decisions=["Gems stay.", by_whom], mood="confident"),
    ]


def version(page: Page, number: int) -> Locator:
    return page.get_by_role("region", name="Versions").get_by_role("button", name=re.compile(rf"^Version {number}\b"))


def test_what_is_known_is_read_with_its_sources(
    pages: Pages, api: Api, planned: str, versions: list[dict[str, Any]]
) -> None:
    page = open_context(pages, api, planned)
    says = page.get_by_role("article")
    expect(says).to_contain_text(active(api, planned)["content"]["summary"])
    decision = says.get_by_role("listitem").filter(has_text="No enemies")
    expect(decision).to_contain_text(re.compile("because The scope.*ada.*T-002", re.DOTALL))
    for text in ("Gems stay.", "The Web build is large.", "mood", "confident", "Still to do"):
        expect(says).to_contain_text(text)


def test_a_version_is_compared_and_rolled_back_to_and_everybody_sees_it(
    pages: Pages, api: Api, planned: str, versions: list[dict[str, Any]], someone: Api, join: Callable[..., Api]
) -> None:
    first, _, last = versions
    other = open_context(pages, join(planned, someone, "viewer"), planned)
    page = open_context(pages, api, planned)
    version(page, first["version"]).click()
    expect(
        page.get_by_text(f"This is version {first['version']}. Version {last['version']} is the active one.")
    ).to_be_visible()
    page.get_by_role("button", name="What changed").click()
    page.get_by_role("combobox", name="Compared with").select_option(str(last["id"]))
    change = page.locator(".change", has_text="Decisions")
    expect(change.get_by_role("insertion")).to_have_text("Gems respawn.")
    expect(change.get_by_role("deletion")).to_have_text(["Gems stay.", "T-002 No enemies"])

    page.get_by_role("button", name=f"Roll back to version {first['version']}").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    for each in (page, other):
        expect(version(each, first["version"])).to_contain_text("active")
        expect(version(each, last["version"])).not_to_contain_text("active")
    expect(other.get_by_role("article")).to_contain_text("Gems respawn.")
    assert active(api, planned)["id"] == first["id"]


def test_a_context_is_gathered_anew_and_one_that_a_task_lacks_is_gathered(pages: Pages, api: Api, planned: str) -> None:
    before = active(api, planned)["version"]
    page = open_context(pages, api, planned)
    page.get_by_role("button", name="Gather anew").click()
    expect(page.get_by_role("heading", name=f"Version {before + 1}")).to_be_visible()
    page.get_by_role("combobox", name="Context of").select_option("T-002")
    expect(page.get_by_text("Nothing has been gathered here yet.")).to_be_visible()
    page.get_by_role("button", name="Gather it").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    expect(page.get_by_role("heading", name="Done when")).to_be_visible()
    page.reload()
    expect(page.get_by_role("combobox", name="Context of")).to_have_value("T-002")
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()


def test_older_versions_are_read_when_they_are_asked_for(pages: Pages, api: Api, planned: str) -> None:
    first = active(api, planned)["version"]
    last = [write(api, planned, mood=f"mood {number}") for number in range(32)][-1]
    page = open_context(pages, api, planned)
    page.get_by_role("button", name="Older versions").click()
    version(page, first).click()
    expect(page.get_by_text(f"This is version {first}. Version {last['version']} is the active one.")).to_be_visible()


def test_a_viewer_reads_and_compares_and_changes_nothing(
    pages: Pages, planned: str, versions: list[dict[str, Any]], someone: Api, join: Callable[..., Api]
) -> None:
    page = open_context(pages, join(planned, someone, "viewer"), planned)
    version(page, versions[0]["version"]).click()
    expect(page.get_by_text(re.compile("is the active one"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Roll back|Gather"))).to_have_count(0)


def test_what_a_context_says_is_text(pages: Pages, api: Api, planned: str) -> None:
    entry = {"text": HOSTILE, "why": HOSTILE, "by": {"kind": HOSTILE, "name": HOSTILE}, "at": HOSTILE, "code": HOSTILE}
    write(
        api,
        planned,
        summary=HOSTILE,
        decisions=[HOSTILE, entry, 7, None, [HOSTILE]],
        current_task=HOSTILE,
        odd={HOSTILE: HOSTILE},
    )
    page = open_context(pages, api, planned)
    expect(page.get_by_role("article")).to_contain_text("<img src=x onerror=")
    page.get_by_role("button", name="What changed").click()
    expect(page.get_by_role("insertion").first).to_contain_text("<img src=x onerror=")
    expect(page).not_to_have_title("owned")
    assert page.locator("main img").count() == 0
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_context_is_accessible(
    pages: Pages,
    api: Api,
    planned: str,
    versions: list[dict[str, Any]],
    scheme: str,
    check_accessible: Callable[[Page], None],
) -> None:
    page = open_context(pages, api, planned, color_scheme=scheme)
    expect(page.get_by_role("article")).to_be_visible()
    check_accessible(page)
    page.screenshot(path=SCREENSHOTS / f"context-{scheme}.png")
    version(page, versions[1]["version"]).click()
    page.get_by_role("button", name="What changed").click()
    expect(page.locator(".change").first).to_be_visible()
    check_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)
