"""The scripted server, as any client of the API sees it."""

import json
import re
import subprocess
import sys

import httpx
import pytest

from tests.llm.openai_server import Reply
from tests.servers import ROOT

QUESTION = {"model": "any", "stream": True, "messages": [{"role": "user", "content": "Tell me three things."}]}


def ask(url: str) -> list[str]:
    lines = httpx.post(f"{url}/chat/completions", json=QUESTION, timeout=20).text.splitlines()
    return [line.removeprefix("data: ") for line in lines if line]


def text_of(events: list[str]) -> str:
    choices = [json.loads(event)["choices"] for event in events[:-1]]
    return "".join(choice["delta"].get("content", "") for made in choices for choice in made)


def test_an_answer_is_tokens_a_reason_the_usage_and_an_end(server):
    server.script(Reply(text="One, two and three."))
    events = ask(server.url)
    assert text_of(events) == "One, two and three."
    assert json.loads(events[-3])["choices"][0]["finish_reason"] == "stop"
    assert json.loads(events[-2])["usage"] == {"prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8}
    assert events[-1] == "[DONE]"


def test_a_reply_may_depend_on_the_request(server):
    server.script(lambda asked: Reply(text=asked.text_of("user").upper()))
    assert text_of(ask(server.url)) == "TELL ME THREE THINGS."


def test_a_cut_is_seen_by_the_client(server):
    server.script(Reply(cut_after=2))
    with pytest.raises(httpx.TransportError):
        ask(server.url)


def test_it_runs_by_itself():
    command = [sys.executable, "-m", "tests.llm.openai_server", "--port", "0", "--tokens", "7"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"OPENAI_BASE_URL=(\S+)", process.stdout.readline())
            assert address
            assert json.loads(ask(address[1])[-2])["usage"]["completion_tokens"] == 7
        finally:
            process.terminate()
