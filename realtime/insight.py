"""What a hub looks like from inside at one moment: for people (the admin's page) and for machines (`/metrics`).

A hub belongs to its event loop, and nothing in it may be read from another thread. So what is asked is answered there, as a
copy of plain values. That holds the loop up, so it is quick: a thousand sockets take a few milliseconds.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nlargest
from typing import Literal, TypeVar

from realtime import doorbell
from realtime.connection import Connection, Subscription
from realtime.feeds import Followed
from realtime.figures import Figures
from realtime.hub import Hub

SHOWN = 200
"""Sockets, users and feeds that are told of one by one."""
STREAMS_SHOWN = 10
"""Subscriptions of one socket that are told of one by one."""
ANSWERS_WITHIN = 2.0
"""Seconds that an asker waits for the event loop."""
Answer = TypeVar("Answer")
State = Literal["live", "behind", "held"]


@dataclass(frozen=True)
class Totals:
    """A hub in numbers. Rates are of the last minute, lags in seconds; `most_behind` is of one subscription, in events."""

    figures: Figures
    events_a_second: float
    deliveries_a_second: float
    worst_lag: float
    sockets: int
    users: int
    most_of_a_user: int
    states: Counter[State]
    feeds: int
    most_behind: int
    waiting_frames: int
    waiting_characters: int
    waiting_publications: int


@dataclass(frozen=True)
class WatchedStream:
    """One subscription: how far it was served, and how far the log is."""

    stream: str
    position: int
    head: int
    state: State

    @property
    def behind(self) -> int:
        return self.head - self.position


@dataclass(frozen=True)
class OpenSocket:
    """One socket: its streams (most behind first; `more` of them are not told), and what waits to be written to it."""

    user: str
    is_agent: bool
    path: str
    opened_at: datetime
    batches: bool
    streams: list[WatchedStream]
    more: int
    waiting_frames: int
    waiting_characters: int


@dataclass(frozen=True)
class FollowedStream:
    """One feed."""

    stream: str
    position: int
    head: int
    watchers: int


@dataclass(frozen=True)
class Insight:
    """A hub in particulars, as many as are shown: sockets most behind first, (user id, sockets) and feeds by their size."""

    totals: Totals
    sockets: list[OpenSocket]
    users: list[tuple[int, int]]
    feeds: list[FollowedStream]


def ask_hubs(look: Callable[[Hub], Answer]) -> list[Answer]:
    """What each hub of this process answers; normally there is one. Called from a thread that runs no hub.

    TimeoutError when an event loop is too busy to answer.
    """
    asked = [answer for hub in tuple(doorbell.hubs) if (answer := ask(hub, look))]
    return [answer.result(ANSWERS_WITHIN) for answer in asked]


def ask(hub: Hub, look: Callable[[Hub], Answer]) -> "Future[Answer] | None":
    """The answer to come, or None when the hub's loop has ended."""
    answer: Future[Answer] = Future()

    def tell() -> None:
        try:
            answer.set_result(look(hub))
        except Exception as error:
            answer.set_exception(error)

    return answer if hub.call_soon(tell) else None


# On the event loop


def count(hub: Hub) -> Totals:
    """The hub in numbers."""
    now = hub.loop.time()
    of_users = sockets_of_users(hub)
    subscriptions = [one for connection in hub.connections for one in connection.subscriptions.values()]
    return Totals(
        figures=replace(hub.figures, closed=hub.figures.closed.copy()),
        events_a_second=hub.last_minute.events_a_second(now),
        deliveries_a_second=hub.last_minute.deliveries_a_second(now),
        worst_lag=hub.last_minute.worst_lag,
        sockets=len(hub.connections),
        users=len(of_users),
        most_of_a_user=max(of_users.values(), default=0),
        states=Counter(map(state_of, subscriptions)),
        feeds=len(hub.feeds),
        most_behind=max(map(events_behind, subscriptions), default=0),
        waiting_frames=sum(connection.queued_frames for connection in hub.connections),
        waiting_characters=sum(connection.queued_bytes for connection in hub.connections),
        waiting_publications=len(hub.publishing.waiting),
    )


def look_inside(hub: Hub) -> Insight:
    """The hub in numbers and particulars."""
    return Insight(
        totals=count(hub),
        sockets=[see_socket(connection) for connection in nlargest(SHOWN, hub.connections, key=urgency)],
        users=sockets_of_users(hub).most_common(SHOWN),
        feeds=[see_feed(feed) for feed in nlargest(SHOWN, hub.feeds.values(), key=lambda feed: len(feed.watchers))],
    )


def sockets_of_users(hub: Hub) -> Counter[int]:
    return Counter(connection.actor.user_id for connection in hub.connections)


def urgency(connection: Connection) -> tuple[int, int, float]:
    """Who is told first: whose worst subscription is most events behind, for whom most waits, who came first."""
    behind = max(map(events_behind, connection.subscriptions.values()), default=0)
    return behind, connection.queued_bytes, -connection.opened_at


def see_socket(connection: Connection) -> OpenSocket:
    subscriptions = nlargest(STREAMS_SHOWN, connection.subscriptions.values(), key=events_behind)
    return OpenSocket(
        user=connection.actor.name,
        is_agent=connection.actor.is_agent,
        path=connection.path,
        opened_at=datetime.fromtimestamp(connection.opened_at, UTC),
        batches=connection.batches,
        streams=[see_subscription(subscription) for subscription in subscriptions],
        more=len(connection.subscriptions) - len(subscriptions),
        waiting_frames=connection.queued_frames,
        waiting_characters=connection.queued_bytes,
    )


def see_subscription(subscription: Subscription) -> WatchedStream:
    return WatchedStream(
        subscription.stream, place_of(subscription), subscription.feed.known_head, state_of(subscription)
    )


def see_feed(feed: Followed) -> FollowedStream:
    return FollowedStream(feed.name, feed.position, feed.known_head, len(feed.watchers))


def state_of(subscription: Subscription) -> State:
    return "held" if subscription.held else "live" if subscription.live else "behind"


def place_of(subscription: Subscription) -> int:
    """The seq up to which it was served; a live one goes with its feed."""
    return subscription.feed.position if subscription.live else subscription.position


def events_behind(subscription: Subscription) -> int:
    return subscription.feed.known_head - place_of(subscription)
