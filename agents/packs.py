"""Context packs: what there is to know for a task, the most useful first, from all over the project."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from agents.past_shelves import Forgotten, read_past_shelf
from agents.shelves import MOST_NEIGHBOURS, AnyTask, Left, Passage, Shelf, read_shelf
from contexts.assembly import carried, entry_text
from contexts.packing import DEFAULT_BUDGET, Json, Offer, delta, pack, parse_version, whole
from gamedev_gateway.core.errors import InvalidInput
from plans.brief import Brief
from plans.models import Project, Task
from realtime.history import CursorLost

MOST_ARTIFACTS = 50
SAID = {
    "decisions": ("decision", "It was decided"),
    "open_questions": ("question", "It is not decided yet"),
    "risks": ("risk", "It may go wrong"),
}


def pack_for_task(task: Task, budget: int = DEFAULT_BUDGET, since: str = "") -> Json:
    """The pack of a task of the active plan (see contexts/packing.py for its shape); with `since`, the version of another, what is
    new since then. Raises InvalidInput for a `since` that is no version."""
    project, code = task.plan.project, task.code
    now = pack_from(read_shelf(project, [task]), task, budget)
    return newer_than(since, now, lambda seq: past_pack(project, code, budget, seq)) if since else now


def pack_for_project(project: Project, budget: int = DEFAULT_BUDGET, since: str = "") -> Json:
    """The same without a task: what is known of the project as a whole."""
    now = pack_from(read_shelf(project, []), None, budget)
    return newer_than(since, now, lambda seq: past_pack(project, "", budget, seq)) if since else now


def pack_from(shelf: Shelf, task: AnyTask | None, budget: int) -> Json:
    offers = offers_for(task, shelf) if task else offers_for_all(shelf)
    return pack(task.code if task else "", offers, budget, seq=shelf.seq)


def past_pack(project: Project, code: str, budget: int, seq: int) -> Json:
    """The pack as it was. Raises what `read_past_shelf` does, and KeyError for a task that there was not yet."""
    shelf = read_past_shelf(project, code, seq)
    return pack_from(shelf, shelf.tasks[code] if code else None, budget)


def newer_than(version: str, now: Json, past: Callable[[int], Json]) -> Json:
    """What is new in a pack since a version of it, or all of it, with the reason.

    The base is made anew from the log. Only if its hash is that of the version is it what the reader has: not with another
    budget, nor where the log does not tell all, as of a document that is gone.
    """
    known = parse_version(version)
    if known is None:
        raise InvalidInput({"since": ["Give the `version` of a pack that you were given."]})
    seq, mark = known
    if now["hash"].startswith(mark):
        return delta({**now, "version": version}, now)
    try:
        base = past(seq)
    except CursorLost:
        return whole(now, "trimmed")
    except (Forgotten, InvalidInput, KeyError):
        return whole(now, "unknown")
    return delta(base, now) if base["version"] == version else whole(now, "unknown")


def offers_for(task: AnyTask, shelf: Shelf) -> Iterator[Offer]:
    code, content = task.code, shelf.contexts.get("", {})
    everything_said = [*said(content, code), *said(shelf.contexts.get(code, {}), code, f"{code}/")]
    unknown = [tool for tool in task.mcp_tools if tool in shelf.unknown_tools]
    yield Offer("task", code, "The task itself.", describe(task, unknown), cut=True)
    if task.acceptance:
        yield Offer("criteria", code, "All of it must hold before the task is done.", listed(task.acceptance), cut=True)
    yield from handoff(code, shelf.left.get(code))
    yield from (offer for offer in everything_said if code in offer.why)
    builds_on = [shelf.tasks[other] for other in task.dependencies if other in shelf.tasks]
    yield from (neighbour("dependency", other, f"{code} builds on it.") for other in builds_on)
    yield from made_for(shelf, [code, *(other.code for other in builds_on)])
    yield from summary(content)
    yield from brief(shelf.brief)
    yield from (offer for offer in everything_said if code not in offer.why)
    yield from telling_of(code, shelf.passages)
    waiting = [shelf.tasks[other] for other in shelf.waiting.get(code, [])[:MOST_NEIGHBOURS] if other in shelf.tasks]
    yield from (neighbour("dependent", other, f"It waits for {code}.") for other in waiting)


def offers_for_all(shelf: Shelf) -> Iterator[Offer]:
    content = shelf.contexts.get("", {})
    yield from summary(content)
    yield from brief(shelf.brief)
    yield from said(content)


def made_for(shelf: Shelf, codes: Iterable[str]) -> Iterator[Offer]:
    """What work on tasks has made."""
    for code in codes:
        for artifact in shelf.made.get(code, [])[:MOST_ARTIFACTS]:
            yield Offer("artifact", artifact.ref, f"Made for {code}.", artifact.text)


def describe(task: AnyTask, unknown_tools: Sequence[str] = ()) -> str:
    lines = [f"{task.code} {task.title} ({task.status}, {task.progress} %, priority {task.priority})", task.description]
    lines += [f"Blocked: {task.blocked_reason}"] if task.blocked_reason else []
    lines += ["Deliverables:", listed(task.deliverables)] if task.deliverables else []
    lines += [f"Tools: {', '.join(task.mcp_tools)}"] if task.mcp_tools else []
    lines += [f"No tool server of the project has: {', '.join(unknown_tools)}"] if unknown_tools else []
    return "\n".join(filter(None, lines))


def listed(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def handoff(code: str, left: Left | None) -> Iterator[Offer]:
    """What the last holder left who did not finish."""
    if left and left.words:
        yield Offer("handoff", code, f"Left by {left.holder}, who held the task before.", left.words, cut=True)


def said(content: dict[str, Any], code: str = "", place: str = "") -> Iterator[Offer]:
    """What people and agents said, the newest first. The reason names the task that an entry is about, if it is this one. `place`
    goes before the names of entries that are not in the global context."""
    for field, (kind, why) in SAID.items():
        for number, entry in reversed(list(enumerate(carried(content, field)))):
            if text := entry_text(entry):
                reason = entry.get("why", "") if isinstance(entry, dict) else ""
                about = f"{why} for {code}." if code and is_about(entry, code) else f"{why} in the project."
                yield Offer(kind, f"{place}{field}[{number}]", about, f"{text} Why: {reason}" if reason else text)


def is_about(entry: Any, code: str) -> bool:
    return (isinstance(entry, dict) and entry.get("code") == code) or code in entry_text(entry)


def neighbour(kind: str, task: AnyTask, why: str) -> Offer:
    notes = [item["note"] for item in [*task.acceptance_answers, *task.evidence] if item.get("note")]
    parts = [f"{task.code} {task.title} ({task.status})", task.description, listed(task.deliverables), listed(notes)]
    return Offer(kind, task.code, why, "\n".join(filter(None, parts)), cut=True)


def summary(content: dict[str, Any]) -> Iterator[Offer]:
    if isinstance(text := content.get("summary"), str) and text:
        yield Offer("context", "summary", "Where the project stands.", text, cut=True)


def brief(said: Brief) -> Iterator[Offer]:
    """What the game is: the parts of the brief that hold for every task."""
    told = {"pitch": said.pitch, "visual_style": said.visual_style, "engine": said.engine}
    lists = {"platform": said.platform, "mechanics": said.mechanics, "constraints": said.constraints}
    told |= {name: "; ".join(entries) for name, entries in lists.items()}
    yield from (Offer("brief", name, "What the game is to be.", text) for name, text in told.items() if text)


def telling_of(code: str, passages: Iterable[Passage]) -> Iterator[Offer]:
    """The sections that tell of a task, and those of its own documents."""
    for passage in passages:
        if code in passage.codes:
            why = f"It tells of {code}, in “{passage.document}”."
            yield Offer("section", passage.ref, why, passage.text, cut=True)
