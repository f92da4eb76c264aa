"""Who watches a project, and asked for sections, reads its documents as they are written; for as long as they may see the project."""

import asyncio
import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from documents import services as document_services
from documents import streaming
from documents.models import Document, Draft
from documents.services.telling import tell_of_document
from documents.streaming import SectionSubscription
from gamedev_gateway.core.actors import SYSTEM, Actor
from plans import services
from plans.models import Project, Role
from realtime import access, event_types
from realtime.connection import Subscription
from realtime.hub import Hub
from tests.documents.drafts_seen import Seen
from tests.documents.streams_by_hand import Watcher, append, begin, end, end_run, make_document, write_run
from tests.realtime import readers
from tests.realtime.readers import ALL, SUBSCRIBED, Reader

hub = readers.hub
pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 10


class ProjectReader(Reader):
    """A client of the hub that watches a project and its sections."""

    subscription: Subscription

    async def begin(self, project: Project) -> "ProjectReader":
        stream = f"project:{project.pk}"
        async with self.connection.hub.kept_feed(stream) as feed:
            at = feed.position
            self.subscription = self.connection.subscribe(
                stream,
                feed,  # type: ignore[arg-type]
                ALL,
                at=at,
                prev=at,
                welcome=SUBSCRIBED.model_copy(update={"stream": stream}),
            )
            await access.follow_sections(self.subscription)
        return self

    @property
    def sections(self) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if "document_id" in frame]

    @property
    def seen(self) -> Seen:
        return Seen().take(self.sections)

    @property
    def attached(self) -> list[SectionSubscription]:
        return [each for each in self.subscription.attached if isinstance(each, SectionSubscription)]

    async def until_text(self, draft: int, text: str) -> None:
        await self.until(lambda: self.seen.texts.get(draft) == text.encode())


@transaction.atomic
def tell_of_start(document: Document) -> None:
    """What a run does first."""
    drafts = document.drafts.order_by("-number").first()
    cursor = f"{drafts.number}.{drafts.length}.end" if drafts else "0"
    told = {"generation_id": 1, "sections_total": 1, "cursor": cursor}
    tell_of_document(document, event_types.DocumentStarted, actor=SYSTEM, **told)


def say(draft: Draft, text: str) -> None:
    start = draft.length
    append(draft, text)
    streaming.ring_text(draft.document_id, draft.section_id, draft.number, start, text)


def start_writing(project: Project) -> Draft:
    """A document of which somebody has just begun a run, and its first words."""
    document = make_document(project)
    tell_of_start(document)
    draft = begin(document, 0, "before")
    streaming.ring(document.pk)
    return draft


async def test_a_run_is_seen_from_its_first_word_to_its_end(hub: Hub, project, alice) -> None:
    watcher = await ProjectReader(hub, Actor.person(alice)).begin(project)
    document = await asyncio.to_thread(make_document, project)
    await asyncio.to_thread(tell_of_start, document)
    await asyncio.to_thread(write_run, document, random.Random(3))
    await watcher.until(lambda: bool(watcher.seen.document_ends))
    assert watcher.seen.faults == []
    assert {frame["stream"] for frame in watcher.sections} == {f"project:{project.pk}"}
    stored = dict(await asyncio.to_thread(lambda: list(document.drafts.values_list("number", "text"))))
    assert {number: text.decode() for number, text in watcher.seen.texts.items()} == stored


async def test_who_comes_in_the_middle_gets_the_open_draft_from_its_start(hub: Hub, project, alice) -> None:
    def past() -> Draft:
        document = make_document(project)
        end(begin(document, 0, "over"))
        return begin(document, 1, "half ")

    draft = await asyncio.to_thread(past)
    watcher = await ProjectReader(hub, Actor.person(alice)).begin(project)
    await watcher.until_text(2, "half ")
    await asyncio.to_thread(say, draft, "a sentence")
    await watcher.until_text(2, "half a sentence")
    assert watcher.seen.begun == [2]


async def test_who_leaves_the_project_gets_not_one_word_more_and_is_told_once(hub: Hub, project, alice, vera) -> None:
    def admit() -> Any:
        return services.set_member(project, vera, Role.VIEWER, actor=Actor.person(alice))

    membership = await asyncio.to_thread(admit)
    watcher = await ProjectReader(hub, Actor.person(vera)).begin(project)
    draft = await asyncio.to_thread(start_writing, project)
    await watcher.until_text(1, "before")
    await asyncio.to_thread(services.remove_member, membership, actor=Actor.person(alice))
    await watcher.until_lost()
    await asyncio.to_thread(say, draft, " and after")
    await watcher.connection.emptied()
    assert watcher.lost == [(f"project:{project.pk}", "revoked")]
    assert watcher.seen.texts == {1: b"before"}
    assert f"document:{draft.document_id}" not in hub.feeds, "nobody watches it any more"


class Doubt:
    """Holds the question of who may see what until it is let through."""

    def __init__(self, find_all: Any) -> None:
        self.find_all = find_all
        self.asked = threading.Event()
        self.answered = threading.Event()

    def __call__(self, asked: Any) -> Any:
        self.asked.set()
        assert self.answered.wait(WAIT)
        return self.find_all(asked)


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doubt]:
    doubt = Doubt(access.find_all)
    monkeypatch.setattr(access, "find_all", doubt)
    yield doubt
    doubt.answered.set()


async def test_while_it_is_in_doubt_who_may_see_the_project_no_section_is_told(hub: Hub, project, alice, doubt) -> None:
    """Neither of a document that is followed already, nor of one whose run begins meanwhile. Nothing of it is lost."""
    watcher = await ProjectReader(hub, Actor.person(alice)).begin(project)
    other = await asyncio.to_thread(make_document, project)
    draft = await asyncio.to_thread(start_writing, project)
    await watcher.until_text(1, "before")
    hub.doubt([watcher.subscription])
    assert await asyncio.to_thread(doubt.asked.wait, WAIT)
    await asyncio.to_thread(say, draft, " and after")
    onlooker = await Watcher(hub, Actor.person(alice)).begin(Document(pk=draft.document_id, project=project))
    await onlooker.until(lambda: onlooker.seen.texts.get(1) == b"before and after")
    await asyncio.to_thread(tell_of_start, other)
    await asyncio.to_thread(begin, other, 0, "new")
    async with asyncio.timeout(WAIT):
        while len(watcher.attached) < 2:
            await asyncio.sleep(0)
    await watcher.connection.emptied()
    assert watcher.seen.texts == {1: b"before"}
    assert [each.live for each in watcher.attached] == [False, False]
    doubt.answered.set()
    await watcher.until(
        lambda: {frame["text"] for frame in watcher.sections if "text" in frame} >= {" and after", "new"}
    )


async def test_a_process_that_hears_of_a_run_before_what_led_to_it_tells_only_the_run(hub: Hub, project, alice) -> None:
    """Another process wrote what came before, and its hints were lost."""
    document = await asyncio.to_thread(make_document, project)
    onlooker = await Watcher(hub, Actor.person(alice)).begin(document)
    await asyncio.to_thread(end_run, document)
    watcher = await ProjectReader(hub, Actor.person(alice)).begin(project)

    def write_unheard_then_begin() -> None:
        end(begin(document, 0, "unheard"))
        tell_of_start(document)
        begin(document, 1, "heard")

    await asyncio.to_thread(write_unheard_then_begin)
    await watcher.until_text(2, "heard")
    await onlooker.until(lambda: 2 in onlooker.seen.texts)
    assert watcher.seen.begun == [2]
    assert watcher.seen.faults == []
    assert onlooker.seen.begun == [1, 2]


async def test_a_document_that_is_deleted_is_followed_no_longer(hub: Hub, project, alice) -> None:
    watcher = await ProjectReader(hub, Actor.person(alice)).begin(project)
    draft = await asyncio.to_thread(start_writing, project)
    await watcher.until_text(1, "before")

    def delete() -> None:
        document = Document.objects.select_related("project").get(pk=draft.document_id)
        end(draft)
        Document.objects.filter(pk=document.pk).update(status=Document.Status.DRAFT)
        document_services.delete_document(document, actor=Actor.person(alice))

    await asyncio.to_thread(delete)
    await watcher.until(lambda: any(frame["type"] == "document.deleted" for frame in watcher.frames))
    await watcher.until(lambda: not watcher.attached)
    assert watcher.lost == []
    assert f"document:{draft.document_id}" not in hub.feeds
