"""What work has made, as people see it: pictures, verdicts, uploads."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live.conftest import SCREENSHOTS, Pages, no_sideways_scrolling
from tests.plans import files_to_check as files
from tests.realtime.conftest import Api

pytestmark = pytest.mark.stories

HERO = files.picture()
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202egnp.exe"


@pytest.fixture
def made(api: Api, planned: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """Upload a file for a task: made("hero.png", HERO). What a test has uploaded goes with it."""
    tasks = {task["code"]: task["id"] for task in api.get(f"projects/{planned}/tasks/?limit=200")["results"]}

    def upload(
        name: str, data: bytes, type: str = "sprite", category: str = "asset", code: str = "T-001"
    ) -> dict[str, Any]:
        form = {"type": type, "category": category, "path": name}
        place = f"/api/v1/tasks/{tasks[code]}/artifacts/"
        response = api.http.post(place, data=form, files={"file": ("file", data)})
        assert response.status_code == 201, response.text
        return response.json()

    yield upload
    for artifact in api.get(f"projects/{planned}/artifacts/?limit=200")["results"]:
        assert api.http.delete(f"/api/v1/artifacts/{artifact['id']}/").status_code == 204


def open_artifacts(pages: Pages, person: Api, project: str, *rest: Any, **options: Any) -> Page:
    page = pages.open("/".join(["/#/projects", project, "artifacts", *map(str, rest)]), person, **options)
    expect(page.get_by_role("combobox", name="Verdict")).to_be_visible()
    return page


@pytest.fixture
def station(pages: Pages, api: Api, planned: str) -> Page:
    return open_artifacts(pages, api, planned)


def tile(page: Page, name: str) -> Locator:
    return page.locator(".tile", has=page.get_by_role("link", name=name, exact=True))


def is_shown(picture: Locator) -> bool:
    picture.scroll_into_view_if_needed()
    return picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0, () => false)")


def choose(page: Page, *chosen: tuple[str, bytes]) -> None:
    picked = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in chosen]
    page.get_by_label("choose files").set_input_files(picked)


def test_a_picture_is_uploaded_and_seen_and_a_broken_one_has_its_verdict(
    station: Page, made: Callable[..., dict[str, Any]], api: Api, planned: str
) -> None:
    choose(station, ("hero.png", HERO), ("gem.png", HERO[:60]), ("Player.gd", b"extends Node\n"))
    expect(station.get_by_role("textbox", name="Type")).to_have_count(3)
    station.get_by_role("combobox", name="They were made for").select_option("T-002")
    station.get_by_role("textbox", name="Place in the game's project").first.fill("art/hero.png")
    station.get_by_role("button", name="Upload 3 files").click()

    expect(tile(station, "hero.png")).to_contain_text("valid")
    expect(tile(station, "hero.png")).to_contain_text("T-002")
    assert is_shown(tile(station, "hero.png").get_by_role("img", name="Picture: hero.png"))
    expect(tile(station, "Player.gd")).to_contain_text(re.compile("script.*code"))
    expect(tile(station, "gem.png")).to_contain_text("invalid")
    tile(station, "gem.png").get_by_role("link").click()
    report = station.get_by_role("dialog", name="gem.png")
    expect(report).to_contain_text(re.compile("The gateway has looked at the file itself and found 1 mistake"))
    stored = {artifact["path"]: artifact for artifact in api.get(f"projects/{planned}/artifacts/")["results"]}
    assert {"art/hero.png", "gem.png", "Player.gd"} == stored.keys()
    expect(report).to_contain_text(stored["gem.png"]["sha256"])


def test_files_can_be_dropped_and_what_is_wrong_stands_beside_the_file(
    station: Page, made: Callable[..., dict[str, Any]]
) -> None:
    dropped = station.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["{}"], "level.json"));
            return data;
        }"""
    )
    station.locator(".artifacts").dispatch_event("drop", {"dataTransfer": dropped})
    place = station.get_by_role("textbox", name="Place in the game's project")
    expect(place).to_have_value("level.json")
    place.fill("../level.json")
    station.get_by_role("button", name="Upload 1 file").click()
    expect(station.get_by_role("alert").filter(has_text="climb")).to_be_visible()
    place.fill("levels/level.json")
    station.get_by_role("button", name="Upload 1 file").click()
    expect(tile(station, "level.json")).to_contain_text("valid")
    expect(place).to_have_count(0)


def test_the_list_is_filtered_and_follows_what_agents_make(
    station: Page, made: Callable[..., dict[str, Any]], api: Api
) -> None:
    hero, _ = made("hero.png", HERO), made("jump.wav", files.wav(files.tone()), type="sound", code="T-003")
    expect(station.get_by_role("link", name="jump.wav")).to_be_visible()
    station.get_by_role("combobox", name="Type").select_option("sound")
    expect(station.get_by_role("link", name="hero.png")).to_have_count(0)
    assert station.get_by_label("Listen to jump.wav").evaluate(
        "audio => new Promise((done) => { audio.oncanplay = () => done(true); audio.onerror = () => done(false); audio.load() })"
    )
    station.get_by_role("combobox", name="Type").select_option("all")
    station.get_by_role("combobox", name="Task").select_option("T-001")
    expect(station.get_by_role("link", name="jump.wav")).to_have_count(0)
    station.get_by_role("combobox", name="Verdict").select_option("invalid")
    expect(station.get_by_text("Nothing here matches these filters.")).to_be_visible()
    api.post(f"artifacts/{hero['id']}/validate/", {"status": "invalid", "report": {"looks": "too small"}}, expect=200)
    expect(tile(station, "hero.png")).to_contain_text("invalid")


def test_an_artifact_is_checked_again_and_deleted(
    pages: Pages, made: Callable[..., dict[str, Any]], api: Api, planned: str
) -> None:
    hero = made("hero.png", HERO)
    api.post(f"artifacts/{hero['id']}/validate/", {"status": "invalid", "report": {"looks": "too small"}}, expect=200)
    page = open_artifacts(pages, api, planned, hero["id"])
    dialog = page.get_by_role("dialog", name="hero.png")
    expect(dialog).to_contain_text(
        re.compile("Checked by user admin, who finds it invalid.*looks.*too small", re.DOTALL)
    )
    dialog.get_by_role("button", name="Check it again").click()
    expect(dialog).to_contain_text("and found nothing wrong.")
    expect(dialog).to_contain_text(re.compile("width.*32.*height.*24", re.DOTALL))
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete hero.png?").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing has been made yet.")).to_be_visible()
    assert api.get(f"projects/{planned}/artifacts/")["results"] == []


def test_what_the_gateway_cannot_check_is_said(
    pages: Pages, made: Callable[..., dict[str, Any]], api: Api, planned: str
) -> None:
    page = open_artifacts(pages, api, planned, made("notes.bin", b"\x00\x01")["id"])
    expect(page.get_by_role("dialog")).to_contain_text("Nobody has checked it yet.")
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("dialog")).to_contain_text("The gateway has no check for this kind of file.")


def test_a_viewer_looks_and_changes_nothing(
    pages: Pages, made: Callable[..., dict[str, Any]], planned: str, someone: Api, join: Callable[..., Api]
) -> None:
    hero = made("hero.png", HERO)
    page = open_artifacts(pages, join(planned, someone, "viewer"), planned, hero["id"])
    dialog = page.get_by_role("dialog", name="hero.png")
    assert is_shown(dialog.get_by_role("img"))
    expect(dialog.get_by_role("link", name="Download")).to_be_visible()
    expect(dialog.get_by_role("button")).to_have_count(1)  # it closes
    dialog.get_by_role("button").click()
    tile(page, "hero.png").get_by_role("link").press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tile(page, "hero.png").get_by_role("link")).to_be_focused()
    expect(page.get_by_label("choose files")).to_have_count(0)


def test_names_and_reports_are_text(pages: Pages, made: Callable[..., dict[str, Any]], api: Api, planned: str) -> None:
    page_in_disguise = made("page.png", b"<script>document.title = 'owned'</script>", type=HOSTILE)
    report = {"summary": HOSTILE, "findings": [{"level": "odd", "message": HOSTILE}, "not a finding"]}
    api.post(f"artifacts/{page_in_disguise['id']}/validate/", {"status": "invalid", "report": report}, expect=200)
    page = open_artifacts(pages, api, planned, page_in_disguise["id"])
    expect(page.get_by_role("dialog")).to_contain_text("<img src=x onerror=")
    expect(page).not_to_have_title("owned")
    assert not is_shown(page.get_by_role("dialog").get_by_role("img"))
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_artifacts_are_accessible(
    pages: Pages,
    made: Callable[..., dict[str, Any]],
    api: Api,
    planned: str,
    scheme: str,
    check_accessible: Callable[[Page], None],
) -> None:
    made("hero.png", HERO)
    made("jump.wav", files.wav(files.tone()), type="sound")
    broken = made("gem.png", HERO[:60], code="T-002")
    assert broken["validation_status"] == "invalid"
    page = open_artifacts(pages, api, planned, color_scheme=scheme)
    choose(page, ("next.png", HERO))
    assert is_shown(tile(page, "hero.png").get_by_role("img"))
    check_accessible(page)
    page.screenshot(path=SCREENSHOTS / f"artifacts-{scheme}.png")
    page.get_by_role("link", name="gem.png").click()
    expect(page.get_by_role("dialog", name="gem.png")).to_be_visible()
    check_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    no_sideways_scrolling(page)
