"""Taking tasks out, and taking unwanted things out of the tasks that stay."""

import re
from dataclasses import dataclass, field

from plans.planner.excisions import text_without
from plans.planner.knowledge import words
from plans.planner.matching import NOISE, codes_in, find_tasks, is_about, mentions_thing, no_such_task, several
from plans.planner.wording import excerpt, listing, quoted, stem, stems, tokens
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec

NEGATED = re.compile(r"\b(no|without|not|never|none|zero)\b", re.IGNORECASE)
ARTICLE = re.compile(
    r"^(?:any|all|the|a|an|our|more|such)\s+|,\s*(?:only|just)\s.*$"
    r"|\s+(?:tasks?|parts?|features?|stuff|altogether|completely|entirely|at all|any ?more|please"
    r"|from (?:the|our) (?:plan|game|scope)|in the game|for now)$",
    re.IGNORECASE,
)

VERSION = re.compile(r"\s+(?:ports?|versions?|editions?|builds?|releases?|support)$", re.IGNORECASE)
MANY = 4
"""A single word that so many tasks mention does not say which of them is meant."""
ABOUT_WORDS, SHORT_LINE = 4, 6


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
    thing = _known_thing(text, bench)
    about = [task for task in bench.tasks if is_about(task, thing)]
    _refuse_vague(thing, about, bench)
    if len(about) == 1:
        return _drop_all([about[0].code], bench)
    if not about and any(speaks_of(task, thing) for task in bench.tasks) and not _is_task(text):
        return exclude(thing, bench)
    return _drop_all([task.code for task in find_tasks(thing, bench)], bench)


def _known_thing(text: str, bench: Workbench) -> str:
    """What is meant; "Switch" for "Switch port" when no task speaks of a port."""
    thing = thing_of(text)
    if all(token in words().nothing or stem(token) in NOISE or token in words().stop_words for token in tokens(thing)):
        raise NotPossible(no_such_task(""))
    shorter = VERSION.sub("", thing)
    known = any(speaks_of(task, thing) for task in bench.tasks)
    if not known and any(speaks_of(task, shorter) for task in bench.tasks):
        thing = shorter
    return _full_name(thing, bench)


def _full_name(thing: str, bench: Workbench) -> str:
    """ "Nintendo Switch" for "Switch": a name as the plan has it in full; other things as they are."""
    if not thing[:1].isupper() or " " in thing:
        return thing
    name = re.compile(rf"(?<=[a-z,] )(?:[A-Z][\w'’-]*\s)+{re.escape(thing)}\b")
    found = [hit for task in bench.tasks for hit in name.findall(task.title)]
    return found[0] if found and all(hit == found[0] for hit in found) else thing


def _refuse_vague(thing: str, about: list[TaskSpec], bench: Workbench) -> None:
    """A single word that is all over the plan and in no title, such as "test", names no task."""
    if len(stems(thing)) > 1 or any(stems(thing) & stems(task.title) for task in about):
        return
    speaking = [task for task in bench.tasks if stems(thing) & stems(_all_text(task))]
    if len(speaking) >= MANY or (about and len([task for task in speaking if task not in about]) > 1):
        first = sorted(speaking, key=lambda task: (task not in about, not mentions_thing(task.title, thing)))
        raise NotPossible(several(thing, first))


def _all_text(task: TaskSpec) -> str:
    return " ".join([task.title, task.description, *task.acceptance, *task.deliverables])


def _is_task(text: str) -> bool:
    return bool(re.search(r"\btasks?\b", text, re.IGNORECASE))


def _drop_all(codes: list[str], bench: Workbench) -> list[str]:
    done = []
    for code in codes:
        title = bench[code].title
        bench.drop(code)
        done.append(f"Dropped {code} “{title}”; what depended on it now waits for what came before it.")
    return done


@dataclass
class Less:
    """A task's texts without a thing: the changed fields, the lines that went, and those that still speak of it."""

    fields: dict[str, str | list[str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def exclude(thing: str, bench: Workbench) -> list[str]:
    """Drop the tasks about a thing and take mentions of it out of the others; work already begun stays as it is."""
    thing = _full_name(thing_of(thing), bench)
    if all(token in words().nothing or token in words().stop_words for token in tokens(thing)):
        raise NotPossible("say what is not wanted")
    touched = [task for task in bench.tasks if speaks_of(task, thing)]
    if not touched:
        return [f"“{thing}” is in no task of the plan; nothing had to change."]
    _refuse_vague(thing, [task for task in touched if is_about(task, thing)], bench)
    kept_frozen = [task.code for task in touched if task.code in bench.frozen]
    dropped: list[str] = []
    changed: dict[str, Less] = {}
    for task in [task for task in touched if task.code not in bench.frozen]:
        if is_about(task, thing) and len(bench.tasks) > 1:
            bench.drop(task.code)
            dropped.append(f"{task.code} “{excerpt(task.title, 60)}”")
        else:
            changed[task.code] = without(task, thing)
    for code, less in changed.items():
        if less.fields:
            bench.update(code, **less.fields)
    return _told(thing, dropped, changed, kept_frozen)


def _told(thing: str, dropped: list[str], changed: dict[str, Less], frozen: list[str]) -> list[str]:
    told = []
    if dropped:
        told.append(f"Dropped {listing(dropped)}, which {'was' if len(dropped) == 1 else 'were'} about “{thing}”.")
    if adjusted := [code for code, less in changed.items() if less.fields]:
        told.append(f"Took “{thing}” out of {listing(adjusted)}.")
    told += [f"Removed from {code}: {line}." for code, less in changed.items() for line in less.gone]
    if frozen:
        stay = "it is" if len(frozen) == 1 else "they are"
        why = f"although “{thing}” is mentioned there: already done or in progress"
        told.append(f"Left {listing(frozen)} as {stay}, {why}.")
    left = [f"{line} of {code}" for code, less in changed.items() for line in less.left]
    if not told and left:
        raise NotPossible(f"it is only mentioned, and cannot be taken out of {', '.join(left[:3])}")
    if not told:
        raise NotPossible
    return [*told, *(f"Left {line} as it is, although “{thing}” is mentioned there." for line in left)]


def speaks_of(task: TaskSpec, thing: str) -> bool:
    """Whether any text of the task mentions the thing as wanted."""
    lines = [task.title, *_sentences(task.description), *task.acceptance, *task.deliverables]
    return any(_wanted(line, thing) for line in lines)


def _wanted(line: str, thing: str) -> bool:
    return mentions_thing(line, thing) and not NEGATED.search(line)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def without(task: TaskSpec, thing: str) -> Less:
    """The task's texts without the thing, as far as they stay good sentences; of each list at least one line stays."""
    less = Less()
    title = _line_without(task.title, thing)
    if _wanted(title, thing):
        less.left.append(f"the title {quoted(excerpt(title, 80))}")
    sentences = [_line_without(line, thing) for line in _sentences(task.description)]
    less.left += [f"the sentence {quoted(excerpt(line, 80))}" for line in sentences if _wanted(line, thing)]
    fields: dict[str, str | list[str]] = {
        "title": title,
        "description": " ".join(sentences),
        "acceptance": _lines_without(task.acceptance, thing, "the criterion", less),
        "deliverables": _lines_without(task.deliverables, thing, "the deliverable", less),
    }
    less.fields = {key: value for key, value in fields.items() if value != getattr(task, key)}
    return less


def _lines_without(lines: list[str], thing: str, name: str, less: Less) -> list[str]:
    shorter = [_line_without(line, thing) for line in lines]
    gone = [line for line in shorter if _wanted(line, thing) and _opens_with(line, thing)]
    kept = [line for line in shorter if line not in gone]
    if not kept:
        kept, gone = shorter[:1], shorter[1:]
    less.gone += [f"{name} {quoted(line)}" for line in gone]
    less.left += [f"{name} {quoted(excerpt(line, 80))}" for line in kept if _wanted(line, thing)]
    return kept


def _opens_with(line: str, thing: str) -> bool:
    """Whether a line is about the thing: it begins with it, or is too short to be about anything else."""
    found = tokens(line)
    return len(found) <= SHORT_LINE or mentions_thing(" ".join(found[:ABOUT_WORDS]), thing)


def _line_without(line: str, thing: str) -> str:
    if not _wanted(line, thing):
        return line
    shorter = text_without(line, thing)
    return line if mentions_thing(shorter, thing) else shorter
