"""From a brief to a plan: which tasks, in which order, how big."""

from collections.abc import Iterable, Iterator

from plans.brief import Brief
from plans.planner.checks import Checks, Setting
from plans.planner.genre import recognise_genre, tools_for
from plans.planner.knowledge import Pattern, Saying, patterns
from plans.planner.kpis import kpi_criteria, market_criteria
from plans.planner.limits import constraint_criteria, excluded
from plans.planner.mechanics import SIZES, TITLE_LIMIT, Outline, core_outline, groups_of, mechanic_outlines
from plans.planner.milestones import closing_sentences
from plans.planner.summary import summarise
from plans.planner.vocabulary import Reading, read_brief
from plans.planner.wording import capital, mentions, shorten
from plans.spec import Estimates, PlanDraft, TaskSpec, make_code

MOST_TASKS, MOST_TASKS_OF_A_JAM = 15, 11
USUAL_GROUPS, MOST_GROUPS = 3, 5
USUAL_LINES, MOST_LINES = 5, 50
HOURS = {1: 3.0, 2: 6.0, 3: 10.0, 5: 18.0, 8: 30.0, 13: 50.0}
SPARE_TIME_FACTOR, BIG_TEAM_FACTOR, BIG_TEAM = 1.15, 1.2, 8
JAM_HOURS = 120


def draft_plan(name: str, brief: Brief) -> PlanDraft:
    """A plan of 8–15 tasks for a brief; the same brief always gives the same plan."""
    genre = recognise_genre(brief)
    reading = read_brief(name, brief, genre)
    outlines = _outlines(reading)
    tasks = _fit_deadline(_number(reading, outlines), reading)
    codes = {outline.key: task.code for outline, task in zip(outlines, tasks, strict=True)}
    tasks = closing_sentences(tasks, [outline.pattern.phase for outline in outlines], brief.milestones)
    return PlanDraft(
        summary=summarise(reading, tasks, codes, [outline.pattern.phase for outline in outlines]), tasks=tasks
    )


def _outlines(reading: Reading) -> list[Outline]:
    """The tasks in their order: phase by phase, mechanics before what uses them."""
    most = MOST_TASKS_OF_A_JAM if (reading.limits.hours or 9_999) <= JAM_HOURS else MOST_TASKS
    wanted = {key: pattern for key, pattern in patterns(reading.genre).items() if _is_wanted(pattern, reading, key)}
    rest = reading.mechanics[1:]
    checks = Checks(Setting(reading.genre, reading.text))
    groups = groups_of(rest, min(MOST_GROUPS, max(min(len(rest), USUAL_GROUPS), most - 1 - len(wanted))))
    kept = _most_important(wanted, most - 1 - len(groups))
    made = [
        core_outline(reading, checks),
        *mechanic_outlines(groups, checks),
        *(_outline(key, pattern, reading) for key, pattern in kept.items()),
    ]
    return _extended(sorted(made, key=_place), reading)


def _is_wanted(pattern: Pattern, reading: Reading, key: str) -> bool:
    if key == "multiplayer" and any(mentions(mechanic.text.lower(), pattern.when) for mechanic in reading.mechanics):
        return False
    return (not pattern.when or mentions(reading.text, pattern.when)) and not excluded(
        reading.exclusions, pattern.unless or pattern.when
    )


def _most_important(wanted: dict[str, Pattern], room: int) -> dict[str, Pattern]:
    kept = sorted(wanted, key=lambda key: wanted[key].rank)[:room]
    return {key: pattern for key, pattern in wanted.items() if key in kept}


ORDER = (
    "setup",
    "core",
    "look",
    "script",
    "mechanic",
    "slice",
    "late mechanic",
    "content",
    "ui",
    "audio",
    "tutorial",
    "polish",
    "accessibility",
    "performance",
    "playtest",
    "release",
)


def _place(outline: Outline) -> tuple[int, float]:
    """Phase first; a genre's own task stands before the slice or the content of its phase, balance after it."""
    name = "mechanic" if outline.key.startswith("mechanic") else outline.key
    if name in ORDER:
        return outline.pattern.phase, ORDER.index(name)
    return outline.pattern.phase, ORDER.index("slice") - 0.5


def _outline(key: str, pattern: Pattern, reading: Reading) -> Outline:
    description = [line for line in map(reading.fill, pattern.description) if line]
    return Outline(
        key, pattern, _title(pattern, reading), " ".join(description[:4]), tuple(_said(pattern.acceptance, reading))
    )


def _title(pattern: Pattern, reading: Reading) -> str:
    filled = [title for title in map(reading.fill_title, pattern.title) if title]
    return next((title for title in filled if len(title) <= TITLE_LIMIT), None) or shorten(filled[-1], TITLE_LIMIT)


def _said(lines: Iterable[Saying | str], reading: Reading) -> Iterator[str]:
    for line in lines:
        saying = Saying(say=line) if isinstance(line, str) else line
        fits = not saying.when or mentions(reading.text, saying.when)
        if (
            fits
            and not mentions(reading.text, saying.unless)
            and not excluded(reading.exclusions, saying.unless)
            and (text := reading.fill(saying.say))
        ):
            yield capital(text)


def _extended(outlines: list[Outline], reading: Reading) -> list[Outline]:
    """The outlines with what constraints, platforms and targets add; their own lines give way, down to two."""
    keys = {outline.key for outline in outlines}
    added: dict[str, list[str]] = {key: [] for key in keys}
    for key, line in constraint_criteria(reading.brief, keys):
        added[key].append(line)
    for line in kpi_criteria(reading.brief.kpis):
        added["playtest"].append(line)
    added["release"].extend(market_criteria(reading.brief.kpis))
    for platform in reading.platforms.values():
        for key, lines in platform.adds.items():
            added[key if key in keys else "release"].extend(lines)
    return [_with_lines(outline, list(dict.fromkeys(added[outline.key]))) for outline in outlines]


def _with_lines(outline: Outline, added: list[str]) -> Outline:
    own = outline.acceptance[: max(2, USUAL_LINES - len(added))]
    return Outline(
        outline.key, outline.pattern, outline.title, outline.description, (*own, *added[: MOST_LINES - len(own)])
    )


def _number(reading: Reading, outlines: list[Outline]) -> list[TaskSpec]:
    codes = {outline.key: make_code(place) for place, outline in enumerate(outlines, start=1)}
    needs = _needs(outlines)
    titles = _distinct([outline.title for outline in outlines])
    return [
        TaskSpec(
            code=codes[outline.key],
            title=capital(title),
            description=outline.description[:20_000],
            dependencies=sorted(codes[key] for key in needs[outline.key]),
            acceptance=[line[:1_000] for line in outline.acceptance],
            mcp_tools=tools_for(reading.engine, outline.pattern.kind, reading.brief, reading.genre),
            deliverables=[line for line in map(reading.fill, outline.pattern.deliverables) if line],
            estimates=Estimates(
                story_points=outline.pattern.points, time_hours=_hours(outline.pattern.points, reading)
            ),
            priority=outline.pattern.priority,
        )
        for outline, title in zip(outlines, titles, strict=True)
    ]


def _distinct(titles: list[str]) -> list[str]:
    """The titles, with a number where one would come twice."""
    return [
        f"{title} ({titles[:place].count(title) + 1})" if title in titles[:place] else title
        for place, title in enumerate(titles)
    ]


def _needs(outlines: list[Outline]) -> dict[str, set[str]]:
    """The direct dependencies of each task by key, without those that follow from others."""
    every = [outline.key for outline in outlines]
    groups = {
        "mechanics": [key for key in every if key.startswith("mechanic")] or ["core"],
        "early": [
            outline.key for outline in outlines if outline.key.startswith("mechanic") and outline.pattern.phase == 2
        ],
    }
    direct = {
        outline.key: {key for name in outline.pattern.after for key in groups.get(name, [name]) if key in every}
        for outline in outlines
    }
    for outline in outlines:
        if outline.key not in ("setup", "release") and not any(outline.key in needs for needs in direct.values()):
            direct[
                "slice" if outline.pattern.phase <= 2 else "playtest" if outline.pattern.phase == 3 else "release"
            ].add(outline.key)
    return {key: _without_detours(key, direct) for key in every}


def _without_detours(key: str, direct: dict[str, set[str]]) -> set[str]:
    return {
        need for need in direct[key] if not any(need in _all_needs(other, direct) for other in direct[key] - {need})
    }


def _all_needs(key: str, direct: dict[str, set[str]]) -> set[str]:
    return direct[key].union(*(_all_needs(need, direct) for need in direct[key]))


def _hours(points: int, reading: Reading) -> float:
    factor = (
        SPARE_TIME_FACTOR
        if reading.limits.spare_time
        else BIG_TEAM_FACTOR
        if (reading.limits.people or 1) >= BIG_TEAM
        else 1.0
    )
    return round(HOURS[points] * factor * 2) / 2


def _fit_deadline(tasks: list[TaskSpec], reading: Reading) -> list[TaskSpec]:
    """Smaller estimates when the brief gives less time than the work would take."""
    total = sum(task.estimates.time_hours for task in tasks)
    share = (reading.limits.hours or total) / total
    return (
        [task.model_copy(update={"estimates": scaled(task.estimates, share)}) for task in tasks] if share < 1 else tasks
    )


def scaled(estimates: Estimates, share: float) -> Estimates:
    """Estimates times a share: points to the next known size, hours to halves and never nothing."""
    wanted = estimates.story_points * share
    points = min(SIZES, key=lambda size: abs(size - wanted)) if wanted <= SIZES[-1] else min(100, round(wanted))
    return Estimates(
        story_points=points, time_hours=min(2_000.0, max(0.5, round(estimates.time_hours * share * 2) / 2))
    )
