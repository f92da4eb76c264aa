"""What the scripted agent does about a task, in which order and in which words. Pure: the same task and seed, the same story."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Literal

from gamedev_gateway.simulation.words import (
    BLOCKERS,
    CRITERION_NOTES,
    GREETINGS,
    PROGRESS_NOTES,
    REOPENINGS,
    SECOND_LOOKS,
)

Verb = Literal["start", "progress", "block", "unblock", "complete", "reopen", "publish", "register", "validate"]
BLOCKED_EVERY, REOPENED_EVERY = 5, 7
"""One task in so many is blocked for a while, or reopened after its completion."""
NEARLY = 90
"""Progress from which on only a repair is left: a task that was completed and reopened stands there."""


@dataclass(frozen=True)
class Step:
    """One thing done through the API. `pause`: seconds before it, at normal speed. Artifacts are named by their path.
    `once`: not done again when somebody goes on with the task later."""

    verb: Verb
    body: dict[str, Any] = field(default_factory=dict)
    pause: float = 1.0
    once: bool = False


def tell(task: Mapping[str, Any], seed: int = 0) -> list[Step]:
    """The steps from a task as it stands now to its completion; a task begun before goes on from where it is."""
    rng = Random(f"{seed}:{task['code']}:{task['title']}")  # noqa: S311  a story, not a secret
    if task["progress"] >= NEARLY:
        return [*way_out(task), *repair(task, rng)]
    number = int(re.sub(r"\D", "", task["code"]) or 0) + seed
    work = [
        *beginning(task, rng),
        *middle(task, rng, is_blocked=number % BLOCKED_EVERY == 0),
        *delivery(task, rng),
        *ending(task, rng),
    ]
    again = second_look(task, rng) if number % REOPENED_EVERY == 3 else []
    return [*way_out(task), *what_is_left(work, task), *again]


def what_is_left(work: list[Step], task: Mapping[str, Any]) -> list[Step]:
    """Of a task that was begun: what comes after the progress that it has, without what belongs to the beginning."""
    if task["status"] == "pending":
        return work
    reached = [
        place for place, step in enumerate(work) if step.verb == "progress" and step.body["percent"] <= task["progress"]
    ]
    return [step for step in work[max(reached, default=-1) + 1 :] if not step.once]


def way_out(task: Mapping[str, Any]) -> list[Step]:
    return [Step("unblock", pause=0.8)] if task["status"] == "blocked" else []


def beginning(task: Mapping[str, Any], rng: Random) -> list[Step]:
    steps = [Step("start", pause=rng.uniform(0.6, 1.6), once=True)]
    if rng.random() < 0.6:
        text = rng.choice(GREETINGS).format(code=task["code"], title=task["title"])
        steps.append(say("chat", {"text": text}, rng.uniform(0.4, 1.2), once=True))
    return steps


def middle(task: Mapping[str, Any], rng: Random, *, is_blocked: bool) -> list[Step]:
    """The work itself: notes on the way, a tool call or two, perhaps something that stands in the way."""
    marks = sorted(rng.sample(range(10, 85, 5), k=rng.randint(2, 3)))
    steps: list[Step] = []
    for place, percent in enumerate(marks):
        note = rng.choice(PROGRESS_NOTES[place]).format(thing=rng.choice(things(task)))
        steps.append(Step("progress", {"percent": percent, "note": note}, rng.uniform(0.9, 2.0)))
        if task["mcp_tools"] and rng.random() < 0.5:
            steps.append(tool_call(rng.choice(task["mcp_tools"]), rng))
        if place == 0 and is_blocked:
            steps += obstacle(rng)
    return steps


def obstacle(rng: Random) -> list[Step]:
    kind, reason, answer = rng.choice(BLOCKERS)
    return [
        Step("block", {"reason": reason, "kind": kind}, rng.uniform(0.8, 1.6), once=True),
        say("chat", {"text": answer}, rng.uniform(1.5, 3.0), once=True),
        Step("unblock", pause=rng.uniform(0.5, 1.2), once=True),
    ]


def delivery(task: Mapping[str, Any], rng: Random) -> list[Step]:
    """What the task was to deliver, registered and checked; scenes are told of as scenes too."""
    steps: list[Step] = []
    for artifact in artifacts_of(task):
        steps.append(Step("register", artifact, rng.uniform(0.5, 1.2)))
        verdict = {"path": artifact["path"], "status": "valid", "report": {"checked_by": "scripted agent"}}
        steps.append(Step("validate", verdict, rng.uniform(0.3, 0.8)))
        if artifact["type"] == "scene":
            scene = {
                "name": artifact["path"].rsplit("/", 1)[-1],
                "path": artifact["path"],
                "text": "The scene was saved.",
            }
            steps.append(say("scene", scene, 0.3))
    return steps


def ending(task: Mapping[str, Any], rng: Random) -> list[Step]:
    line = {"text": f"All checks of {task['code']} are green.", "level": "info", "data": {"checks": rng.randint(4, 40)}}
    return [say("log", line, rng.uniform(0.3, 0.8)), Step("complete", completion(task, rng), rng.uniform(0.6, 1.4))]


def second_look(task: Mapping[str, Any], rng: Random) -> list[Step]:
    """Somebody looks again, finds something, and it is put right."""
    reason = rng.choice(REOPENINGS).format(thing=rng.choice(things(task)))
    return [Step("reopen", {"reason": reason}, rng.uniform(1.2, 2.4)), *repair(task, rng)]


def repair(task: Mapping[str, Any], rng: Random) -> list[Step]:
    note = {"percent": 95, "note": rng.choice(SECOND_LOOKS)}
    done = completion(task, rng)
    return [Step("progress", note, rng.uniform(1.0, 2.0)), Step("complete", done, rng.uniform(0.6, 1.4))]


def completion(task: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    """Every criterion answered with yes, and what shows it."""
    answers = [
        {"criterion": criterion, "met": True, "note": rng.choice(CRITERION_NOTES)} for criterion in task["acceptance"]
    ]
    evidence = [{"kind": "artifact", "artifact": artifact["path"]} for artifact in artifacts_of(task)]
    tried = {"kind": "test", "note": f"{rng.randint(6, 60)} checks, none failing."}
    return {"acceptance": answers, "evidence": [*evidence, tried]}


def tool_call(tool: str, rng: Random) -> Step:
    payload = {"name": tool, "status": "succeeded", "text": f"{tool} ran in {rng.uniform(0.2, 9):.1f} s."}
    return say("action", payload, rng.uniform(0.4, 1.0))


def say(event_type: str, payload: dict[str, Any], pause: float, *, once: bool = False) -> Step:
    return Step("publish", {"type": event_type, "payload": payload}, pause, once)


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
    size = 500 + int(digest[:5], 16)
    return {"type": kind, "category": category, "path": path[:1000], "sha256": digest, "size_bytes": size}


def endings_of(task: Mapping[str, Any]) -> dict[str, str]:
    """The file endings of the engine that the task's tools belong to."""
    engines = (tool.partition(".")[0] for tool in task["mcp_tools"])
    return next((ENDINGS[engine] for engine in engines if engine in ENDINGS), OTHER_ENDINGS)
