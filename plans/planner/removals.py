"""Taking tasks out, and taking unwanted things out of the tasks that stay."""

import re
from typing import Any

from plans.planner.matching import codes_in, find_tasks, is_about, mentions_thing
from plans.planner.wording import capital, listing, trim
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec

NEGATED = re.compile(r"\b(no|without|not|never|none|zero)\b", re.IGNORECASE)
ARTICLE = re.compile(
    r"^(?:any|all|the|a|an|our|more|such)\s+|,\s*(?:only|just)\s.*$"
    r"|\s+(?:tasks?|parts?|features?|stuff|altogether|completely|entirely|at all|any ?more|please"
    r"|from (?:the|our) (?:plan|game|scope)|in the game|for now)$",
    re.IGNORECASE,
)


def thing_of(text: str) -> str:
    """What is meant, without articles and filling words."""
    previous = None
    while previous != text:
        previous, text = text, ARTICLE.sub("", text.strip(" .,"))
    return text


def remove(text: str, bench: Workbench) -> list[str]:
    """Drop the tasks named by code or words; a thing that is only part of a task is taken out of it."""
    if codes_in(text, bench):
        return _drop_all([task.code for task in find_tasks(text, bench)], bench)
    thing = thing_of(text)
    about = [task for task in bench.tasks if is_about(task, thing)]
    if len(about) == 1:
        return _drop_all([about[0].code], bench)
    if not about and any(speaks_of(task, thing) for task in bench.tasks) and not _is_task(text):
        return exclude(thing, bench)
    return _drop_all([task.code for task in find_tasks(thing, bench)], bench)


def _is_task(text: str) -> bool:
    return bool(re.search(r"\btasks?\b", text, re.IGNORECASE))


def _drop_all(codes: list[str], bench: Workbench) -> list[str]:
    done = []
    for code in codes:
        title = bench[code].title
        bench.drop(code)
        done.append(f"Dropped {code} “{title}”; what depended on it now waits for what came before it.")
    return done


def exclude(thing: str, bench: Workbench) -> list[str]:
    """Drop the tasks about a thing and take mentions of it out of the others; work already begun stays as it is."""
    thing = thing_of(thing)
    touched = [task for task in bench.tasks if speaks_of(task, thing)]
    if not touched:
        return [f"“{thing}” is in no task of the plan; nothing had to change."]
    kept_frozen = [task.code for task in touched if task.code in bench.frozen]
    dropped, adjusted = [], []
    for task in [task for task in touched if task.code not in bench.frozen]:
        if is_about(task, thing) and len(bench.tasks) > 1:
            bench.drop(task.code)
            dropped.append(task.code)
        elif fields := without(task, thing):
            bench.update(task.code, **fields)
            adjusted.append(task.code)
    return _told(thing, dropped, adjusted, kept_frozen)


def _told(thing: str, dropped: list[str], adjusted: list[str], frozen: list[str]) -> list[str]:
    told = []
    if dropped:
        told.append(f"Dropped {listing(dropped)}, which {'was' if len(dropped) == 1 else 'were'} about “{thing}”.")
    if adjusted:
        told.append(f"Took “{thing}” out of {listing(adjusted)}.")
    if frozen:
        stay = "it is" if len(frozen) == 1 else "they are"
        why = f"although “{thing}” is mentioned there: already done or in progress"
        told.append(f"Left {listing(frozen)} as {stay}, {why}.")
    if not told:
        raise NotPossible
    return told


def speaks_of(task: TaskSpec, thing: str) -> bool:
    """Whether any text of the task mentions the thing as wanted."""
    lines = [task.title, *_sentences(task.description), *task.acceptance, *task.deliverables]
    return any(_wanted(line, thing) for line in lines)


def _wanted(line: str, thing: str) -> bool:
    return mentions_thing(line, thing) and not NEGATED.search(line)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def without(task: TaskSpec, thing: str) -> dict[str, Any]:
    """The changed fields of a task that no longer speaks of the thing; at least one line of each list stays."""
    fields = {
        "title": _title_without(task.title, thing),
        "description": " ".join(
            line for sentence in _sentences(task.description) if (line := _line_without(sentence, thing))
        ),
        "acceptance": _lines_without(task.acceptance, thing),
        "deliverables": _lines_without(task.deliverables, thing),
    }
    return {key: value for key, value in fields.items() if value != getattr(task, key)}


def _lines_without(lines: list[str], thing: str) -> list[str]:
    return [line for line in lines if not _wanted(line, thing)] or lines[:1]


def _line_without(sentence: str, thing: str) -> str:
    if not _wanted(sentence, thing):
        return sentence
    shorter = _less(sentence, thing)
    return shorter if shorter != sentence and not _wanted(shorter, thing) else ""


def _title_without(title: str, thing: str) -> str:
    if not mentions_thing(title, thing):
        return title
    shorter = _less(title, thing)
    return capital(trim(shorter)) if len(shorter.split()) >= 2 else title


def _less(text: str, thing: str) -> str:
    """The text without what mentions the thing: members of an enumeration or a closing phrase, whichever leaves more."""
    found = [
        shorter
        for shorter in (_fewer_members(text, thing), _without_tail(text, thing))
        if not mentions_thing(shorter, thing)
    ]
    whole = [shorter for shorter in found if shorter.count("“") == shorter.count("”")]
    return max(whole, key=len, default=text)


def _fewer_members(text: str, thing: str) -> str:
    members = re.split(r"(,\s+(?:and\s+)?|\s+and\s+)", text)
    pairs = [(members[place - 1] if place else "", members[place]) for place in range(0, len(members), 2)]
    joined = "".join(
        joint + part for place, (joint, part) in enumerate(pairs) if not place or not mentions_thing(part, thing)
    )
    return joined if joined.endswith((".", "!", "?")) or not text.endswith(".") else joined + "."


def _without_tail(text: str, thing: str) -> str:
    head, *tails = re.split(r"\s(?=(?:for|with|in|of|on|around|and|that)\s)", text)
    return " ".join([head, *(part for part in tails if not mentions_thing(part, thing))])
