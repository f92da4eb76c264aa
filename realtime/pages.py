"""The log in aligned pages, for those who catch up.

Page n has the seqs from n * PAGE + 1 to (n + 1) * PAGE. A full page never changes, so it is read once for all who wait for
it, and kept for a while, together with the frames made of it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from realtime import history
from realtime.history import frame_text
from realtime.threads import in_database
from realtime.wire import Bundle, bundles_of

if TYPE_CHECKING:
    from realtime.hub import Hub

PAGE = 500
KEPT = 8 << 20
"""Characters of events kept; with the frames made of them about twice as many bytes."""


class Page:
    """Events as (seq, body), and the frames made of them."""

    def __init__(self, events: Sequence[tuple[int, str]]) -> None:
        self.events = events
        self.size = sum(len(body) for _, body in events)
        self.made: dict[str, list[Bundle]] = {}

    def bundles(self, stream: str, after: int, up_to: int) -> tuple[list[Bundle], int]:
        """The unfiltered frames of a stream between two seqs, and the seq of the last of them (`after` for none)."""
        events = [event for event in self.events if after < event[0] <= up_to]
        if not events:
            return [], after
        last = events[-1][0]
        if len(events) < PAGE:
            return frames_of(stream, events), last
        if stream not in self.made:
            self.made[stream] = frames_of(stream, events)
        return self.made[stream], last


def frames_of(stream: str, events: Sequence[tuple[int, str]]) -> list[Bundle]:
    return bundles_of([frame_text(stream, seq - 1, body) for seq, body in events])


class Pages:
    """The pages that one process has at hand."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.kept: OrderedDict[tuple[int, int], Page] = OrderedDict()
        self.kept_size = 0
        self.reading: dict[tuple[int, int], asyncio.Task[Page]] = {}

    async def page_after(self, stream_id: int, seq: int, up_to: int) -> Page:
        """The page that has the event after a seq, which nothing has trimmed; raises Trimmed when something has.

        It may end early: it is the last one, or was when it was read. For who goes on beyond it, `up_to` another seq, the next
        one is read meanwhile if it is full.
        """
        page = await self.page(stream_id, seq // PAGE)
        if up_to >= (seq // PAGE + 2) * PAGE:
            self.begin_reading(stream_id, seq // PAGE + 1)
        if not page.events or page.events[0][0] > seq + 1:
            await in_database(history.refuse_hole, stream_id, seq)
        return page

    async def page(self, stream_id: int, number: int) -> Page:
        key = stream_id, number
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        self.begin_reading(*key)
        return await asyncio.shield(self.reading[key])

    def begin_reading(self, stream_id: int, number: int) -> None:
        key = stream_id, number
        if key not in self.kept and key not in self.reading:
            self.reading[key] = self.hub.start(self.read(*key))

    async def read(self, stream_id: int, number: int) -> Page:
        first, last = number * PAGE, (number + 1) * PAGE
        try:
            page = Page(await in_database(history.read_bodies, stream_id, first, last))
        finally:
            del self.reading[stream_id, number]
        if len(page.events) == PAGE:
            self.keep((stream_id, number), page)
        return page

    def forget(self, stream_id: int) -> None:
        """Forget what is kept of a log that no longer says the same."""
        for key in [key for key in self.kept if key[0] == stream_id]:
            self.kept_size -= self.kept.pop(key).size

    def keep(self, key: tuple[int, int], page: Page) -> None:
        self.kept[key] = page
        self.kept_size += page.size
        while self.kept_size > KEPT:
            self.kept_size -= self.kept.popitem(last=False)[1].size
