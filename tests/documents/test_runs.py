"""Runs on a real server, with a model that says what the test has scripted, seen by those who watch."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.documents.drafts_seen import Seen
from tests.llm.openai_server import Reply, ScriptedServer
from tests.realtime.conftest import BRIEF, MAKE_PEOPLE, Api, Socket, numbers
from tests.servers import Server, manage, running_server

pytestmark = pytest.mark.stories

PACE = 200
EMOJI = "島々を跳ぶ 👩‍🚀🏴‍☠️ and e\u0301te\u0301 🇩🇪🇯🇵. " * 15
SECTIONS = ("Vision", "Core loop", "Look")
ENDLESS = Reply(endless=True, tokens_per_second=PACE)


def told_model(provider: ScriptedServer) -> dict[str, str]:
    """The environment of a gateway that asks this model."""
    return {"GATEWAY_LLM": "openai-chat:scripted", "OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": "none"}


@pytest.fixture(scope="module")
def running_provider() -> Iterator[ScriptedServer]:
    with ScriptedServer() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: ScriptedServer) -> Iterator[ScriptedServer]:
    running_provider.clear()
    running_provider.default = Reply(tokens=60, tokens_per_second=PACE)
    yield running_provider
    running_provider.default = Reply(tokens=1)


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, running_provider: ScriptedServer, migrated_database: Path | None
) -> Iterator[Server]:
    env = {**told_model(running_provider), "GATEWAY_REREAD_SECONDS": "0.3", "GATEWAY_RATE_USER": "2000/second"}
    with running_server(tmp_path_factory.mktemp("runs"), env=env, database=migrated_database) as running:
        yield running
    log = running.log_path.read_text()
    assert "Traceback" not in log, log[log.index("Traceback") :]


@pytest.fixture(scope="module")
def api(gateway: Server) -> Iterator[Api]:
    api = Api(gateway, gateway.token)
    yield api
    api.http.close()


@pytest.fixture(scope="module")
def guests(gateway: Server) -> Iterator[Api]:
    env = {name: value for name, value in gateway.env.items() if not name.startswith("COVERAGE_")}
    made = manage("shell", "-v", "0", "-c", MAKE_PEOPLE, env=env).stdout
    return (Api(gateway, token, name) for name, token in map(str.split, made.splitlines()))


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    return make_document(api)


def make_document(api: Api) -> dict[str, Any]:
    name = f"run-{next(numbers)}"
    api.post("projects/", {"id": name, "name": name, "brief": BRIEF}, expect=201)
    outline = [{"level": 1, "heading": heading, "brief": ""} for heading in SECTIONS]
    return api.post(
        f"projects/{name}/documents/", {"title": "The design", "outline": outline, "kind": "gdd"}, expect=201
    )


@dataclass
class Watcher:
    socket: Socket
    seen: Seen
    frames: list[dict[str, Any]] = field(default_factory=list)

    def until(self, kind: str, **what: Any) -> dict[str, Any]:
        """Read up to a frame of this type with these fields, and give it."""
        while True:
            frame = self.socket.next()
            self.frames.append(frame)
            self.seen.on_frame(frame)
            if frame["type"] == kind and frame | what == frame:
                return frame


@contextmanager
def watching(api: Api, document: dict[str, Any], query: str = "", seen: Seen | None = None) -> Iterator[Watcher]:
    with api.socket(f"/ws/documents/{document['id']}/{query}") as socket:
        watcher = Watcher(socket, seen or Seen())
        watcher.until("subscribed")
        yield watcher


def generate(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    return api.post(f"documents/{document['id']}/generate/", expect=202)


def now(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    return api.get(f"documents/{document['id']}/")


def stored(api: Api, document: dict[str, Any]) -> list[str]:
    return [section["content"] for section in now(api, document)["sections"]]


def check(watcher: Watcher, api: Api, document: dict[str, Any]) -> None:
    """What was watched is without fault, and says what the document says."""
    assert watcher.seen.faults == []
    texts = {watcher.seen.sections[number]: text.decode() for number, text in sorted(watcher.seen.texts.items())}
    assert [texts[section["id"]] for section in document["sections"]] == stored(api, document)


def test_all_who_watch_see_the_same_whenever_they_come(api, document, provider) -> None:
    provider.default = Reply(text=EMOJI, tokens_per_second=PACE)
    with ExitStack() as stack:
        first = stack.enter_context(watching(api, document, "?generate=1"))
        second = stack.enter_context(watching(api, document, "?generate=1"))
        first.until("section_chunk", draft=1)
        cut = first.until("section_chunk", draft=2)
        late = stack.enter_context(watching(api, document))
        resumed = Seen().take(first.frames)
        back = stack.enter_context(watching(api, document, f"?after={cut['cursor']}", resumed))
        everyone = [first, second, late, back]
        for watcher in everyone:
            end = watcher.until("document_end")
            assert (end["status"], end["sections_done"]) == ("ready", 3)
            check(watcher, api, document)
    assert resumed.kinds.count("section_start") == 3
    assert len(provider.requests) == 3, "two who ask at once get one run"


def test_the_summary_comes_right_after_each_section(api, document, provider) -> None:
    with watching(api, document, "?generate=1") as watcher:
        watcher.until("document_end")
    ended = [number for number, frame in enumerate(watcher.frames) if frame["type"] == "section_end"]
    assert [watcher.frames[number + 1]["type"] for number in ended] == ["summary_update"] * 3
    assert [frame["sections_done"] for frame in watcher.seen.summaries] == [1, 2, 3]
    assert watcher.seen.summaries[-1]["global_summary"] == now(api, document)["global_summary"] != ""


def test_a_run_that_is_over_is_told_again_to_who_was_away(api, document, provider) -> None:
    with watching(api, document, "?generate=1") as watcher:
        cut = watcher.until("section_chunk", draft=3)
    seen = Seen().take(watcher.frames)
    with watching(api, document) as other:
        other.until("document_end")
    with watching(api, document, f"?after={cut['cursor']}", seen) as back:
        back.until("document_end")
        check(back, api, document)
    with watching(api, document, f"?after={seen.cursor}") as again:
        again.until("document_end")
    assert [frame["type"] for frame in again.frames if frame["type"] != "done"] == [
        "welcome", "subscribed", "summary_update", "document_end",
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["socket", "document", "generation"])
def test_a_run_is_cancelled_in_mid_sentence(api, document, provider, way) -> None:
    provider.default = ENDLESS
    with watching(api, document) as watcher:
        run = generate(api, document)
        watcher.until("section_chunk")
        asked = provider.wait_for(1)
        if way == "socket":
            watcher.socket.send(command="cancel", id="c", document_id=document["id"])
        else:
            target = f"documents/{document['id']}" if way == "document" else f"generations/{run['id']}"
            api.post(f"{target}/cancel/", expect=200)
        assert watcher.until("section_end")["status"] == "cancelled"
        assert watcher.until("document_end")["status"] == "cancelled"
        assert asked.left.wait(10), "the provider goes on talking"
        watcher.socket.send(command="ping", id="p")
        told = watcher.frames[-1]
        watcher.until("pong")
    assert told["type"] == "document_end"
    assert {frame["type"] for frame in watcher.frames[watcher.frames.index(told) + 1 :]} <= {"pong", "done"}
    assert watcher.seen.faults == []
    assert api.get(f"generations/{run['id']}/")["status"] == "cancelled"
    [draft] = api.get(f"sections/{document['sections'][0]['id']}/drafts/")["results"]
    assert (draft["status"], draft["text"].encode()) == ("cancelled", watcher.seen.texts[1])
    assert now(api, document)["status"] == "cancelled"


def test_one_section_is_written_anew_as_somebody_asks(api, document, provider) -> None:
    with watching(api, document, "?generate=1") as watcher:
        watcher.until("document_end")
        section = document["sections"][1]
        api.post(f"sections/{section['id']}/regenerate/", {"instructions": "Make it about gems."}, expect=202)
        start = watcher.until("section_start")
        watcher.until("document_end")
        check(watcher, api, document)
    assert (start["section_id"], start["draft"]) == (section["id"], 4)
    assert "Make it about gems." in provider.wait_for(4).text_of("user")
    assert watcher.seen.begun == [1, 2, 3, 4]


def test_a_locked_section_is_left_alone(api, document, provider) -> None:
    locked = document["sections"][1]
    assert api.http.patch(f"/api/v1/sections/{locked['id']}/", json={"locked": True}).status_code == 200
    with watching(api, document, "?generate=1") as watcher:
        watcher.until("document_end")
    written = [section["id"] for section in document["sections"] if section["id"] != locked["id"]]
    assert [watcher.seen.sections[number] for number in watcher.seen.begun] == written


def test_a_model_that_fails_in_mid_sentence_fails_the_section_and_the_run_and_the_row_says_why(
    api, document, provider
) -> None:
    provider.script(Reply(tokens=60, tokens_per_second=PACE), Reply(tokens=60, cut_after=30, tokens_per_second=PACE))
    with watching(api, document) as watcher:
        run = generate(api, document)
        assert watcher.until("section_end")["status"] == "done"
        assert watcher.until("section_end")["status"] == "failed"
        assert watcher.until("document_end")["status"] == "failed"
    row = api.get(f"generations/{run['id']}/")
    assert row["status"] == "failed"
    assert (
        row["error"]["code"]
        == api.get(f"sections/{document['sections'][1]['id']}/drafts/")["results"][0]["error"]["code"]
    )
    assert row["error"]["message"]
    assert watcher.seen.faults == []
    assert [section["status"] for section in now(api, document)["sections"]] == ["done", "failed", "empty"]


def test_who_may_only_look_starts_nothing_and_goes_on_looking(api, document, provider, guests) -> None:
    guest = next(guests)
    api.post(f"projects/{document['project']}/members/", {"user": guest.name, "role": "viewer"}, expect=201)
    with watching(guest, document, "?generate=1") as watcher:
        assert watcher.until("error")["code"] == "forbidden"
        watcher.socket.send(command="generate", id="g", document_id=document["id"])
        assert watcher.until("error", reply_to="g")["code"] == "forbidden"
        assert provider.requests == []
        generate(api, document)
        watcher.until("document_end")
        check(watcher, api, document)


def test_who_is_put_out_in_the_middle_of_a_run_sees_nothing_more(api, document, provider, guests) -> None:
    provider.default = ENDLESS
    guest = next(guests)
    member = api.post(f"projects/{document['project']}/members/", {"user": guest.name, "role": "viewer"}, expect=201)
    with watching(api, document, "?generate=1") as owner, watching(guest, document) as watcher:
        watcher.until("section_chunk")
        removed = api.http.delete(f"/api/v1/projects/{document['project']}/members/{member['id']}/")
        assert removed.status_code == 204, removed.text
        assert watcher.until("resync")["reason"] == "revoked"
        rest, code = watcher.socket.to_the_end()
        assert (rest, code) == ([], 4404)
        owner.until("section_chunk")
        api.post(f"documents/{document['id']}/cancel/", expect=200)
        owner.until("document_end")


def test_a_document_that_is_deleted_is_gone_for_its_watchers(api, document, provider) -> None:
    with watching(api, document, "?generate=1") as watcher:
        watcher.until("document_end")
        assert api.http.delete(f"/api/v1/documents/{document['id']}/").status_code == 204
        assert watcher.until("resync")["reason"] == "revoked"
        assert watcher.socket.to_the_end() == ([], 4404)


# A crash


@pytest.mark.scaleout
def test_a_server_that_is_killed_in_mid_sentence_costs_nothing_but_time(tmp_path: Path) -> None:
    """The draft that it was at is ended as failed, the next one is whole, and who comes back with a cursor has it all."""
    with ScriptedServer(Reply(text=EMOJI[:400], tokens_per_second=PACE)) as provider:
        env = {**told_model(provider), "GATEWAY_REREAD_SECONDS": "0.3"}
        with running_server(tmp_path, env=env, measured=False) as server:
            api = Api(server, server.token)
            document = make_document(api)
            with watching(api, document, "?generate=1") as watcher:
                cut = watcher.until("section_chunk", draft=2)
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
            api.http.close()
        seen = Seen().take(watcher.frames)
        with running_server(tmp_path, env=env, measured=False) as server:
            api = Api(server, server.token)
            with watching(api, document, f"?after={cut['cursor']}", seen) as back:
                end = read_patiently(back)
                check(back, api, document)
            run = api.get(f"projects/{document['project']}/events/?types=document.started")["results"][0]["payload"]
            assert api.get(f"generations/{run['generation_id']}/")["status"] == "done"
            api.http.close()
    assert end["status"] == "ready"
    assert [seen.status_of(number) for number in seen.begun] == ["done", "failed", "done", "done"]
    assert seen.texts[2] != seen.texts[3]


def read_patiently(watcher: Watcher) -> dict[str, Any]:
    """Up to the end of the run, with the seconds that it takes until a lost worker is missed."""
    while True:
        frame = watcher.socket.next(timeout=20)
        watcher.seen.on_frame(frame)
        if frame["type"] == "document_end":
            return frame
