"""`manage.py simulate` against a real server: what it plays is told whole, to everybody, in the same order."""

import signal
import subprocess
import sys
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
from gamedev_gateway.simulation.words import FAREWELL, INTERRUPTED
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
    """Listens over a WebSocket until an agent says that all is done."""

    def __init__(self, server: Server, project: str) -> None:
        super().__init__(daemon=True)
        self.frames = watch(server.url, project, server.token, after="0")
        self.events: list[dict[str, Any]] = []
        self.start()

    def run(self) -> None:
        for frame in self.frames:
            if "seq" in frame and "payload" in frame:
                self.events.append(frame)
            if frame["type"] == "run.ended" and frame["payload"]["summary"] == FAREWELL:
                return


def accepted(api: Api, project: str) -> dict[str, Any]:
    """A small project with its plan accepted; the task to begin with."""
    small_project(api, project)
    [plan] = api.all(f"projects/{project}/plans/")
    api.post(f"plans/{plan['id']}/accept/", {})
    return api.get(f"projects/{project}/next-task/")["task"]


def open_claims(api: Api, project: str) -> list[str]:
    return [claim["resource"] for claim in api.all(f"projects/{project}/claims/", open="true")]


def check_history(api: Api, project: str) -> list[dict[str, Any]]:
    """All events: without a hole, and folded over nothing they give the board as it is."""
    events = list(api.all(f"projects/{project}/events/"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert fold(events) == {task["code"]: task for task in api.all(f"projects/{project}/tasks/")}
    return events


@pytest.mark.stories
def test_agents_play_a_project_to_its_end_and_everybody_hears_the_same(server, api):
    new_project(api, "pixel-jumper", "pixel-jumper.yaml")
    watcher = Watcher(server, "pixel-jumper")
    command = ["simulate", "pixel-jumper", "--url", server.url, "--speed", "max", "--agents", "3", "--seed", "4"]
    told = manage(*command, env=server.env, timeout=180).stdout
    watcher.join(20)

    events = check_history(api, "pixel-jumper")
    assert watcher.events == events[: len(watcher.events)]
    assert watcher.events[-1]["payload"]["summary"] == FAREWELL
    assert api.get("projects/pixel-jumper/")["status"] == "completed"
    assert "15 of 15 tasks done" in told
    seen = {event["type"] for event in events}
    assert {"task.blocked", "task.unblocked", "task.released", "task.reopened", "artifact.created"} <= seen
    assert {"context.updated", "question.asked", "question.answered", "run.started", "run.ended"} <= seen
    actors = {(event["type"], event["actor"]["kind"]) for event in events}
    assert {("task.completed", "ai"), ("plan.accepted", "user"), ("question.answered", "user")} <= actors
    assert {("task.completed", "user"), ("plan.accepted", "ai")}.isdisjoint(actors)
    names = {event["actor"]["name"] for event in events if event["type"] == "task.completed"}
    assert names <= {f"Scripted agent {name}" for name in ("Ada", "Ben", "Cleo")} and len(names) > 1
    assert open_claims(api, "pixel-jumper") == []


@pytest.mark.stories
def test_a_design_document_is_played_to_its_end_and_playing_it_again_changes_nothing(server, api):
    new_project(api, "archery", "accessible-archery.md")
    simulate(server, "archery")
    check_history(api, "archery")
    before = api.get("projects/archery/")
    assert before["status"] == "completed"
    assert ", 0 events" in simulate(server, "archery")
    assert api.get("projects/archery/") == before


@pytest.mark.stories
def test_work_that_was_given_back_goes_on_where_it_was(server, api):
    first = accepted(api, "interrupted")
    grip = api.post(f"tasks/{first['id']}/claim/", {})
    held = {"claim": grip["claim"], "fence": grip["fence"]}
    api.post(f"tasks/{first['id']}/start/", held)
    api.post(f"tasks/{first['id']}/progress/", {**held, "percent": 84, "note": "Nearly."})
    api.post(f"tasks/{first['id']}/block/", {**held, "reason": "The power went off."})
    api.post(f"tasks/{first['id']}/release/", {**held, "handoff": "The lamp stands on the table."})
    assert "6 of 6 tasks done" in simulate(server, "interrupted")
    events = check_history(api, "interrupted")
    told = [event for event in events if event["task_code"] == first["code"] and event["type"] == "task.progress"]
    assert [event["payload"]["percent"] for event in told[:2]] == [84, 84]
    assert "The lamp stands on the table." in told[1]["payload"]["note"]
    assert open_claims(api, "interrupted") == []


@pytest.mark.stories
def test_agents_that_vanish_are_found_and_others_go_on_with_what_they_left(server, api):
    small_project(api, "crashing")
    told = simulate(server, "crashing", "--crashes", "--agents", "3", "--seed", "3")
    assert "6 of 6 tasks done" in told
    events = check_history(api, "crashing")
    ends = [event["payload"] for event in events if event["type"] == "task.released"]
    assert "expired" in [end["how"] for end in ends]
    assert any(end["handoff"] for end in ends if end["how"] == "expired")
    assert open_claims(api, "crashing") == []


@pytest.mark.stories
def test_an_interrupted_play_holds_nothing_and_goes_on(server, api):
    accepted(api, "stopped")
    command = [sys.executable, "manage.py", "simulate", "stopped", "--url", server.url, "--token", server.token]
    play = subprocess.Popen(command, cwd=ROOT, env=server.env, stdout=subprocess.PIPE, text=True)
    try:
        assert play.stdout is not None
        next(line for line in play.stdout if "progress" in line)
        play.send_signal(signal.SIGINT)
        told = play.communicate(timeout=20)[0]
    finally:
        play.kill()
    assert play.returncode == 130
    assert "The same command goes on from here." in " ".join(told.split())
    assert open_claims(api, "stopped") == []
    ended = api.all("projects/stopped/events/", types="run.ended")
    assert {event["payload"]["summary"] for event in ended} == {INTERRUPTED}
    assert "6 of 6 tasks done" in simulate(server, "stopped")


@pytest.mark.stories
def test_two_can_play_one_project_at_once(server, api):
    small_project(api, "crowded")
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda seed: simulate(server, "crowded", "--seed", seed), ["1", "2"]))
    assert all("6 of 6 tasks done" in line for line in told)
    events = check_history(api, "crowded")
    done = [event["task_code"] for event in events if event["type"] == "task.completed"]
    again = [event["task_code"] for event in events if event["type"] == "task.reopened"]
    assert sorted(done) == sorted([f"T-00{number}" for number in range(1, 7)] + again)


def test_work_that_somebody_has_begun_without_a_claim_is_left_to_them(server, api):
    first = accepted(api, "shared")
    api.post(f"tasks/{first['id']}/start/", {})
    held = [api.post(f"tasks/{task['id']}/claim/", {}) for task in api.all("projects/shared/tasks/", status="pending")]
    assert len(held) == 5
    agents = api.post("tokens/", {"name": "somebody else", "scopes": ["read", "agent"]})["token"]
    with pytest.raises(CommandError, match="Nothing can be started: 1 in progress"):
        simulate(server, "shared", "--token", agents, "--patience", "0.1")
    assert api.get(f"tasks/{first['id']}/")["progress"] == 0


def test_agents_that_may_not_accept_a_plan_say_so(server, api):
    small_project(api, "waiting")
    agents = api.post("tokens/", {"name": "only agents", "scopes": ["read", "agent"]})["token"]
    with pytest.raises(CommandError, match="refuses"):
        simulate(server, "waiting", "--token", agents)


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


@pytest.mark.stories
def test_no_token_is_left_behind(server):
    names = [
        token["name"] for token in httpx.get(f"{server.url}/api/v1/tokens/", headers=server.headers).json()["results"]
    ]
    assert [name for name in names if name.startswith("Scripted agent")] == []
