"""`manage.py simulate` against a real server: what it plays is told whole, to everybody, in the same order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from gamedev_gateway.simulation.client import Api
from gamedev_gateway.simulation.watching import watch
from gamedev_gateway.simulation.words import FAREWELL
from plans.brief_files import format_of
from plans.services.briefs import parse_brief_file
from tests.commands.board import fold
from tests.servers import ROOT, Server, manage

BRIEFS = ROOT / "tests" / "data" / "briefs"
pytestmark = pytest.mark.xdist_group("simulate")


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[Api]:
    with Api(server.url, server.token) as client:
        yield client


def new_project(api: Api, project: str, brief: str) -> None:
    """A project from a brief; its plan is left to be made."""
    found = parse_brief_file((BRIEFS / brief).read_text(), format_of(brief))
    api.post("projects/", {"id": project, "name": found.name, "brief": found.brief.model_dump(mode="json")})


def small_project(api: Api, project: str) -> None:
    """A project with six tasks on the table, so that playing it is short."""
    api.post("projects/", {"id": project, "name": "Small"})
    tasks = [
        {"code": f"T-00{number}", "title": f"Part {number}", "acceptance": ["It works"], "deliverables": ["A script"]}
        for number in range(1, 7)
    ]
    tasks[5]["dependencies"] = ["T-001", "T-002"]
    api.post(f"projects/{project}/plans/", {"tasks": tasks})


def simulate(server: Server, project: str, *options: str) -> str:
    """Play it with the person's token, in this process. What the command says."""
    out = StringIO()
    common = ["--url", server.url, "--token", server.token, "--speed", "max", "--no-progress"]
    call_command("simulate", project, *common, *options, stdout=out)
    return out.getvalue()


class Watcher(threading.Thread):
    """Listens over a WebSocket until the project is completed, and what follows that has come."""

    def __init__(self, server: Server, project: str) -> None:
        super().__init__(daemon=True)
        self.frames = watch(server.url, project, server.token, after="0")
        self.events: list[dict[str, Any]] = []
        self.start()

    def run(self) -> None:
        for frame in self.frames:
            if "seq" in frame and "payload" in frame:
                self.events.append(frame)
            if frame["type"] == "chat" and frame["payload"]["text"] == FAREWELL:
                return


def check_history(api: Api, project: str) -> list[dict[str, Any]]:
    """All events: without a hole, and folded over nothing they give the board as it is."""
    events = list(api.all(f"projects/{project}/events/"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert fold(events) == {task["code"]: task for task in api.all(f"projects/{project}/tasks/")}
    return events


@pytest.mark.stories
def test_an_agent_plays_a_project_to_its_end_and_everybody_hears_the_same(server, api):
    new_project(api, "pixel-jumper", "pixel-jumper.yaml")
    watcher = Watcher(server, "pixel-jumper")
    command = ["simulate", "pixel-jumper", "--url", server.url, "--speed", "max"]
    told = manage(*command, env=server.env, timeout=180).stdout
    watcher.join(20)

    events = check_history(api, "pixel-jumper")
    assert watcher.events == events[: len(watcher.events)]
    assert watcher.events[-1]["payload"]["text"] == FAREWELL
    assert api.get("projects/pixel-jumper/")["status"] == "completed"
    assert "15 of 15 tasks done" in told
    seen = {event["type"] for event in events}
    assert {"task.blocked", "task.unblocked", "task.reopened", "artifact.validated", "scene", "action", "log"} <= seen
    assert {event["actor"]["kind"] for event in events if event["type"] == "task.completed"} == {"ai"}
    assert {event["actor"]["kind"] for event in events if event["type"] == "plan.accepted"} == {"user"}


@pytest.mark.stories
def test_a_design_document_is_played_to_its_end_and_playing_it_again_changes_nothing(server, api):
    new_project(api, "archery", "accessible-archery.md")
    simulate(server, "archery")
    check_history(api, "archery")
    before = api.get("projects/archery/")
    assert before["status"] == "completed"
    assert ", 0 events" in simulate(server, "archery")
    assert api.get("projects/archery/") == before


def test_a_play_that_was_interrupted_goes_on_where_it_was(server, api):
    small_project(api, "interrupted")
    [plan] = api.all("projects/interrupted/plans/")
    api.post(f"plans/{plan['id']}/accept/", {})
    first = api.get("projects/interrupted/next-task/")["task"]
    api.post(f"tasks/{first['id']}/start/", {})
    api.post(f"tasks/{first['id']}/block/", {"reason": "The power went off."})
    assert "6 of 6 tasks done" in simulate(server, "interrupted")
    check_history(api, "interrupted")


@pytest.mark.stories
def test_two_can_play_one_project_at_once(server, api):
    small_project(api, "crowded")
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda seed: simulate(server, "crowded", "--seed", seed), ["1", "2"]))
    assert all("6 of 6 tasks done" in line for line in told)
    check_history(api, "crowded")


def test_work_that_somebody_else_has_begun_is_left_to_them(server, api):
    small_project(api, "shared")
    [plan] = api.all("projects/shared/plans/")
    api.post(f"plans/{plan['id']}/accept/", {})
    first = api.get("projects/shared/next-task/")["task"]
    api.post(f"tasks/{first['id']}/start/", {})
    agents = api.post("tokens/", {"name": "somebody else", "scopes": ["read", "agent"]})["token"]
    with pytest.raises(CommandError, match="Nothing can be started: 1 in progress"):
        simulate(server, "shared", "--token", agents, "--patience", "0.1")
    assert api.get(f"tasks/{first['id']}/")["progress"] == 0


def test_a_project_that_is_not_there_is_a_clear_error(server):
    with pytest.raises(
        CommandError, match=f"There is no project 'no-such-game' at {server.url} that this token may see."
    ):
        simulate(server, "no-such-game")


def test_a_token_that_is_wrong_is_a_clear_error(server):
    with pytest.raises(CommandError, match="does not accept this token"):
        simulate(server, "no-such-game", "--token", "wrong")


def test_nobody_home_is_a_clear_error(server):
    with pytest.raises(CommandError, match="Nobody answers at"):
        simulate(server, "x", "--url", "http://127.0.0.1:9", "--patience", "0")


def test_no_token_is_left_behind(server):
    names = [
        token["name"] for token in httpx.get(f"{server.url}/api/v1/tokens/", headers=server.headers).json()["results"]
    ]
    assert [name for name in names if name.startswith("Scripted agent")] == []
