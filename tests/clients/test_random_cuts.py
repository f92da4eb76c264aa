"""However the line breaks, the application sees each event once and in order."""

import asyncio
from dataclasses import dataclass
from itertools import accumulate

import pytest
from gateway_client import Gateway
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients.scripted import STREAM, Frame, Peer, Waits, event, serving
from tests.clients.test_resuming import WAIT, take


@dataclass
class Line:
    """How one connection fares: it breaks after so many messages, each a batch of so many frames."""

    messages: int
    batch: int
    code: int | None


lines = st.builds(
    Line, st.integers(0, 8), st.integers(1, 5), st.one_of(st.none(), st.sampled_from([1001, 1012, 4429, 4503]))
)


class Log:
    """A log of which a subscription wants some events, served as the gateway does: missed events, and positions between."""

    def __init__(self, wanted: list[bool]) -> None:
        self.head = len(wanted)
        self.wanted = [seq for seq, is_wanted in enumerate(wanted, 1) if is_wanted]

    def frames_after(self, seq: int) -> list[Frame]:
        frames: list[Frame] = []
        previous = max((each for each in self.wanted if each <= seq), default=0)
        coming = [each for each in self.wanted if each > seq]
        for each, prev in zip(coming, accumulate(coming[:-1], lambda _, new: new, initial=previous), strict=False):
            if each % 3 == 0 and prev < each - 1 and each - 1 > seq:
                frames.append({"type": "position", "stream": STREAM, "seq": each - 1, "cursor": f"{each - 1}-0000abcd"})
            frames.append(event(each, prev=prev))
        return frames

    async def serve(self, peer: Peer, line: Line | None) -> None:
        if line and line.messages == 0:
            peer.cut()
            return
        await peer.welcome()
        asked = await peer.receive("subscribe")
        told = {"seq": self.head, "cursor": f"{self.head}-0000abcd", "recovered": True, "missed": 0}
        await peer.send({"type": "subscribed", "reply_to": asked["id"], "stream": STREAM, **told})
        frames = self.frames_after(int(asked["after"].split("-")[0]))
        size = line.batch if line else 100
        for number, start in enumerate(range(0, len(frames), size)):
            if line and number == line.messages:
                break
            await peer.send(*frames[start : start + size])
        if line is None:
            await peer.until_gone()
        elif line.code:
            await peer.close(line.code)
        else:
            peer.cut()


async def watch(log: Log, broken: list[Line]) -> list[int]:
    scripts = [lambda peer, line=line: log.serve(peer, line) for line in [*broken, None]]
    async with serving(*scripts) as url, Gateway(url, "token", sleep=Waits().sleep, buffer=4) as gateway:
        subscription = gateway.subscribe(STREAM, after=0, types=["chat"])
        return [each.seq for each in await take(subscription, len(log.wanted))]


@pytest.mark.stories
@settings(max_examples=60, deadline=WAIT * 1000, derandomize=True)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.lists(lines, max_size=8))
def test_each_event_comes_once_and_in_order(wanted: list[bool], broken: list[Line]):
    log = Log(wanted)
    assert asyncio.run(watch(log, broken)) == log.wanted
