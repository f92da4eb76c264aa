"""The Python client, its command and its examples, against a real gateway over a line that breaks."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gateway_client import Backoff, CommandError, Gateway, Refused

from tests.clients.conftest import PYTHON_CLIENT
from tests.clients.cutting import line_to
from tests.clients.test_resuming import take
from tests.realtime.conftest import Api

QUICK = Backoff(base=0.01, cap=0.05)


def texts(events: list) -> list[str]:
    return [each.payload["text"] for each in events if each.type == "chat"]


async def test_over_a_line_that_breaks_every_event_comes_once_and_is_stored_once(api: Api, project: str):
    with line_to(api.server.url) as (line, url):
        async with Gateway(url, api.token, backoff=QUICK) as gateway:
            subscription = gateway.subscribe(f"project:{project}", after=0)
            said: list[str] = []
            for number in range(40):
                saying = asyncio.create_task(gateway.publish(project, "chat", {"text": f"word {number}"}))
                if number % 5 == 0:
                    await asyncio.sleep(0)
                    line.cut()
                await saying
                said.append(f"word {number}")
            events = await take(subscription, 41)
        assert line.passed > 1
    assert texts(events) == said
    assert [each.seq for each in events] == list(range(1, 42))
    assert [each["seq"] for each in api.get(f"projects/{project}/events/?limit=200")["results"]] == list(range(1, 42))


async def test_a_filter_a_cursor_and_a_task_stream_are_continued_across_a_cut(api: Api, project: str):
    plan = api.post(f"projects/{project}/plans/", {"tasks": [{"title": "Jump"}]}, expect=201)
    task = api.post(f"plans/{plan['id']}/accept/", expect=200)["tasks"][0]
    with line_to(api.server.url) as (line, url):
        async with Gateway(url, api.token, backoff=QUICK) as gateway:
            chats = gateway.subscribe(f"project:{project}", after=0, types=["chat"])
            work = gateway.subscribe(f"task:{task['id']}", after=0)
            api.chat(project, "before")
            api.post(f"tasks/{task['id']}/start/", expect=200)
            first = await take(chats, 1), (await take(work, 1))
            line.cut()
            api.chat(project, "between")
            api.post(f"tasks/{task['id']}/progress/", {"percent": 40}, expect=200)
            second = await take(chats, 1), (await take(work, 1))
    assert texts([*first[0], *second[0]]) == ["before", "between"]
    assert [each.type for each in [*first[1], *second[1]]] == ["task.started", "task.progress"]


async def test_what_the_real_gateway_refuses_is_raised(api: Api, project: str):
    async with Gateway(api.server.url, api.token) as gateway:
        with pytest.raises(CommandError) as unseen:
            await take(gateway.subscribe("project:never-made"), 1)
        with pytest.raises(CommandError) as invalid:
            await gateway.publish(project, "chat", {"words": "hi"})
        with pytest.raises(CommandError) as too_large:
            await gateway.publish(project, "chat", {"text": "x" * 70_000})
    assert (unseen.value.code, invalid.value.code, too_large.value.code) == ("unknown_stream", "invalid", "too_large")
    assert "payload.words" in invalid.value.errors
    async with Gateway(api.server.url, "wrong") as gateway:
        with pytest.raises(Refused) as refused:
            await take(gateway.subscribe(f"project:{project}"), 1)
    assert refused.value.code == 4401


def run(api: Api, *arguments: str) -> "subprocess.Popen[str]":
    env = {**os.environ, "GATEWAY_URL": api.server.url, "GATEWAY_TOKEN": api.token, "PYTHONPATH": str(PYTHON_CLIENT)}
    return subprocess.Popen(
        [sys.executable, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def first_lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    """What it prints first; then it is ended."""
    with process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(count)]
        process.terminate()
    return lines


def test_the_examples_and_the_command_run_as_they_stand(api: Api, project: str):
    say = run(api, str(PYTHON_CLIENT / "examples/say.py"), project, "Hello 🎮")
    assert say.communicate(timeout=20) == ("stored as event 2\n", "")
    watching = run(api, str(PYTHON_CLIENT / "examples/watch.py"), f"project:{project}")
    command = run(api, "-m", "gateway_client", "watch", f"project:{project}", "--after", "0", "--types", "chat")
    assert first_lines(watching, 2)[1].startswith("2 chat admin {'text': 'Hello 🎮'")
    line = first_lines(command, 1)[0]
    assert line.startswith("2 ")
    assert 'admin: {"text": "Hello 🎮"' in line


@pytest.mark.parametrize("example", sorted((PYTHON_CLIENT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_takes_ten_lines(example: Path):
    code = [
        line for line in example.read_text().splitlines() if line.strip() and not line.startswith(("import", "from"))
    ]
    assert len(code) <= 10


def test_the_command_says_what_is_wrong(api: Api):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PYTHON_CLIENT)}
    command = [sys.executable, "-m", "gateway_client", "watch", "project:nothing-here", "--url", api.server.url]
    no_token = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20, check=False)
    no_project = subprocess.run(
        command, env={**env, "GATEWAY_TOKEN": api.token}, capture_output=True, text=True, timeout=20, check=False
    )
    assert (no_token.returncode, no_token.stderr) == (2, "Set GATEWAY_TOKEN to a token of the gateway.\n")
    assert no_project.returncode == 1
    assert "unknown_stream" in no_project.stderr
    assert "Traceback" not in no_project.stderr
