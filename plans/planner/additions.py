"""New tasks from a few words."""

import re

from plans.brief import Brief
from plans.planner.checks import Setting, topic_of
from plans.planner.genre import recognise_engine, recognise_genre, tools_for
from plans.planner.knowledge import Topic, words
from plans.planner.matching import CODE, find_task, fit, kin
from plans.planner.phrases import phrase, starts_with_verb
from plans.planner.removals import thing_of
from plans.planner.spans import quotation, veiled
from plans.planner.wording import PARENTHESIS, capital, is_english, quoted, shorten, small, stems, tokens
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import Estimates, TaskFields

ALREADY_THERE, RELATED = 1.0, 0.45
HOURS = {1: 3.0, 2: 6.0, 3: 10.0, 5: 18.0, 8: 30.0, 13: 50.0}
LEAD_IN = re.compile(
    r"^(?:(?:a|an|another|one|new|separate)\s+)*(?:tasks?|steps?|items?)\s+(?:for|to|about|on|that|called|named)\s+"
    r"|^(?:(?:a|an|another|one|new|separate)\s+)*(?:tasks?|steps?|items?)\s*:?\s+(?=[\"“«'‘])"
    r"|^(?:support|room) for\s+(?=the )",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"^(?P<what>.*\S?),?\s+(?P<side>before|after)\s+(?:the\s+)?(?P<where>(?:(?!,|\sand\s).)+)$", re.IGNORECASE
)
ONE_TASK = re.compile(r"^(?:(?:a|an|another|one|new|separate|single)\s+)+(?:task|step|item)\s", re.IGNORECASE)
CALLED_TASK = re.compile(r"^(?:a |an |another |one )?(?P<what>.+?) tasks?(?=\s*(?:\(|$))", re.IGNORECASE)
OPENS_LIST = re.compile(r"\s(?:into|in|for|with|from|between|of|to|on|like|such as|including)\s", re.IGNORECASE)
""" "localisation into English, German and Japanese" is one thing."""
ARTICLE_FIRST = re.compile(r"(?:an?|the|some|another)\s|[\"“]", re.IGNORECASE)
JOINED_ORDER = re.compile(r"\s(?:and|,)\s+(?!(?:a|an|the|some|my|our|your)\b)[a-z]+ (?:the|my|our|your) ")
""" "and dance the tango" is no thing to add."""
NEW_ITEM = r"(?:an?\s|the\s|some\s|\w+(?: \w+)? (?:support|mode|system|task|tree|menu|screen|board|editor))"


def add(text: str, bench: Workbench, brief: Brief) -> list[str]:
    """A task for each thing listed."""
    what, anchor = _place(text, bench)
    return [line for item in items_of(what) for line in _add_one(item, bench, brief, anchor)]


def items_of(text: str) -> list[str]:
    """ "localisation, a shop and a boss fight" as three things; "dash and slash" as one."""
    lead = LEAD_IN.sub("", text)
    readable = veiled(lead)
    if JOINED_ORDER.search(readable) and not starts_with_verb(small(lead)):
        raise NotPossible
    joint = rf"\s+and\s+(?={NEW_ITEM}|[\"“])"
    if "," in readable:
        joint = rf"\s*,\s*(?:and\s+)?|{joint}|\s+and\s+(?=\S+$)"
    parts, start = [], 0
    for found in re.finditer(joint, readable):
        in_list = ONE_TASK.match(text) or OPENS_LIST.search(readable, start, found.start())
        shares_noun = _is_proper(lead[start : found.start()]) and _is_proper(lead[found.end() :].split(" ")[0])
        if not (in_list or shares_noun) or ARTICLE_FIRST.match(lead, found.end()):
            parts.append(lead[start : found.start()])
            start = found.end()
    return [part for part in [*parts, lead[start:]] if stems(part)]


def _is_proper(text: str) -> bool:
    """Whether all words are names of the kind that describe others: "French, German" before "and Spanish localisation"."""
    return bool(tokens(text)) and set(tokens(text)) <= words().proper | {"and"}


def _add_one(item: str, bench: Workbench, brief: Brief, place: tuple[str, str] | None) -> list[str]:
    text, own_place = _place(item, bench)
    anchor = own_place or place
    plain = LEAD_IN.sub("", text).strip()
    title = quotation(plain)
    asked = title or CALLED_TASK.sub(lambda found: found["what"], plain).strip(" \"'“”")
    thing = title or thing_of(PARENTHESIS.sub("", asked) or asked)
    if not stems(thing):
        raise NotPossible
    if existing := _existing(thing, bench):
        return [f"“{thing}” is already there as {existing} “{bench[existing].title}”."]
    needs, idx = _where(thing, bench, anchor)
    fields = _fields(thing, asked, needs, brief)
    code = bench.add(fields.model_copy(update={"title": capital(shorten(title, 190))}) if title else fields, idx)
    _awaited(code, anchor, bench)
    before_release(code, bench)
    return [f"Added {code} “{bench[code].title}”{f' after {needs[0]}' if needs else ''}."]


def _place(item: str, bench: Workbench) -> tuple[str, tuple[str, str] | None]:
    """The thing, and the task it was asked to stand before or after."""
    found = PLACE.match(veiled(item))
    where = item[found.start("where") :] if found else ""
    if not found or not (CODE.search(where) or len(where.split()) <= 4):
        return item, None
    try:
        return item[: found.end("what")], (found["side"].lower(), find_task(where, bench).code)
    except NotPossible:
        if CODE.search(where):
            raise
        return item, None


def _existing(thing: str, bench: Workbench) -> str | None:
    """The task that already is this thing: its title has all the words, and little else than kin of them."""
    wanted = stems(thing)
    for task in bench.tasks:
        title = stems(task.title)
        if (
            all(kin(word) & title for word in wanted)
            and fit(thing, task) >= ALREADY_THERE
            and (len(wanted) > 1 or fit(thing, task) >= 1.1)
        ):
            return task.code
    return None


def _where(thing: str, bench: Workbench, anchor: tuple[str, str] | None) -> tuple[list[str], int]:
    """What the new task waits for, and its place in the list."""
    release = bench.release()
    last = bench.index(release.code) if release else len(bench.tasks)
    if anchor:
        side, code = anchor
        return (
            ([code], bench.index(code) + 1) if side == "after" else (list(bench[code].dependencies), bench.index(code))
        )
    candidates = bench.tasks[:last] or bench.tasks[:1]
    best = max(candidates, key=lambda task: fit(thing, task))
    base = best if fit(thing, best) >= RELATED else max(candidates, key=lambda task: len(bench.dependents(task.code)))
    return [base.code], max(last, bench.index(base.code) + 1) if last < len(bench.tasks) else last


def _awaited(code: str, anchor: tuple[str, str] | None, bench: Workbench) -> None:
    """What the new task was asked to come before waits for it."""
    if anchor and anchor[0] == "before" and anchor[1] not in bench.frozen and code not in bench[anchor[1]].dependencies:
        bench.update(anchor[1], dependencies=[*bench[anchor[1]].dependencies, code])


def before_release(code: str, bench: Workbench) -> None:
    """The release waits for the new task, unless work on it has begun or that would close a circle."""
    release = bench.release()
    if (
        release
        and release.code != code
        and release.code not in bench.frozen
        and release.code not in bench.needs(code)
        and code not in bench.needs(release.code)
    ):
        bench.update(release.code, dependencies=[*release.dependencies, code])


def _fields(thing: str, asked: str, needs: list[str], brief: Brief) -> TaskFields:
    topic = topic_of(thing, Setting.of(brief)) or Topic(words=[], acceptance=[])
    spoken = _spoken(thing) if is_english(thing) else quoted(shorten(thing, 60))
    lines = [
        *topic.acceptance,
        f"A tester meets {spoken} in the build and can say what it is for, without being told.",
        "The change is covered by an automated test or by a written test step with its result.",
    ]
    return TaskFields(
        title=shorten(title_for(thing, asked), 120),
        description=f"Add {spoken} to the game, first in the smallest form that can be tried, then finished. "
        "It was asked for while refining the plan; what it adds to the brief and what it may cost is agreed "
        "before work starts.",
        dependencies=needs,
        acceptance=lines[:4],
        mcp_tools=_tools(topic.kind, brief),
        deliverables=topic.deliverables
        or [f"{capital(spoken)} in the build", "Tests or test steps with their results"],
        estimates=Estimates(story_points=topic.points, time_hours=HOURS[topic.points]),
        priority=3,
    )


def _spoken(thing: str) -> str:
    """The thing inside a sentence; a capital letter that a person wrote after "add" is meant."""
    return phrase(thing, frozenset(thing.split()[:1])).thing


def title_for(thing: str, asked: str) -> str:
    """A title in words that name the thing."""
    if not is_english(thing):
        return f"Add {quoted(shorten(thing, 100))}"
    if starts_with_verb(small(thing)) and len(thing.split()) > 1:
        return capital(thing)
    return f"Add {asked}"


def _tools(kind: str, brief: Brief) -> list[str]:
    return tools_for(recognise_engine(brief)[1], kind, brief, recognise_genre(brief))
