"""What load generators rely on: the routes of the benchmark settings, which production lacks, and frames counted right."""

import asyncio
import hashlib
import itertools
import json
import shutil
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.urls import Resolver404, resolve
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from agents.tokens import create_token
from benchmarks import routes, tokens
from benchmarks.load.inbox import Inbox, StampedInbox
from benchmarks.load.listeners import Listeners
from benchmarks.load.sections import SectionInbox
from benchmarks.load.wire import client_frame, frame_size
from documents.feeding import DraftFeed
from documents.models import Document
from plans.models import Generation
from realtime import doorbell
from realtime.models import Event
from tests.servers import ROOT

STREAM = "project:pixel-jumper"


@pytest.fixture
def bench(alice, project, settings) -> APIClient:
    """Alice with a token, at a gateway that has the routes."""
    settings.ROOT_URLCONF = "benchmarks.urls"
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(alice)[1]}")
    return client


def test_prefilled_events_are_stored_behind_those_that_were_there(bench):
    first = Event.objects.get().seq
    answer = bench.post(f"/bench/prefill?stream={STREAM}&count=10")
    assert (answer.status_code, answer.json()["head"]) == (201, first + 10)
    assert bench.get(f"/bench/count?stream={STREAM}").json() == {"count": 11, "min": first, "max": first + 10}


def test_hubs_are_told_once_of_the_last_event(bench, monkeypatch):
    told = []
    monkeypatch.setattr(routes, "PAGE", 4)
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: told.append((stream, [event.seq for event in news])))
    assert bench.post(f"/bench/prefill?stream={STREAM}&count=10").status_code == 201
    assert told == [(STREAM, [11])]


def test_the_routes_want_a_token_and_a_stream_that_its_user_can_see(bench, charlie):
    assert bench.get("/bench/count?stream=project:nobodys").status_code == 404
    assert bench.get("/bench/count?stream=nonsense").status_code == 400
    bench.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(charlie)[1]}")
    assert bench.post(f"/bench/prefill?stream={STREAM}&count=1").status_code == 404
    bench.credentials()
    assert bench.get(f"/bench/count?stream={STREAM}").status_code == 401


@pytest.mark.parametrize("path", ["/bench/prefill", "/bench/count", "/bench/tokens"])
def test_production_does_not_have_them(path):
    with pytest.raises(Resolver404):
        resolve(path, urlconf="gamedev_gateway.urls")


def event_frame(number: int) -> bytes:
    text = f"bench@{number:020d}#{number:08d} the hero jumps"
    body = json.dumps({"stream": STREAM, "prev": number - 1, "seq": number, "payload": {"text": text}})
    return server_frame(body.encode())


def server_frame(body: bytes) -> bytes:
    """As a server sends it: without a mask."""
    framed = bytearray(client_frame(body).replace(b"\0\0\0\0" + body, body))
    framed[1] &= 0x7F
    return bytes(framed)


POSITION = server_frame(json.dumps({"type": "position", "stream": STREAM, "seq": 3}).encode())


@given(st.integers(1, 20), st.lists(st.integers(0, 5_000), max_size=60))
def test_frames_are_counted_right_wherever_they_are_cut(frames, cuts):
    sent = b"".join(event_frame(number) for number in range(1, frames + 1)) + POSITION.replace(b"3", b"9")
    ends = sorted({min(cut, len(sent)) for cut in cuts} | {0, len(sent)})
    counting, reading = Inbox(), StampedInbox()
    for start, end in itertools.pairwise(ends):
        counting.feed(sent[start:end])
        reading.feed(sent[start:end])
    assert (counting.count, reading.count, reading.in_order) == (frames, frames, True)
    assert len(reading.latencies) == frames


def test_a_lost_a_doubled_and_a_late_frame_are_seen():
    for numbers in ([1, 3], [1, 1], [2, 1]):
        inbox = StampedInbox()
        inbox.feed(b"".join(map(event_frame, numbers)))
        assert not inbox.in_order


def test_the_last_seq_is_known_even_when_it_came_in_pieces():
    inbox = Inbox()
    for byte in event_frame(7) + event_frame(8):
        inbox.feed(bytes([byte]))
    assert inbox.last_seq == 8


def test_a_run_in_which_a_socket_lacks_a_frame_is_told():
    listeners = Listeners()
    (full, one), (lacking, other) = socket.socketpair(), socket.socketpair()
    for end in (one, other):
        listeners.add(SimpleNamespace(socket=end, buffer=bytearray()))
    full.sendall(event_frame(1) + event_frame(2))
    lacking.sendall(event_frame(1))
    assert listeners.drain(2, patience=0.1).frames == 3
    assert listeners.faults(2) == "1 of 4 frames missing; sockets ended at different events"
    lacking.sendall(event_frame(2))
    assert listeners.drain(2, patience=5).frames == 1
    assert listeners.faults(2) == ""
    listeners.close()
    full.close()
    lacking.close()


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_the_size_of_a_frame_is_known_as_soon_as_its_header_is_there(length):
    frame = bytearray(server_frame(b"x" * length))
    head = len(frame) - length
    assert frame_size(frame) == (head, length)
    assert all(frame_size(frame[:cut]) is None for cut in range(head))


@pytest.mark.stories
def test_a_benchmark_is_prepared_by_one_command(tmp_path, migrated_database):
    """In a process of its own, since it needs settings of its own."""
    if migrated_database:
        shutil.copyfile(migrated_database, tmp_path / "gateway.db")
    command = [sys.executable, "manage.py", "prepare_benchmark", "--projects", "2", "--documents"]
    env = {"DATABASE_URL": f"sqlite:///{tmp_path / 'gateway.db'}", "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    env["SECRET_KEY"] = "for tests only"
    made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(made.stdout)
    assert (told["user"], told["projects"]) == ("bench", ["bench-0", "bench-1"])
    assert told["documents"] == ["document:1", "document:2"]
    assert len(told["token"]) > 20


def test_a_run_of_tokens_is_begun_as_a_real_one_in_a_document_that_nobody_writes(bench, monkeypatch):
    begun = []
    monkeypatch.setattr(tokens, "start", lambda run, said: begun.append((run, said)))
    asked = "rate=0&count=20&text=%F0%9F%8E%AE{i}+"
    first = bench.post(f"/bench/tokens?stream={STREAM}&{asked}")
    assert (first.status_code, first.json()["stream"]) == (202, f"document:{first.json()['document']}")
    assert bench.post(f"/bench/tokens?stream={first.json()['stream']}&{asked}").status_code == 409
    assert bench.post(f"/bench/tokens?stream={STREAM}&{asked}").json()["document"] != first.json()["document"]
    (run, said), _ = begun
    assert Document.objects.get(pk=first.json()["document"]).run == run
    assert run.status == Generation.Status.RUNNING
    assert (said.count, said.text) == (20, "🎮{i} ")


@pytest.mark.parametrize("rate", [0, 10_000])
def test_a_source_says_every_token_and_when_it_was_due(rate):
    source = tokens.TokenSource(tokens.Tokens("{i}/{due}/{stamp} ", 20, rate, 0), DraftFeed(1, 1, 1, 1))

    async def say() -> list[str]:
        async with source.open(None) as text:
            return [token async for token in text]

    said = [token.split("/") for token in asyncio.run(say())]
    dues = [int(due) for _, due, _ in said]
    assert [int(number) for number, _, _ in said] == list(range(20))
    assert dues == sorted(dues)
    assert all(
        abs(int(stamp.split(".")[0], 16) - due / 1000) <= 1 for due, (_, _, stamp) in zip(dues, said, strict=True)
    )
    assert source.result.tokens_out == 20


@pytest.mark.parametrize("asked", ["stream=nonsense", "stream=document:1&text={x}", "stream=document:1&rate=-1"])
def test_tokens_that_cannot_be_said_are_refused(bench, asked):
    assert bench.post(f"/bench/tokens?{asked}").status_code == 400


def test_a_section_is_read_frame_by_frame_wherever_it_is_cut():
    about = {"document_id": 1, "section_id": 1, "draft": 3}
    text = "5f5e100.0 5f5e101.10 "
    ends = {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest(), "status": "done"}
    frames = [
        {"type": "section_start", **about},
        {"type": "section_chunk", **about, "start": 0, "end": len(text), "text": text},
        {"type": "section_end", **about, **ends},
        {"type": "summary_update"},
        {"type": "document_end"},
    ]
    inbox = SectionInbox()
    for byte in b"".join(server_frame(json.dumps(frame).encode()) for frame in frames):
        inbox.feed(bytes([byte]))
    assert (inbox.count, inbox.faults, list(inbox.dues)) == (1, [], [100_000_001_000])
    assert inbox.oldest[0] - inbox.ages[0] == 1_000
    assert inbox.ages[0] - inbox.own[0] == 16_000
    assert len(inbox.summaries) == 1
    inbox.feed(server_frame(json.dumps(frames[1]).encode()))
    assert len(inbox.faults) == 1
