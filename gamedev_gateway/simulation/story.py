"""What a scripted agent does about a task, in which order and in which words. Pure: the same task and seed, the same story."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Literal

from gamedev_gateway.simulation.words import (
    BLOCKERS,
    CRITERION_NOTES,
    DECISIONS,
    GOING_ON,
    GREETINGS,
    HANDOFFS,
    PROGRESS_NOTES,
    QUESTIONS,
    REOPENINGS,
    SECOND_LOOKS,
)

Verb = Literal["progress", "block", "release", "decide", "ask", "listen", "register", "complete"]
BLOCKED_EVERY, REOPENED_EVERY, GIVEN_BACK_EVERY = 5, 7, 6
"""One task in so many is blocked for a while, reopened after its completion, or given back for somebody else to go on."""
NEARLY = 90
"""Progress from which on only a repair is left: a task that was completed and reopened stands there."""


@dataclass(frozen=True)
class Step:
    """One thing done with a tool. `pause`: seconds before it, at normal speed. Artifacts are named by their path.
    `once`: not done again when somebody goes on with the task later."""

    verb: Verb
    body: dict[str, Any] = field(default_factory=dict)
    pause: float = 1.0
    once: bool = False


def tell(task: Mapping[str, Any], seed: int = 0, handoff: str = "") -> list[Step]:
    """The steps from a task as it stands now to its completion, or until it is given back; one begun before goes on from where
    it is, with what its last holder left."""
    rng = chance(task, seed)
    if task["progress"] >= NEARLY:
        return repair(task, rng)
    number = number_of(task) + seed
    work = [
        *beginning(task, rng),
        *middle(task, rng, stops=obstacle(rng) if number % BLOCKED_EVERY == 0 else handing_over(task, rng, number)),
        *delivery(task, rng),
        *ending(task, rng),
    ]
    return until_given_back([*going_on(task, handoff), *what_is_left(work, task)])


def chance(task: Mapping[str, Any], seed: int) -> Random:
    return Random(f"{seed}:{task['code']}:{task['title']}")  # noqa: S311  a story, not a secret


def number_of(task: Mapping[str, Any]) -> int:
    return int(re.sub(r"\D", "", task["code"]) or 0)


def what_is_left(work: list[Step], task: Mapping[str, Any]) -> list[Step]:
    """Of a task that was begun: what comes after the progress that it has, without what belongs to the beginning."""
    if task["progress"] == 0:
        return work
    reached = [
        place for place, step in enumerate(work) if step.verb == "progress" and step.body["percent"] <= task["progress"]
    ]
    return [step for step in work[max(reached, default=-1) + 1 :] if not step.once]


def until_given_back(steps: list[Step]) -> list[Step]:
    ends = [place for place, step in enumerate(steps) if step.verb == "release"]
    return steps[: ends[0] + 1] if ends else steps


def beginning(task: Mapping[str, Any], rng: Random) -> list[Step]:
    text = rng.choice(GREETINGS).format(code=task["code"], title=task["title"])
    return [Step("progress", {"percent": 0, "note": text}, rng.uniform(0.6, 1.6), once=True)]


def going_on(task: Mapping[str, Any], handoff: str) -> list[Step]:
    if not handoff:
        return []
    left = handoff.rpartition(GOING_ON.format(handoff=""))[2]  # what others said when they went on says nothing new
    return [Step("progress", {"percent": task["progress"], "note": GOING_ON.format(handoff=left)})]


def middle(task: Mapping[str, Any], rng: Random, *, stops: list[Step]) -> list[Step]:
    """The work itself: notes on the way, a decision or a question, and perhaps something that stands in the way."""
    marks = sorted(rng.sample(range(10, 85, 5), k=rng.randint(2, 3)))
    steps: list[Step] = []
    for place, percent in enumerate(marks):
        note = rng.choice(PROGRESS_NOTES[place]).format(thing=rng.choice(things(task)))
        steps.append(Step("progress", {"percent": percent, "note": note}, rng.uniform(0.9, 2.0)))
        if place == 0:
            steps += [*talk(task, rng), *stops]
    return steps


def talk(task: Mapping[str, Any], rng: Random) -> list[Step]:
    """A decision, a question to people, or nothing."""
    thing, luck = rng.choice(things(task)), rng.random()
    if luck < 0.35:
        text, why = rng.choice(DECISIONS)
        return [Step("decide", {"text": text.format(thing=thing), "why": why}, rng.uniform(0.6, 1.4), once=True)]
    if luck < 0.55:
        question, options = rng.choice(QUESTIONS)
        asked = {"question": question.format(thing=thing), "options": options}
        return [
            Step("ask", asked, rng.uniform(0.6, 1.4), once=True),
            Step("listen", pause=rng.uniform(2, 4), once=True),
        ]
    return []


def obstacle(rng: Random) -> list[Step]:
    """Something that people must put right. The agent takes other work meanwhile."""
    kind, reason, _ = rng.choice(BLOCKERS)
    left = {"reason": "Blocked.", "handoff": reason}
    return [
        Step("block", {"description": reason, "kind": kind}, rng.uniform(0.8, 1.6), once=True),
        Step("release", left, rng.uniform(0.4, 0.8), once=True),
    ]


def handing_over(task: Mapping[str, Any], rng: Random, number: int) -> list[Step]:
    if number % GIVEN_BACK_EVERY:
        return []
    reason, handoff = rng.choice(HANDOFFS)
    left = {"reason": reason, "handoff": handoff.format(thing=rng.choice(things(task)))}
    return [Step("release", left, rng.uniform(0.8, 1.6), once=True)]


def delivery(task: Mapping[str, Any], rng: Random) -> list[Step]:
    """What the task was to deliver, registered."""
    return [Step("register", artifact, rng.uniform(0.5, 1.2)) for artifact in artifacts_of(task)]


def ending(task: Mapping[str, Any], rng: Random) -> list[Step]:
    return [Step("complete", {"evidence": evidence(task, rng)}, rng.uniform(0.6, 1.4))]


def repair(task: Mapping[str, Any], rng: Random) -> list[Step]:
    note = {"percent": 95, "note": rng.choice(SECOND_LOOKS)}
    return [Step("progress", note, rng.uniform(1.0, 2.0)), *ending(task, rng)]


def evidence(task: Mapping[str, Any], rng: Random) -> list[dict[str, Any]]:
    """What shows that every criterion holds, then what was made and which tools were used."""
    shown = [
        {"criterion": criterion, "note": rng.choice(CRITERION_NOTES), **test_run(rng)}
        for criterion in task["acceptance"]
    ]
    made = [
        {"kind": "screenshot" if artifact["category"] == "screenshot" else "asset", "artifact": artifact["path"]}
        for artifact in artifacts_of(task)
    ]
    tools = [
        {"kind": "log", "note": f"{tool} ran in {rng.uniform(0.2, 9):.1f} s."}
        for tool in rng.sample(task["mcp_tools"], k=min(2, len(task["mcp_tools"])))
    ]
    return [*shown, *made, *tools]


def test_run(rng: Random) -> dict[str, Any]:
    return {"kind": "test", "passed": rng.randint(2, 60), "failed": 0}


# What people do about it


def second_look(task: Mapping[str, Any], seed: int = 0) -> str | None:
    """Why somebody reopens a task after its completion; None for most tasks."""
    if (number_of(task) + seed) % REOPENED_EVERY != 3:
        return None
    rng = chance(task, seed)
    return rng.choice(REOPENINGS).format(thing=rng.choice(things(task)))


def way_out(reason: str) -> str:
    """What people say when they have put right what blocked a task."""
    return next((answer for _, told, answer in BLOCKERS if told == reason), "That is out of the way now.")


def things(task: Mapping[str, Any]) -> list[str]:
    """What the work is about, in the task's own words."""
    return [without_place(text) for text in task["deliverables"]] or [task["title"]]


def without_place(deliverable: str) -> str:
    """“Style sheet (docs/style.md)” → “Style sheet”, “Test scene: gems” → “Test scene for gems”: how one speaks of it."""
    text = re.sub(r"\s*\(.*?\)", "", deliverable).strip(" :.") or deliverable
    return text.replace(": ", " for ")


# Artifacts

NAMED_FILE = re.compile(r"[\w./-]+\.[A-Za-z][A-Za-z0-9]{1,4}\b")
KINDS = {
    "screenshot": ("screenshot", "screenshot", "captures/{slug}.png"),
    "capture": ("video", "screenshot", "captures/{slug}.mp4"),
    "scene": ("scene", "asset", "scenes/{slug}.{scene}"),
    "test": ("test", "code", "tests/{slug}.{script}"),
    "script": ("script", "code", "scripts/{slug}.{script}"),
    "system": ("script", "code", "scripts/{slug}.{script}"),
    "data": ("data", "asset", "data/{slug}.json"),
    "audio": ("audio", "asset", "audio/{slug}.ogg"),
    "build": ("build", "asset", "builds/{slug}.zip"),
    "report": ("report", "document", "docs/{slug}.md"),
    "note": ("report", "document", "docs/{slug}.md"),
}
"""A word in the deliverable → type, category, where it lies. The first that fits."""
ANYTHING = ("file", "asset", "deliverables/{slug}")
ENDINGS = {"unity": {"scene": "unity", "script": "cs"}, "godot": {"scene": "tscn", "script": "gd"}}
OTHER_ENDINGS = {"scene": "scene", "script": "txt"}


def artifacts_of(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One artifact for each deliverable, at the place that it names or that its words suggest."""
    found: dict[str, dict[str, Any]] = {}
    for deliverable in task["deliverables"]:
        artifact = artifact_of(task, deliverable)
        found.setdefault(artifact["path"], artifact)
    return list(found.values())


def artifact_of(task: Mapping[str, Any], deliverable: str) -> dict[str, Any]:
    words = deliverable.lower()
    kind, category, place = next((KINDS[word] for word in KINDS if word in words), ANYTHING)
    name = re.sub(r"[^a-z0-9]+", "-", without_place(words))[:40].strip("-") or "result"
    path = place.format(slug=f"{task['code'].lower()}-{name}", **endings_of(task))
    if named := NAMED_FILE.search(deliverable):
        path = named[0]
        kind, category = ("document", "document") if path.endswith(".md") else (kind, category)
    digest = sha256(f"{task['code']} {deliverable}".encode()).hexdigest()
    return {"type": kind, "category": category, "path": path[:1000], "sha256": digest}


def endings_of(task: Mapping[str, Any]) -> dict[str, str]:
    """The file endings of the engine that the task's tools belong to."""
    engines = (tool.partition(".")[0] for tool in task["mcp_tools"])
    return next((ENDINGS[engine] for engine in engines if engine in ENDINGS), OTHER_ENDINGS)
