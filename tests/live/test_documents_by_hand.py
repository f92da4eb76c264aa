"""Documents as people change them: outlines, texts, drafts, locks; and what they say, shown harmlessly."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.live.conftest import Pages, no_sideways_scrolling
from tests.live.documents_written import PROSE, act, check_shows, make, patch, place, section, stored, text_of
from tests.realtime.conftest import Api

pytestmark = pytest.mark.stories

HOSTILE = """<script>document.title = "owned"</script> <img src=x onerror="document.title='owned'">

<style>* { display: none }</style>

<iframe src="https://example.org"></iframe><svg onload="document.title='owned'"></svg>

[words](javascript:document.title='owned') ![secret](https://example.org/pixel.png) <a href="#" onclick="x()">b</a>

| <b onmouseover="x()">cell</b> | `<script>` |
| --- | --- |
| [x](data:text/html,<script>) | <form action="/logout/"><button>Go</button></form> |

</div></section></template><textarea> ${7 * 7} {{ 7 * 7 }} \u202egnp.live\u202c \u200bzero"""
TITLE = "<img src=x onerror=alert(1)> \u202eevil 🎮 " + "W" * 120


@pytest.fixture
def document(api: Api, project: str) -> dict[str, Any]:
    return make(api, project)


def says(api: Api, document: dict[str, Any], at: int, text: str) -> dict[str, Any]:
    return patch(api, f"sections/{document['sections'][at]['id']}/", text=text)


def headings(api: Api, document: dict[str, Any]) -> list[tuple[int, str]]:
    return [(part["level"], part["heading"]) for part in stored(api, document)["sections"]]


def edit_outline(page: Page) -> None:
    page.get_by_role("button", name="Edit outline").click()


def handle(page: Page, heading: str) -> Any:
    return page.get_by_role("button", name=f"Move “{heading}”")


def test_an_outline_is_rearranged_by_keys_and_somebody_else_sees_it(
    pages: Pages, api: Api, document: dict[str, Any]
) -> None:
    page, other = pages.open(place(document), api), pages.open(place(document), api)
    edit_outline(page)
    handle(page, "Jumping").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(handle(page, "Jumping")).to_be_focused()
    expect(page.get_by_text("“Jumping” is at place 1, level 1.")).to_be_attached()
    page.get_by_label("Heading of “Vision”").fill("The vision")
    page.keyboard.press("Enter")
    page.get_by_label("Brief of “Core loop”").fill("From jump to jump.")
    page.get_by_role("button", name="Add a section", exact=True).click()
    page.keyboard.type("Open questions")
    page.keyboard.press("Enter")
    ways = other.get_by_role("navigation", name="Outline").get_by_role("listitem")
    expect(ways).to_contain_text(["Jumping", "The vision", "Core loop", "Open questions"])
    expect(section(other, "Core loop")).to_contain_text("From jump to jump.")
    assert headings(api, document) == [(1, "Jumping"), (1, "The vision"), (1, "Core loop"), (1, "Open questions")]


def test_an_outline_is_rearranged_by_mouse(pages: Pages, api: Api, document: dict[str, Any]) -> None:
    page = pages.open(place(document), api)
    edit_outline(page)
    rows = page.locator(".outline-row")
    handle(page, "Jumping").drag_to(rows.first, target_position={"x": 60, "y": 4})
    expect(rows.first.get_by_label("Heading of")).to_have_value("Jumping")
    rows.nth(1).locator("summary").click()
    rows.nth(1).get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".section > header > h2, .section > header > h3")).to_have_text(["Jumping", "Core loop"])
    page.reload()
    expect(section(page, "Jumping")).to_be_visible()
    assert headings(api, document) == [(2, "Jumping"), (1, "Core loop")]


def test_an_outline_that_somebody_changed_meanwhile_takes_an_edit_back_and_does_it_again_when_asked(
    pages: Pages, api: Api, document: dict[str, Any]
) -> None:
    page = pages.open(place(document), api)
    path = f"documents/{document['id']}/"

    def change_first(route: Route) -> None:
        """Somebody else is faster by the blink of an eye."""
        patch(api, path, outline=[*entries(document), {"heading": "Theirs"}])
        route.continue_()

    expect(section(page, "Vision")).to_be_visible()
    page.route("**/api/v1/documents/*/", change_first, times=1)
    edit_outline(page)
    page.get_by_label("Heading of “Vision”").fill("Mine")
    page.keyboard.press("Enter")
    refused = page.get_by_role("alert").filter(has_text="Your change to the outline was not stored")
    expect(refused.get_by_role("listitem")).to_contain_text(["Mine"])
    expect(page.get_by_label("Heading of", exact=False)).to_have_count(4)
    expect(page.get_by_label("Heading of “Vision”")).to_have_value("Vision")
    assert [heading for _, heading in headings(api, document)] == ["Vision", "Core loop", "Jumping", "Theirs"]
    refused.get_by_role("button", name="Do it again").click()
    expect(page.get_by_label("Heading of “Mine”")).to_have_value("Mine")
    expect(refused).to_have_count(0)
    expect(page.get_by_role("heading", name="Mine", exact=True)).to_be_attached()


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: part[name] for name in ("id", "level", "heading", "brief")} for part in document["sections"]]


def test_a_text_is_written_by_hand_and_everybody_sees_it(pages: Pages, api: Api, document: dict[str, Any]) -> None:
    page, other = pages.open(place(document), api), pages.open(place(document), api)
    expect(section(other, "Vision")).to_contain_text("Nothing is written here yet.")
    act(page, "Vision", "Edit text")
    page.get_by_label("Text of “Vision”").fill("Jump **far**.\n\nThen farther.")
    page.keyboard.press("Control+Enter")
    for each in (page, other):
        expect(text_of(each, "Vision").locator("p")).to_have_text(["Jump far.", "Then farther."])
        expect(each.locator(".in-short li")).to_contain_text(["Vision: Jump"])
        check_shows(each, stored(api, document))


def test_a_text_that_somebody_changed_meanwhile_is_shown_beside_mine_which_is_kept(
    pages: Pages, api: Api, document: dict[str, Any]
) -> None:
    says(api, document, 0, "As it was.")
    page = pages.open(place(document), api)
    act(page, "Vision", "Edit text")
    editor = page.get_by_label("Text of “Vision”")
    expect(editor).to_have_value("As it was.")
    editor.fill("As it was, by me.")
    says(api, document, 0, "As it was, by another.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Somebody changed this section")).to_be_visible()
    expect(editor).to_have_value("As it was, by me.")
    expect(page.locator(".comparison del")).to_have_text("another")
    expect(page.locator(".comparison ins")).to_have_text("me")
    page.get_by_role("button", name="Save mine all the same").click()
    expect(text_of(page, "Vision")).to_have_text("As it was, by me.")
    expect(section(page, "Vision")).not_to_contain_text("Saving")
    assert stored(api, document)["sections"][0]["content"] == "As it was, by me."


def test_leaving_an_editor_asks_before_what_was_typed_is_lost(pages: Pages, api: Api, document: dict[str, Any]) -> None:
    page = pages.open(place(document), api)
    act(page, "Vision", "Edit text")
    page.get_by_label("Text of “Vision”").fill("Precious.")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Text of “Vision”")).to_have_value("Precious.")


def test_drafts_stand_side_by_side_and_an_earlier_one_is_adopted(
    pages: Pages, api: Api, document: dict[str, Any]
) -> None:
    says(api, document, 0, "The hero jumps over the gap.\n\nThe end.")
    says(api, document, 0, "The hero leaps over the gap.\n\nThe end.")
    page, other = pages.open(place(document), api), pages.open(place(document), api)
    act(page, "Vision", "Drafts…")
    dialog = page.get_by_role("dialog", name="Drafts of “Vision”")
    expect(dialog.get_by_role("listitem")).to_contain_text(["Draft 2 the text now", "Draft 1"])
    expect(dialog.locator("del")).to_have_text("jumps")
    expect(dialog.locator("ins")).to_have_text("leaps")
    dialog.get_by_role("button", name="Adopt draft 1").click()
    for each in (page, other):
        expect(text_of(each, "Vision")).to_contain_text("The hero jumps over the gap.")
        check_shows(each, stored(api, document))


def test_a_locked_section_offers_nothing_that_would_be_refused(
    pages: Pages, api: Api, document: dict[str, Any]
) -> None:
    page, other = pages.open(place(document), api), pages.open(place(document), api)
    act(page, "Vision", "Lock")
    for each in (page, other):
        expect(section(each, "Vision").locator("header")).to_contain_text("locked")
    section(other, "Vision").locator("summary").click()
    expect(section(other, "Vision").locator(".menu-items button")).to_have_text(["Drafts…", "Unlock"])
    edit_outline(other)
    expect(other.get_by_label("Heading of “Vision”")).not_to_be_editable()
    act(page, "Vision", "Unlock")
    expect(section(other, "Vision").locator("header")).not_to_contain_text("locked")
    assert stored(api, document)["sections"][0]["locked"] is False


def test_a_section_says_which_change_of_the_plan_makes_it_stale(pages: Pages, api: Api, planned: str) -> None:
    document = make(api, planned)
    says(api, document, 0, "As T-001 says.")
    page = pages.open(place(document), api)
    plan = api.get(f"projects/{planned}/plans/")["results"][0]
    refined = api.post(f"plans/{plan['id']}/refine/", {"instructions": "Set the priority of T-001 to 4."}, expect=201)
    api.post(f"plans/{refined['id']}/accept/", expect=200)
    told = f"Stale: version {refined['version']} of the plan changed T-001, of which this tells."
    expect(section(page, "Vision")).to_contain_text(told)
    page.reload()
    expect(section(page, "Vision")).to_contain_text(told)
    section(page, "Vision").get_by_role("button", name="It still fits").click()
    expect(section(page, "Vision")).not_to_contain_text("Stale")
    assert stored(api, document)["sections"][0]["status"] == "done"


def test_who_only_views_reads_compares_and_exports_and_is_offered_nothing_else(
    pages: Pages, api: Api, document: dict[str, Any], someone: Api, join: Callable[[str, Api, str], Api]
) -> None:
    says(api, document, 0, "First.")
    says(api, document, 0, "Second.")
    page = pages.open(place(document), join(document["project"], someone, "viewer"))
    act(page, "Vision", "Drafts…")
    expect(page.get_by_role("dialog").locator(".comparison")).to_contain_text("First.")
    expect(page.get_by_role("button", name="Adopt")).to_have_count(0)
    page.keyboard.press("Escape")
    section(page, "Vision").locator("summary").click()
    expect(section(page, "Vision").locator(".menu-items button")).to_have_text(["Drafts…"])
    expect(page.locator(".work-bar").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit outline")).to_have_count(0)
    with page.expect_download() as download:
        page.locator(".work-bar summary", has_text="Export").click()
        page.get_by_role("link", name="Markdown").click()
    assert download.value.path().read_text().startswith("# The design\n\n## Vision\n\nSecond.")
    page.goto(f"/#/projects/{document['project']}/documents")
    expect(page.get_by_role("link", name="The design")).to_be_visible()
    expect(page.get_by_role("button", name="New document")).to_have_count(0)


def test_hostile_text_is_text(pages: Pages, api: Api, project: str, check_accessible: Callable[[Page], None]) -> None:
    document = make(api, project, title=TITLE, outline=[{"heading": TITLE}, {"heading": "Other"}])
    says(api, document, 0, HOSTILE)
    page = pages.open("/login/", api)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(place(document))
    text = page.locator(".section .text").first
    for shown in ("<script>document.title", "onerror=", "</section>", "<iframe", "<form", "${7 * 7} {{ 7 * 7 }}"):
        expect(text).to_contain_text(shown)
    assert "owned" not in page.title()
    assert text.locator("script, img, style, iframe, svg, form, [onclick], [onmouseover], textarea").count() == 0
    links = text.locator("a").evaluate_all("links => links.map(({href, rel}) => [href, rel])")
    assert links == [["https://example.org/pixel.png", "noopener noreferrer nofollow"]]
    assert [url for url in asked if not url.startswith(api.server.url)] == []
    no_sideways_scrolling(page)
    check_accessible(page)
    first = page.locator(".section").first
    first.locator("summary").click()
    first.get_by_role("button", name="Drafts…").click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>document.title")
    assert "owned" not in page.title()


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 740}}]
)
def test_everything_is_accessible_in_both_schemes_and_on_a_telephone(
    pages: Pages, api: Api, document: dict[str, Any], look: dict[str, Any], check_accessible: Callable[[Page], None]
) -> None:
    says(api, document, 0, PROSE)
    says(api, document, 0, f"{PROSE}\n\nMore.")
    patch(api, f"sections/{document['sections'][1]['id']}/", locked=True)
    page = pages.open(f"/#/projects/{document['project']}/documents", api, **look)
    expect(page.get_by_role("link", name="The design")).to_be_visible()
    check_accessible(page)
    page.goto(place(document))
    expect(text_of(page, "Vision")).to_contain_text("More.")
    check_accessible(page)
    no_sideways_scrolling(page)
    edit_outline(page)
    check_accessible(page)
    act(page, "Vision", "Edit text")
    expect(page.get_by_label("Text of “Vision”")).to_be_focused()
    check_accessible(page)
    page.keyboard.press("Escape")
    act(page, "Vision", "Drafts…")
    expect(page.get_by_role("dialog")).to_be_visible()
    check_accessible(page)
    no_sideways_scrolling(page)
