"""What can be seen of the sockets from inside: who is connected, what they watch, how far they are."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from realtime import connection, doorbell, insight
from realtime.admin import see_hubs
from realtime.figures import Figures, LastMinute
from realtime.history import LoggedEvent
from realtime.hub import Hub
from realtime.insight import FollowedStream, WatchedStream
from realtime.metrics import HubCollector
from tests.realtime.conftest import WAIT, Api
from tests.realtime.readers import ALL, STREAM, SUBSCRIBED, Reader, say_many
from tests.servers import Server

in_a_database = pytest.mark.django_db(transaction=True)


def event(timestamp: str) -> LoggedEvent:
    return LoggedEvent(1, "chat", "", f'"payload":{{"timestamp":"soon"}},"timestamp":"{timestamp}"}}')


# The hub


@in_a_database
async def test_a_socket_is_seen_with_its_streams_and_its_place_in_them(hub: Hub) -> None:
    reader = await Reader(hub).watch()
    await asyncio.to_thread(say_many, 3)
    await reader.until(lambda: reader.seqs == [1, 2, 3])
    seen = insight.look_inside(hub)
    [socket] = seen.sockets
    assert (socket.user, socket.path, socket.is_agent, socket.batches) == ("gateway", "/ws/", False, False)
    assert socket.streams == [WatchedStream(STREAM, position=3, head=3, state="live")]
    assert seen.feeds == [FollowedStream(STREAM, position=3, head=3, watchers=1)]
    assert seen.users == [(0, 1)]
    assert (seen.totals.figures.events, seen.totals.figures.deliveries) == (3, 3)


@in_a_database
async def test_the_one_furthest_behind_is_seen_first(hub: Hub, monkeypatch: Any) -> None:
    monkeypatch.setattr(connection, "QUEUE_FRAMES", 4)
    quick, slow = await Reader(hub).watch(), await Reader(hub).watch()
    slow.may_read.clear()
    await asyncio.to_thread(say_many, 20)
    await quick.until(lambda: len(quick.seqs) == 20)
    seen = insight.look_inside(hub)
    worst = seen.sockets[0].streams[0]
    assert (worst.state, worst.head) == ("behind", 20)
    assert seen.totals.most_behind == worst.behind > 0
    assert seen.sockets[0].waiting_frames > 0
    assert seen.sockets[0].waiting_characters > 0
    assert seen.sockets[1].streams[0].behind == 0
    assert dict(seen.totals.states) == {"live": 1, "behind": 1}


@in_a_database
async def test_a_subscription_whose_reader_is_in_doubt_is_held(hub: Hub) -> None:
    reader = await Reader(hub).watch()
    subscription = reader.connection.subscriptions[STREAM]
    subscription.hold()
    assert insight.count(hub).states["held"] == 1
    subscription.release()
    assert insight.count(hub).states["held"] == 0


@in_a_database
async def test_of_very_many_a_part_is_told_and_all_are_counted(hub: Hub, monkeypatch: Any) -> None:
    monkeypatch.setattr(insight, "SHOWN", 2)
    monkeypatch.setattr(insight, "STREAMS_SHOWN", 1)
    readers = [await Reader(hub).watch() for _ in range(3)]
    other = await hub.feed("project:other")
    for reader in readers:
        reader.connection.subscribe(other.name, other, ALL, at=0, prev=0, welcome=SUBSCRIBED)
    seen = insight.look_inside(hub)
    assert (len(seen.sockets), seen.totals.sockets) == (2, 3)
    assert [(len(socket.streams), socket.more) for socket in seen.sockets] == [(1, 1), (1, 1)]
    assert (seen.totals.feeds, seen.totals.users, seen.totals.most_of_a_user) == (2, 1, 3)


@in_a_database
async def test_events_whose_hint_was_lost_are_counted_as_healed(hub: Hub, monkeypatch: Any) -> None:
    reader = await Reader(hub).watch()
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    await asyncio.to_thread(say_many, 3)
    await reader.until(lambda: len(reader.seqs) == 3)
    assert insight.count(hub).figures.healed == 3


@in_a_database
async def test_a_part_of_the_hub_that_failed_is_counted(hub: Hub, monkeypatch: Any) -> None:
    failed = asyncio.Event()

    async def fail() -> None:
        if failed.is_set():
            await asyncio.Event().wait()
        failed.set()
        raise RuntimeError("for a test")

    hub.start(hub.keep_running(fail))
    await asyncio.wait_for(failed.wait(), WAIT)
    await asyncio.sleep(0)
    assert insight.count(hub).figures.restarts == 1


@in_a_database
async def test_a_thread_is_answered_on_the_event_loop(hub: Hub) -> None:
    assert await asyncio.to_thread(insight.ask_hubs, lambda hub: threading.get_ident()) == [threading.get_ident()]


@in_a_database
async def test_what_goes_wrong_on_the_event_loop_is_told_to_who_asked(hub: Hub) -> None:
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(insight.ask_hubs, lambda hub: 1 / 0)


@in_a_database
async def test_a_busy_event_loop_is_not_waited_for_without_end(hub: Hub, monkeypatch: Any) -> None:
    """It is busy with this very test."""
    monkeypatch.setattr(insight, "ANSWERS_WITHIN", 0.01)
    with pytest.raises(TimeoutError):
        insight.ask_hubs(insight.count)
    assert see_hubs()["busy"]
    assert list(HubCollector().collect()) == []


# Figures


def test_rates_are_of_the_last_minute() -> None:
    figures = Figures()
    minute = LastMinute(figures)
    assert minute.events_a_second(0.0) == 0
    for now in range(0, 200, 2):
        minute.sample(float(now))
        figures.events += 10 if now >= 100 else 0
        figures.deliveries += 1_000 if now >= 100 else 0
    assert minute.events_a_second(200.0) == pytest.approx(5, rel=0.05)
    assert minute.deliveries_a_second(200.0) == pytest.approx(500, rel=0.05)
    assert len(minute.samples) <= 31


def test_lag_is_the_age_of_the_newest_event_when_it_was_handed_on(monkeypatch: Any) -> None:
    monkeypatch.setattr("realtime.figures.time", SimpleNamespace(time=lambda: 1_000_000_000.75))
    figures = Figures()
    minute = LastMinute(figures)
    figures.note([event("2001-09-09T01:46:30.000Z"), event("2001-09-09T01:46:40.000Z")], frames=2)
    assert (figures.lag, minute.worst_lag) == (0.75, 0.75)
    minute.sample(0.0)
    figures.note([event("2001-09-09T01:46:40.500Z")], frames=1)
    assert (figures.lag, minute.worst_lag) == (0.25, 0.75)
    minute.sample(61.0)
    assert minute.worst_lag == 0.25
    minute.sample(130.0)
    assert minute.worst_lag == 0


def test_a_clock_that_is_a_little_behind_makes_no_negative_lag(monkeypatch: Any) -> None:
    monkeypatch.setattr("realtime.figures.time", SimpleNamespace(time=lambda: 999_999_999.0))
    figures = Figures()
    figures.note([event("2001-09-09T01:46:40.000Z")], frames=1)
    assert figures.lag == 0


# A real server


def metrics(server: Server) -> dict[tuple[str, str], float]:
    """Our figures by name and the value of their label."""
    text = httpx.get(f"{server.url}/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for sample in samples
        if sample.name.startswith("gateway_")
    }


def eventually(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_metrics_count_what_sockets_got(server: Server, api: Api, project: str) -> None:
    with api.socket(f"/ws/projects/{project}/") as one, api.socket(f"/ws/projects/{project}/") as other:
        for socket in (one, other):
            socket.take(2)
        before = metrics(server)
        api.chat(project, "counted")
        for socket in (one, other):
            socket.until(lambda frame: frame["type"] == "chat")
        after = metrics(server)
    rise = {name: after[name] - before[name] for name in after if name in before}
    assert rise["gateway_events_total", ""] == 1
    assert rise["gateway_deliveries_total", ""] == 2
    assert after["gateway_sockets", ""] >= 2
    assert after["gateway_sockets_of_a_user_max", ""] >= 2
    assert after["gateway_subscriptions", "live"] >= 2
    assert after["gateway_feeds", ""] >= 1
    assert 0 <= after["gateway_hub_lag_seconds", ""] <= after["gateway_hub_lag_max_seconds", ""]


def test_metrics_count_the_sockets_that_were_closed_by_code(server: Server, api: Api) -> None:
    def closed() -> float:
        return metrics(server).get(("gateway_sockets_closed_total", "4404"), 0)

    before = closed()
    with api.socket("/ws/projects/nothing-here/") as socket:
        assert socket.to_the_end()[1] == 4404
    assert closed() == before + 1


def test_metrics_name_no_user_and_no_stream(server: Server, api: Api, project: str, someone: Api) -> None:
    with api.socket(f"/ws/projects/{project}/") as socket, someone.socket() as theirs:
        socket.take(2)
        theirs.next()
        labels = {label for _, label in metrics(server)}
    assert {label for label in labels if not label.isdigit()} == {"", "live", "behind", "held"}


@pytest.fixture(scope="module")
def admin_pages(server: Server) -> Any:
    """A browser in which the first user has signed in."""
    password = re.search(r"password\s+(\S+)", server.greeting_path.read_text())
    assert password
    with httpx.Client(base_url=server.url) as browser:
        browser.get("/admin/login/")
        form = {
            "username": "admin",
            "password": password[1],
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        assert browser.post("/admin/login/", data=form).status_code == 302
        yield browser


def test_the_page_shows_open_sockets_and_no_closed_ones(
    server: Server, admin_pages: httpx.Client, someone: Api
) -> None:
    name = f"seen-by-{someone.name}"
    someone.post("projects/", {"id": name, "name": name}, expect=201)
    with someone.socket(f"/ws/projects/{name}/", subprotocols=["gateway.v1.batch"]) as socket:
        socket.take(2)
        page = admin_pages.get("/admin/realtime/socket/").text
    assert f"The server process {server.process.pid}" in page
    row = next(row for row in page.split("<tr>") if f"/ws/projects/{name}/" in row)
    assert someone.name in row
    assert f"project:{name}" in row
    assert "takes batches" in row
    assert re.search(r">\s*live\s*<", row)
    eventually(lambda: name not in admin_pages.get("/admin/realtime/socket/").text)
