"""Finding the task that a person means by a few words."""

import re
from functools import cache

from plans.planner.knowledge import words
from plans.planner.spans import split_outside
from plans.planner.wording import excerpt, fold, quoted, stem, stems, tokens
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec

CODE = re.compile(r"\bT-?(\d{1,6})\b", re.IGNORECASE)
NOISE = frozenset(
    stem(word)
    for word in (
        "task",
        "tasks",
        "part",
        "parts",
        "stuff",
        "step",
        "item",
        "work",
        "thing",
        "bit",
        "plan",
        "about",
        "feature",
        "system",
        "implement",
        "build",
        "whole",
        "entire",
    )
)
HEAD_END = re.compile(
    r"\s(?:for|with|in|to|of|on|around|from|across|against|that|at|by|using|without|behind|under)\s|\s[–(]"
)
LIST = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
ENOUGH, LEAD = 0.6, 0.15
MOST_NAMED = 4
ARTICLE = re.compile(r"^(?:the|a|an|our)\s+", re.IGNORECASE)


def codes_in(text: str, bench: Workbench) -> list[str]:
    """The codes named in the text, in order. A code that the plan does not have is refused."""
    found = list(dict.fromkeys(f"T-{int(number):03d}" for number in CODE.findall(text)))
    for code in found:
        if code not in bench:
            raise NotPossible(f"there is no {code}")
    return found


def find_tasks(text: str, bench: Workbench) -> list[TaskSpec]:
    """The tasks meant by a list such as "T-003, the boss and audio"; refused when a part of it fits none."""
    parts = [part for part in split_outside(LIST, text) if part.strip()]
    if len(parts) < 2:
        return [find_task(text, bench)]
    try:
        return [find_task(text, bench)]
    except NotPossible:
        found = [find_task(part, bench) for part in parts]
        if any(CODE.search(part) and not _belongs(part, task) for part, task in zip(parts, found, strict=True)):
            raise NotPossible from None
    return list({task.code: task for task in found}.values())


def find_task(text: str, bench: Workbench) -> TaskSpec:
    """The one task meant by a code or by words; refused when none or several fit."""
    if codes := codes_in(text, bench):
        parts = split_outside(LIST, text)
        if len(codes) > 1 or (len(parts) > 1 and not all(_belongs(part, bench[codes[0]]) for part in parts)):
            raise NotPossible
        return bench[codes[0]]
    scored = sorted(
        ((fit(text, task), -place, task) for place, task in enumerate(bench.tasks)),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    best = scored[0][0]
    if best < ENOUGH:
        raise NotPossible(no_such_task(text))
    close = [task for score, _, task in scored if score > best - LEAD]
    if len(close) > 1:
        raise NotPossible(several(text, close))
    return scored[0][2]


def no_such_task(text: str) -> str:
    """Why nothing was done for words that fit no task."""
    if not stems(text) - NOISE:
        return "say which task"
    return f"no task is about {quoted(excerpt(ARTICLE.sub('', text), 60))}"


def several(text: str, tasks: list[TaskSpec]) -> str:
    """Why nothing was done for words that fit several tasks: which they are."""
    shown = [f"{task.code} “{excerpt(task.title, 48)}”" for task in tasks[:MOST_NAMED]]
    rest = len(tasks) - len(shown)
    named = ", ".join([*shown, f"{rest} more"] if rest else shown)
    return f"{quoted(excerpt(ARTICLE.sub('', text), 60))} may mean {named}; say which"


def _belongs(part: str, task: TaskSpec) -> bool:
    """Whether all that a part of a list says, besides a code, are words of the task's title."""
    return stems(CODE.sub("", part)) - NOISE <= stems(task.title)


def fit(text: str, task: TaskSpec) -> float:
    """How well the words fit a task, 0 to about 1.3: its title counts most, its beginning more, its other text a little."""
    wanted = stems(text) - NOISE
    if not wanted:
        return 0.0
    title, head = stems(task.title), stems(title_head(task.title))
    rest = stems(" ".join([task.description, *task.acceptance, *task.deliverables]))
    exact = sum(_word_fit(word, title, rest) for word in wanted) / len(wanted)
    in_head = sum(bool(kin(word) & head) for word in wanted) / len(wanted)
    leads = bool(_leading(task.title) & frozenset().union(*map(kin, wanted)))
    covered = len(wanted & title) / max(1, len(title))
    return exact + 0.2 * in_head + 0.3 * leads + 0.1 * covered


def _word_fit(word: str, title: frozenset[str], rest: frozenset[str]) -> float:
    """A word of the title counts fully, a synonym nearly so, a word of the other text a little."""
    if word in title:
        return 1.0
    if kin(word) & title:
        return 0.9
    return 0.35 if word in rest else 0.0


def _leading(title: str) -> frozenset[str]:
    """The first telling word of a title."""
    found = [
        stem(token) for token in tokens(title_head(title)) if token not in words().stop_words and not token.isdigit()
    ]
    return frozenset([word for word in found if word not in NOISE][:1])


def title_head(title: str) -> str:
    """The part of a title that says what the task is about."""
    after_colon = title.split(": ", 1)
    return HEAD_END.split(
        title if len(after_colon) == 1 else f"{HEAD_END.split(after_colon[0], maxsplit=1)[0]} {after_colon[1]}",
        maxsplit=1,
    )[0]


@cache
def kin(word: str) -> frozenset[str]:
    """The stem and the stems of words that mean nearly the same."""
    groups = [frozenset(stem(fold(other)) for other in group) for group in words().synonyms]
    return frozenset({word}).union(*(group for group in groups if word in group))


def mentions_thing(text: str, thing: str) -> bool:
    """Whether a text speaks of a thing: all its words, or for a single word any of its kin."""
    wanted = stems(thing) - NOISE
    found = frozenset(stem(token) for token in tokens(text))
    return bool(wanted) and all(kin(word) & found for word in wanted)


def is_about(task: TaskSpec, thing: str) -> bool:
    """Whether a task would have no purpose without the thing."""
    lines = task.acceptance
    if lines and all(mentions_thing(line, thing) for line in lines) and mentions_thing(task.title, thing):
        return True
    parts = [part for part in re.split(r"\s+and\s+|,\s+|\s*/\s*", title_head(task.title)) if stems(part) - NOISE]
    telling = [part for part in parts if mentions_thing(part, thing)]
    if not mentions_thing(title_head(task.title), thing):
        return False
    if mentions_thing(" ".join(_leading(task.title)), thing):
        return True
    return len(telling) == len(parts) or not telling or (len(telling) / len(parts) > 0.5)
