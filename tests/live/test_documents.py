"""Documents as they are written while people watch: in two places at once, late, over lines and servers that break."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients.cutting import line_to
from tests.live.conftest import Pages
from tests.live.documents_written import (
    PROSE,
    Writer,
    act,
    check_shows,
    make,
    place,
    scripted,  # noqa: F401
    section,
    shown,
    shows_end,
    stored,
    text_of,
    words,
    writer,  # noqa: F401
    writes_with,
)
from tests.llm.openai_server import ScriptedServer
from tests.realtime.conftest import Api
from tests.servers import Server, free_port, running_server

pytestmark = pytest.mark.stories

SLOW = 60
"""Words a second: a section takes a second, a document of three sections three."""
LOST = r"WebSocket|ERR_|Failed to load resource"
"""What a browser complains of when its line breaks."""


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_database: Path | None,
    scripted: ScriptedServer,  # noqa: F811
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("written")
    with running_server(folder, env=writes_with(scripted), database=migrated_database, measured=False) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.token)
    yield api
    api.http.close()


def generate(page: Page) -> None:
    page.get_by_role("button", name="Write 3 sections").click()


def test_a_document_is_made_and_written_while_two_people_watch(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    writer.pace = SLOW
    writer.hold()
    page = pages.open(f"/#/projects/{project}/documents", api)
    page.get_by_role("button", name="New document").click()
    form = page.get_by_role("dialog", name="New document")
    form.get_by_label("Title").fill("The design")
    form.get_by_label("Kind").select_option("Pitch")
    form.get_by_label("I write it").check()
    form.get_by_label("Headings").fill("Vision: what the game is\nCore loop\n  Jumping: how it feels")
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="The design", level=1)).to_be_visible()
    document = api.get(f"projects/{project}/documents/")["results"][0]
    made = [(part["level"], part["heading"], part["brief"]) for part in document["sections"]]
    assert document["kind"] == "pitch"
    assert made == [(1, "Vision", "what the game is"), (1, "Core loop", ""), (2, "Jumping", "how it feels")]
    other = pages.open(place(document), api)
    expect(section(other, "Jumping")).to_contain_text("how it feels")

    generate(page)
    for each in (page, other):
        expect(each.get_by_role("status").filter(has_text="Writing “Vision”, 1 of 3")).to_be_visible()
        expect(each.locator(".work-bar")).to_contain_text("unknown until a section is done")
    writer.go_on()
    for each in (page, other):
        expect(each.get_by_role("status").filter(has_text="Writing “Core loop”, 2 of 3")).to_be_visible()
        expect(each.locator(".work-bar")).to_contain_text(re.compile(r"(seconds|s|minutes?) to go"))
        expect(each.locator(".in-short li")).to_have_text(["Vision: Section 1 in one line."])
    writer.go_on()
    writer.go_on()
    for each in (page, other):
        shows_end(each)
        check_shows(each, stored(api, document))
    assert shown(page) == shown(other)


def test_who_comes_late_or_reloads_in_between_sees_the_same_text(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    writer.pace = SLOW
    document = make(api, project)
    page = pages.open(place(document), api)
    generate(page)
    expect(text_of(page, "Core loop")).to_contain_text("across")
    late = pages.open(place(document), api)
    expect(text_of(late, "Vision")).to_contain_text("as it should be")
    page.reload()
    expect(text_of(page, "Vision")).to_contain_text("as it should be")
    for each in (page, late):
        shows_end(each)
        check_shows(each, stored(api, document))
    assert shown(page) == shown(late)


def test_who_loses_the_network_for_a_while_misses_nothing_and_keeps_what_is_drawn(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    writer.pace = SLOW
    pages.allowed.append(LOST)
    document = make(api, project)
    with line_to(api.server.url) as (line, url):
        page = pages.open(f"{url}{place(document)}", api)
        generate(page)
        expect(text_of(page, "Vision")).to_contain_text("Read the gap")  # so the paragraph is whole
        page.evaluate("kept = document.querySelector('.text .block p')")
        line.shut()
        expect(page.get_by_role("status").filter(has_text="The connection is lost")).to_be_visible()
        writer.server.wait_for(2)  # meanwhile the gateway goes on
        line.open()
        shows_end(page)
        check_shows(page, stored(api, document))
        assert page.evaluate("kept === document.querySelector('.text .block p')")


def test_a_server_that_is_killed_and_started_again_leaves_both_pages_with_what_is_stored(
    pages: Pages,
    tmp_path: Path,
    migrated_database: Path | None,
    scripted: ScriptedServer,  # noqa: F811
    writer: Writer,  # noqa: F811
) -> None:
    writer.pace = SLOW
    pages.allowed.append(LOST)
    told = {"port": free_port(), "env": writes_with(scripted), "database": migrated_database, "measured": False}
    with running_server(tmp_path, **told) as first:
        api = Api(first, first.token)
        api.post("projects/", {"id": "killed", "name": "Killed"}, expect=201)
        document = make(api, "killed")
        both = [pages.open(f"{first.url}{place(document)}", api) for _ in range(2)]
        generate(both[0])
        for page in both:
            expect(text_of(page, "Core loop")).to_contain_text("across")
        first.stop(signal.SIGKILL)
    with running_server(tmp_path, **told):
        for page in both:
            shows_end(page)
            check_shows(page, stored(api, document))
        assert shown(both[0]) == shown(both[1])
    api.http.close()


def test_a_run_is_stopped_in_mid_sentence_and_what_it_wrote_is_kept_as_a_draft(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    writer.holds_after = 9
    document = make(api, project)
    page = pages.open(place(document), api)
    generate(page)
    expect(text_of(page, "Vision")).to_contain_text("across floating islands")
    page.get_by_role("button", name="Stop writing").click()
    expect(section(page, "Vision")).to_contain_text("stopped in mid-sentence")
    expect(page.locator(".work-bar")).to_contain_text("cancelled")
    check_shows(page, stored(api, document))
    section(page, "Vision").get_by_role("button", name="Look at the drafts").click()
    expect(page.get_by_role("dialog")).to_contain_text("The hero **jumps** across floating islands")
    expect(page.get_by_role("button", name="Adopt")).to_have_count(0)


def test_a_section_is_written_anew_as_somebody_asks_while_the_old_text_stays_until_then(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    document = make(api, project)
    page = pages.open(place(document), api)
    generate(page)
    shows_end(page)
    writer.text = "Shorter, section NUMBER."
    act(page, "Core loop", "Write anew…")
    dialog = page.get_by_role("dialog", name="Write “Core loop” anew")
    dialog.get_by_label("What should be different?").fill("Half as long, please.")
    dialog.get_by_role("button", name="Write", exact=True).click()
    expect(text_of(page, "Core loop")).to_have_text("Shorter, section 4.")
    shows_end(page)
    check_shows(page, stored(api, document))
    assert "Half as long, please." in writer.asked()[-1]
    act(page, "Core loop", "Drafts…")
    expect(page.get_by_role("dialog")).to_contain_text("Half as long, please.")


def test_a_reader_is_left_where_they_are_until_they_ask_to_follow(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    writer.text = "\n\n".join([PROSE] * 8)
    writer.hold()
    document = make(api, project)
    page = pages.open(place(document), api, viewport={"width": 1280, "height": 500})
    jump = page.get_by_role("button", name="Jump to what is being written")
    generate(page)
    expect(page.get_by_role("status").filter(has_text="Writing “Vision”")).to_be_visible()
    page.locator("main").evaluate("main => main.scrollTo(0, 300)")
    page.locator("main").evaluate("main => main.scrollTo(0, 40)")
    writer.go_on()
    expect(text_of(page, "Vision").locator("blockquote")).to_have_count(8)
    expect(jump).to_be_visible()
    assert page.locator("main").evaluate("main => main.scrollTop") == 40
    jump.click()
    expect(section(page, "Core loop").get_by_role("heading", level=2)).to_be_in_viewport()
    writer.go_on()
    expect(section(page, "Jumping").get_by_role("heading", level=3)).to_be_in_viewport()
    expect(jump).to_have_count(0)
    page.locator("main").hover()
    page.mouse.wheel(0, -120)  # up a little, and nobody is pulled down again
    expect(jump).to_be_visible()
    writer.go_on()
    shows_end(page)
    expect(jump).to_have_count(0)


def test_the_list_tells_how_far_each_document_is(
    pages: Pages,
    api: Api,
    project: str,
    writer: Writer,  # noqa: F811
) -> None:
    document = make(api, project, title="Watched from the list")
    page = pages.open(f"/#/projects/{project}/documents", api)
    item = page.get_by_role("listitem").filter(has_text="Watched from the list")
    expect(item).to_contain_text("0 of 3 sections written")
    api.post(f"documents/{document['id']}/generate/", expect=202)
    expect(item).to_contain_text("3 of 3 sections written")
    expect(item).to_contain_text("ready")
    item.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Watched from the list")
    assert words(text_of(page, "Vision").inner_text())
