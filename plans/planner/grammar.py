"""What can be said to refine a plan: each rule is a way to say something, and what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plans.brief import Brief
from plans.planner import edits, sizes
from plans.planner.additions import add
from plans.planner.removals import exclude, remove
from plans.planner.wording import number
from plans.planner.workbench import NotPossible, Workbench

DEFAULT_CUT, DEFAULT_GROWTH = 0.25, 0.25
VAGUE = re.compile(r"(?:more|fewer|less|better|to|it|this|that|you|another)\b(?! (?:boss|task|mini))", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What a rule found in a clause. Rules cannot look inside quotations and parentheses; what they find has them whole."""

    found: re.Match[str]
    text: str

    def __getitem__(self, group: int | str) -> Any:
        start, end = self.found.span(group)
        return self.text[start:end] if start >= 0 else None


@dataclass(frozen=True)
class Rule:
    """A way to say something, and what it does. The first rule that matches a clause decides."""

    says: re.Pattern[str]
    act: Callable[[Said, Workbench, Brief], list[str]]


def _percent(text: str | None, default: float) -> float:
    return min(float(text) / 100, 0.95) if text else default


def _value(text: str) -> float:
    found = number(text)
    if found is None:
        raise NotPossible
    return found


def _count(text: str | None, default: int) -> int:
    return int(_value(text)) if text else default


def _factor(found: Said) -> float:
    share = _percent(found["percent"], DEFAULT_GROWTH)
    return 1 + share if re.match(r"increase|raise|extend|lengthen|add|grow", found[0], re.IGNORECASE) else 1 - share


def _add(found: Said, bench: Workbench, brief: Brief) -> list[str]:
    if VAGUE.match(found["x"]):
        raise NotPossible
    return add(found["x"], bench, brief)


def _priority(text: str) -> int:
    if not 1 <= int(text) <= 5:
        raise NotPossible("a priority is a number from 1, the most urgent, to 5")
    return int(text)


def _twice(found: Said, bench: Workbench, brief: Brief) -> list[str]:
    raise NotPossible("a task is done once; “split …” makes two of it, “add …” a second one")


def _size(found: Said, bench: Workbench, brief: Brief) -> list[str]:
    if found["half"]:
        return edits.scale(found["x"], 0.5, bench)
    share = _percent(found["percent"], DEFAULT_CUT)
    return edits.scale(found["x"], 1 - share if found["less"] else 1 + share, bench)


def _urgency(found: Said, bench: Workbench, brief: Brief) -> list[str]:
    return edits.prioritise(found["x"], PRIORITY_OF[found["how"].lower()], bench)


PRIORITY_OF = {
    "top": 1,
    "highest": 1,
    "critical": 1,
    "high": 1,
    "urgent": 1,
    "higher": 1,
    "medium": 3,
    "normal": 3,
    "low": 5,
    "lower": 5,
    "lowest": 5,
    "least": 5,
    "most": 1,
}
N = (
    r"(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|half an?|couple of)"
)
SPAN = rf"{N} (?:\w+ )?(?:hours?|days?|weeks?|months?|years?)"
SMALLER = r"(?:make (?:it|the (?:plan|game|scope|project)|everything) )?(?:a (?:bit|little|lot) |much )?(?:smaller|shorter|leaner)"
CHANGE = r"(?:set|change|raise|lower|increase|decrease|reduce|bring)"
A_BIT = r"(?:a (?:bit|little) |much )?"
REST = r"(?:(?!,| and | but ).)*"
"""The end of a clause that asks for nothing more."""
TASK = r"T-\d+"
SUBJECT = r"(?!(?:we|i|you|it|they|add|include|create|plan)\b)"
BEGIN = r"(?:start(?:ed)?|begin|happen|come|go|be (?:started|begun|done|made|built)|follow|stand|wait)"
PLAN = (
    r"(?:the |this |our |whole |entire |total |all |of )*"
    r"(?:plan|scope|project|estimates?|hours|tasks|workload|everything|it|schedule|budget)"
)


def _rule(says: str, act: Callable[[Said, Workbench, Brief], list[str]]) -> Rule:
    return Rule(re.compile(says, re.IGNORECASE | re.DOTALL), act)


RULES = [
    # how many tasks, how much work
    _rule(
        rf"(?:.*\b)?(?:at most|no more than|max(?:imum)?(?: of)?|limit (?:it|the plan) to|up to|fewer than"
        rf"|reduce (?:it|the plan) to|cut (?:it|the plan)(?: down)? to)\s+(?P<n>{N})\s+tasks?\b{REST}$",
        lambda found, bench, _: sizes.at_most(_count(found["n"], 1), bench),
    ),
    _rule(rf"halve {PLAN}$", lambda found, bench, _: sizes.scale_all(0.5, bench)),
    _rule(rf"double {PLAN}$", lambda found, bench, _: sizes.scale_all(2.0, bench)),
    _rule(r"(?:halve) (?P<x>.+)$", lambda found, bench, _: edits.scale(found["x"], 0.5, bench)),
    _rule(r"(?:double) (?P<x>.+)$", lambda found, bench, _: edits.scale(found["x"], 2.0, bench)),
    _rule(
        r"(?:increase|raise|reduce|lower|cut|shrink|extend) (?:the |all |our )*(?:estimates?|hours|times"
        r"|points)(?: by (?P<percent>\d+) ?(?:%|percent))?$",
        lambda found, bench, _: sizes.scale_all(_factor(found), bench),
    ),
    _rule(
        rf"{SMALLER},? (?:about |only |just |in )*(?P<span>{SPAN})(?: of work| in total| at most)?$",
        lambda found, bench, brief: sizes.fit_time(found["span"], bench, brief),
    ),
    _rule(
        rf"(?:about |only |just )*(?P<span>{SPAN}) (?:of work|in total|at most|altogether)$",
        lambda found, bench, brief: sizes.fit_time(found["span"], bench, brief),
    ),
    _rule(rf"{SMALLER}$", lambda found, bench, _: sizes.cut_scope(DEFAULT_CUT, bench)),
    _rule(
        r"add (?:a )?(?P<percent>\d+) ?(?:%|percent) (?:buffer|slack|contingency|margin|reserve).*$",
        lambda found, bench, _: sizes.scale_all(_factor(found), bench),
    ),
    _rule(
        r"(?!make \w+(?: \w+)?$)(?:cut|reduce|shrink|trim|shorten|lower|make) (?:the |our |down |this )*(?:scope|plan|project"
        r"|workload|work|it|everything|budget|schedule)(?: (?:smaller|shorter|down|leaner))?(?: (?:by|to be)"
        r" (?:about )?(?:(?P<percent>\d+) ?(?:%|percent)|(?P<half>(?:a )?half)|(?P<third>a third)"
        r"|(?P<quarter>a quarter)))?(?: (?:smaller|shorter))?$",
        lambda found, bench, _: (
            sizes.shorten_plan if re.match("shorten", found[0], re.IGNORECASE) else sizes.cut_scope
        )(_cut(found), bench),
    ),
    _rule(
        r"make (?:it|the plan|everything) (?:about )?(?P<percent>\d+) ?(?:%|percent) (?:shorter|smaller|leaner)$",
        lambda found, bench, _: sizes.cut_scope(_percent(found["percent"], DEFAULT_CUT), bench),
    ),
    _rule(
        r"(?:extend|lengthen|grow|increase|expand|stretch) (?:the |our )*(?:plan|scope|project|schedule"
        r"|it)(?: by (?P<percent>\d+) ?(?:%|percent))?$",
        lambda found, bench, _: sizes.scale_all(_factor(found), bench),
    ),
    _rule(
        rf"(?:.*\b)?(?:(?:we|i|you) (?:only |just )?have(?: only| just| got)?|there (?:is|are)(?: only)?"
        rf"|(?:must|has to|should|needs to|make it|must be|has to be)? ?(?:fits?|be done|be finished"
        rf"|finish(?:ed)?|shorten(?: it| the plan)?|done|ship)(?: it| the plan)? (?:in(?:to)?|within|to)"
        rf"|the deadline is in)\s+(?:only |about |just )?(?P<span>{N} (?:\w+ )?(?:hours?|days?|weeks?|months?"
        rf"|years?))\b(?! (?:to|of) \w+ing){REST}$",
        lambda found, bench, brief: sizes.fit_time(found["span"], bench, brief),
    ),
    # dependencies
    _rule(
        r"(?!(?:we|i|you|it|they)\b)(?P<x>.+?) (?:should(?: not|n'?t)|does(?: not|n'?t)|must(?: not|n'?t)"
        r"|need(?: not|n'?t)|do(?: not|n'?t)|no longer|cannot)\s*(?:need to |have to )?(?:depends?(?: on)?"
        r"|wait(?:s)?(?: for)?|requires?|needs?)\s+(?:on )?(?P<y>.+)$",
        lambda found, bench, _: edits.undepend(found["x"], found["y"], bench),
    ),
    _rule(
        r"remove the dependency (?:of|from) (?P<x>.+?) (?:on|to) (?P<y>.+)$",
        lambda found, bench, _: edits.undepend(found["x"], found["y"], bench),
    ),
    _rule(
        r"make (?P<x>.+?) (?:depend on|wait for|dependent on) (?P<y>.+)$",
        lambda found, bench, _: edits.depend(found["x"], found["y"], bench),
    ),
    _rule(
        r"(?!(?:we|i|you|it|they)\b)(?P<x>.+?) (?:should |must |has to |needs to )?(?:also )?(?:depends?"
        r" (?:also )?on|waits? for|requires?|is blocked by|(?:comes?|be done|starts?|goes) only after)"
        r" (?P<y>.+)$",
        lambda found, bench, _: edits.depend(found["x"], found["y"], bench),
    ),
    _rule(
        rf"{SUBJECT}(?P<x>.+?) (?:must not|mustn['’]?t|should not|shouldn['’]?t|cannot|can not|can['’]?t|may not) {BEGIN}"
        r" (?:before|until|till) (?P<y>.+?)(?: (?:is|are) (?:done|finished|over|complete|ready))?$",
        lambda found, bench, _: edits.depend(found["x"], found["y"], bench),
    ),
    _rule(
        rf"{SUBJECT}(?P<x>.+?) (?:should|must|has to|have to|needs? to|ought to|may only|can only) (?:only )?{BEGIN}"
        r" (?P<side>before|after) (?P<y>.+?)(?: (?:is|are) (?:done|finished|over|complete|ready))?$",
        lambda found, bench, _: edits.order(found["x"], found["side"].lower(), found["y"], bench),
    ),
    _rule(
        rf"{SUBJECT}(?P<x>.+?) (?:comes?|goes|starts?|begins?|follows?) (?P<side>before|after) (?P<y>.+)$",
        lambda found, bench, _: edits.order(found["x"], found["side"].lower(), found["y"], bench),
    ),
    # estimates
    _rule(rf"{SUBJECT}.+ (?:twice|again|(?:two|three|several) times)$", _twice),
    _rule(
        r"make (?P<x>.+?) (?:(?:(?:a (?:bit|little|lot)|much|about) )?(?:(?P<percent>\d+) ?(?:%|percent) )?(?:(?P<less>smaller|shorter"
        r"|leaner|simpler|quicker)|bigger|larger|longer)|(?P<half>half (?:as|the) (?:big|long|large|size)))$",
        _size,
    ),
    _rule(
        rf"(?:estimate (?P<x>.+?) (?:at|as|to be)"
        rf"|(?:the )?(?:estimate|points|hours|time)s? (?:of|for) (?P<x4>.+?) (?:is|are|seems?|looks?) (?:(?:far|much|way"
        rf"|a bit|a little) )?(?:too \w+|wrong|off)[,:]? (?:and )?(?:(?:make|set) (?:it|that|them)|it should be)(?: to)?"
        rf"|(?:set|change|raise|lower|increase|reduce|cut) (?:the )?(?:estimate|points|hours|time)s?"
        rf" (?:of|for) (?P<x2>.+?) to|(?P<x3>.+?) (?:should |will |must |may |only |really )*(?:takes?|is|are"
        rf"|needs?|costs?|be))\s+(?:about |only |around |at most )?(?P<n>{N})[ -]?(?:story )?(?P<unit>hours?|h"
        rf"|points?|days?|weeks?)\b{REST}$",
        lambda found, bench, _: edits.estimate(
            found["x"] or found["x2"] or found["x3"] or found["x4"], found["n"], found["unit"], bench
        ),
    ),
    # names and criteria
    _rule(
        r"(?:rename|retitle) (?P<x>.+?) (?:to|as|into)[: ]\s*(?P<y>.+)$",
        lambda found, bench, _: edits.rename(found["x"], found["y"], bench),
    ),
    _rule(rf"call (?P<x>{TASK}) (?P<y>.+)$", lambda found, bench, _: edits.rename(found["x"], found["y"], bench)),
    _rule(
        r"add (?:an? |the |another )?(?:new )?(?:acceptance )?(?:criterion|criteria|acceptance"
        r"|condition)(?: criterion)? (?:to|for) (?P<x>[^:]+?)\s*:\s*(?P<y>.+)$",
        lambda found, bench, _: edits.add_criterion(found["x"], found["y"], bench),
    ),
    _rule(
        rf"add (?:an? |the )?(?:acceptance )?(?:criterion|criteria"
        rf"|acceptance)\s*[:“\"]\s*(?P<y>.+?)[”\"]?\s+(?:to|for) (?P<x>{TASK})$",
        lambda found, bench, _: edits.add_criterion(found["x"], found["y"], bench),
    ),
    # priority and order
    _rule(
        rf"{CHANGE} (?:the )?priority (?:of|for) (?P<x>.+?) to (?:priority )?(?P<n>\d+)$",
        lambda found, bench, _: edits.prioritise(found["x"], _priority(found["n"]), bench),
    ),
    _rule(
        rf"(?:(?:{CHANGE}|give|make|move|put) )?(?P<x>.+?)(?:['’]s)? (?:to |at |is |has |gets )?(?:a )?priority (?:to |of |is )?(?P<n>\d+)$",
        lambda found, bench, _: edits.prioritise(found["x"], _priority(found["n"]), bench),
    ),
    _rule(
        r"priority (?P<n>\d+) (?:for|to) (?P<x>.+)$",
        lambda found, bench, _: edits.prioritise(found["x"], _priority(found["n"]), bench),
    ),
    _rule(
        r"(?:make|give|set|mark) (?P<x>.+?) (?:to |as |a |the )*(?P<how>top|highest|critical|high|urgent"
        r"|higher|medium|normal|low|lower|lowest)(?:[ -]priority)?$",
        _urgency,
    ),
    _rule(
        rf"{CHANGE} (?:the )?priority (?:of|for) (?P<x>.+?) to (?P<how>top|highest|high|medium|normal"
        r"|low|lowest)$",
        _urgency,
    ),
    _rule(
        r"(?P<x>.+?) (?:is|are|should be|must be|has|have) (?:the )?(?:a )?(?P<how>most|least|top|highest"
        r"|high|urgent|critical|low|lowest|medium)(?: important|[ -]priority)?$",
        _urgency,
    ),
    _rule(
        r"(?:prioriti[sz]e|focus on|concentrate on) (?P<x>.+)$",
        lambda found, bench, _: edits.prioritise(found["x"], 1, bench),
    ),
    _rule(
        r"(?:deprioriti[sz]e|postpone|defer|delay) (?P<x>.+)$",
        lambda found, bench, _: edits.prioritise(found["x"], 5, bench),
    ),
    _rule(
        r"(?P<x>.+?) (?:can|may|could|should) (?:wait|come later|be done later|be postponed)"
        rf"(?: (?:until|till|for|to) {REST})?$",
        lambda found, bench, _: edits.prioritise(found["x"], 5, bench),
    ),
    _rule(
        r"(?P<x>.+?) (?:is|are) (?:not|n'?t) (?:so |very |that )?(?:important|urgent)$",
        lambda found, bench, _: edits.prioritise(found["x"], 5, bench),
    ),
    _rule(
        rf"(?:make|mark|set) (?P<x>.+?) {A_BIT}(?:more (?:important|urgent)|(?:a )?higher priority)$",
        lambda found, bench, _: edits.step_priority(found["x"], -1, bench),
    ),
    _rule(
        rf"(?:make|mark|set) (?P<x>.+?) {A_BIT}(?:less (?:important|urgent)|(?:a )?lower priority)$",
        lambda found, bench, _: edits.step_priority(found["x"], 1, bench),
    ),
    _rule(
        rf"(?P<x>.+?) (?:is|are|should be) {A_BIT}(?P<how>more|less) (?:important|urgent)$",
        lambda found, bench, _: edits.step_priority(found["x"], -1 if found["how"].lower() == "more" else 1, bench),
    ),
    _rule(
        r"(?:raise|increase) (?:the )?priority of (?P<x>(?:(?! to | by ).)+)$",
        lambda found, bench, _: edits.step_priority(found["x"], -1, bench),
    ),
    _rule(
        r"(?:lower|reduce|decrease) (?:the )?priority of (?P<x>(?:(?! to | by ).)+)$",
        lambda found, bench, _: edits.step_priority(found["x"], 1, bench),
    ),
    _rule(
        r"(?:(?P<up>raise|increase)|lower|reduce|decrease) (?:the )?priority of (?P<x>.+) by (?P<n>[1-4]|one|two)(?: steps?)?$",
        lambda found, bench, _: edits.step_priority(
            found["x"], (-1 if found["up"] else 1) * _count(found["n"], 1), bench
        ),
    ),
    _rule(
        r"(?:move|put|place) (?P<x>.+?) (?:to )?(?:the )?(?:very )?(?P<place>first|last|start|beginning|top"
        r"|front|end|bottom)(?: of (?:the )?(?:plan|list))?$",
        lambda found, bench, _: edits.move(found["x"], found["place"].lower(), "", bench),
    ),
    _rule(
        r"(?:move|put|place) (?P<x>.+?) (?:to )?(?:right |directly |just )?(?P<place>before|after|behind) (?P<y>.+)$",
        lambda found, bench, _: edits.move(
            found["x"], found["place"].lower().replace("behind", "after"), found["y"], bench
        ),
    ),
    _rule(
        r"(?:move|put) (?P<x>.+?) to (?:position|place|number) (?P<n>\d{1,4})$",
        lambda found, bench, _: edits.move_to(found["x"], int(found["n"]), bench),
    ),
    _rule(
        r"(?:move|put|bring|do|make|start|schedule) (?P<x>.+?) (?:(?:a (?:bit|little)|much|further) )?(?:(?P<earlier>earlier|up|forward|sooner)"
        r"|later|down|back)$",
        lambda found, bench, _: edits.shift(found["x"], bool(found["earlier"]), bench),
    ),
    _rule(
        r"(?:start|begin|open) with (?P<x>.+)$",
        lambda found, bench, _: edits.move(found["x"], "first", "", bench),
    ),
    _rule(
        r"(?:end|finish|close) with (?P<x>.+)$",
        lambda found, bench, _: edits.move(found["x"], "last", "", bench),
    ),
    _rule(
        r"(?:do )?(?P<x>.+?)(?: (?:should |must |has to |needs to )?(?:comes?|goes|go|be|is|be done))? (?P<place>first|last)$",
        lambda found, bench, _: edits.move(found["x"], found["place"].lower(), "", bench),
    ),
    _rule(
        r"do (?P<x>.+?) (?P<place>before|after) (?P<y>.+)$",
        lambda found, bench, _: edits.move(found["x"], found["place"].lower(), found["y"], bench),
    ),
    # splitting and merging
    _rule(
        rf"(?:split|break|divide)(?: up| down)? (?P<x>.+?)(?: up| down)?(?: (?:in ?to|in):?(?: (?P<n>{N})(?:"
        rf" (?:parts|tasks|pieces|steps))?(?:: (?P<named>.+))?| (?P<names>.+)))?$",
        lambda found, bench, _: edits.split(
            found["x"], found["names"] or found["named"] or "", _count(found["n"], 0), bench
        ),
    ),
    _rule(r"(?:merge|combine|join|unite) (?P<x>.+)$", lambda found, bench, _: edits.merge(found["x"], bench)),
    # what is not wanted
    _rule(
        r"(?:no|without|exclude|avoid|there (?:is|are|will be|should be|must be) no|it (?:has|should have) no"
        r"|(?:we|i) (?:want|have) no|remove all|drop all|remove any|(?:the game|it) (?:does not|doesn'?t"
        r"|should not|shouldn'?t|must not|has no|should have no) ?(?:have|contain|need)?) (?P<x>.+)$",
        lambda found, bench, _: _exclude_all(found["x"], bench),
    ),
    _rule(
        r"(?:remove|drop|delete|cut|skip|scrap|get rid of|leave out|take out|kill|forget(?: about)?|(?:we|you"
        r"|i) (?:don'?t|do not|won'?t|will not) (?:need|want|have time for|do)|don'?t (?:need|do|include|add)"
        r"|do not (?:include|add|do)) (?P<x>.+)$",
        lambda found, bench, _: remove(found["x"], bench),
    ),
    _rule(
        r"(?P<x>(?!(?:there|it|that|this)\b).+?) (?:is|are) (?:now |all |completely )?(?:out of (?:the )?scope|off the table|(?:not|no longer) (?:needed"
        r"|wanted|in scope)|dropped|cut|cancell?ed|gone|out)(?: for now| now)?$",
        lambda found, bench, _: remove(found["x"], bench),
    ),
    # what is wanted
    _rule(
        r"(?:add|include|introduce|insert|create|plan|schedule|(?:we|i|you|it)(?: \w+)? (?:also )?(?:need"
        r"|want|should have|must have|require)s?(?: also)?|there (?:should|must|needs to) (?:also )?be"
        r"|don'?t forget(?: about)?|(?:we|it) (?:should|must) (?:also )?(?:have|support|include))(?: also)?"
        r" (?P<x>.+?)(?: as well| too| to the plan| in the plan)?$",
        _add,
    ),
]
"""Read from the top: narrow ways of saying something come before wide ones."""


def _cut(found: Said) -> float:
    if found["half"]:
        return 0.5
    return 1 / 3 if found["third"] else _percent(found["percent"], DEFAULT_CUT)


def _exclude_all(things: str, bench: Workbench) -> list[str]:
    """ "audio or music" and "enemies and bosses" name two things."""
    return [
        line
        for thing in re.split(r"\s*,\s*(?:and |or |no )?|\s+(?:and|or|nor)\s+(?:no )?", things)
        if thing.strip()
        for line in exclude(thing, bench)
    ]
