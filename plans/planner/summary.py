"""The paragraph that opens a plan."""

from plans.planner.milestones import grouped
from plans.planner.vocabulary import Reading, platform_names
from plans.planner.wording import listing, shorten, with_article
from plans.spec import TaskSpec

SHOWN_MILESTONES = 8


def summarise(reading: Reading, tasks: list[TaskSpec], codes: dict[str, str], phases: list[int]) -> str:
    """What the plan is, in which order and why, how much, by whom, and what it assumes: at most five sentences."""
    sentences = [
        _what(reading, tasks),
        _order(tasks, codes),
        _milestones(reading, tasks, phases),
        _pace(reading, tasks),
        _assumptions(reading),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _what(reading: Reading, tasks: list[TaskSpec]) -> str:
    points = sum(task.estimates.story_points for task in tasks)
    hours = sum(task.estimates.time_hours for task in tasks)
    name, genre = reading.fill("{name}"), reading.words["genre"]
    places = f" on {reading.words['platforms']}" if "platforms" in reading.words else ""
    return (
        f"{len(tasks)} tasks take {name}, {with_article(genre)}, from an empty project to its release{places}: "
        f"{points} story points, about {hours:g} working hours."
    )


def _order(tasks: list[TaskSpec], codes: dict[str, str]) -> str:
    after = listing([codes[key] for key in ("content", "ui", "audio") if key in codes])
    return (
        f"The core ({codes['core']}) and the visual direction ({codes['look']}) come first "
        f"and meet in a vertical slice ({codes['slice']}), so that the idea is judged before content multiplies it; "
        f"then {after} can run in parallel, and playtests lead to the release ({tasks[-1].code})."
    )


def _milestones(reading: Reading, tasks: list[TaskSpec], phases: list[int]) -> str:
    groups = grouped(tasks, phases, reading.brief.milestones)
    told = [f"{name} ({span(group)})" for name, group in groups if group][:SHOWN_MILESTONES]
    return f"By milestone: {', '.join(told)}." if told else ""


def span(tasks: list[TaskSpec]) -> str:
    """ "T-001 to T-004"."""
    return tasks[0].code if len(tasks) == 1 else f"{tasks[0].code} to {tasks[-1].code}"


def _pace(reading: Reading, tasks: list[TaskSpec]) -> str:
    limits = reading.limits
    if limits.people is None and not limits.spare_time and limits.hours is None:
        return ""
    hours = sum(task.estimates.time_hours for task in tasks)
    who = f"{limits.people} {'person' if limits.people == 1 else 'people'}" if limits.people else "one person"
    when = " in their spare time" if limits.spare_time else ""
    weeks = max(1, round(hours / limits.week))
    fit = (
        f", and the estimates are cut to the {limits.hours:g} hours that the brief allows"
        if limits.hours and hours <= limits.hours * 1.05
        else ""
    )
    return f"For {who}{when} that is about {weeks} {'week' if weeks == 1 else 'weeks'} of work{fit}."


def _assumptions(reading: Reading) -> str:
    brief = reading.brief
    assumed = [
        "" if brief.engine else "no particular engine",
        "" if platform_names(brief) else "no particular platform",
        "" if brief.mechanics else f"“{shorten(reading.mechanics[0].core, 60)}” as the core",
        "" if brief.target else "new players as testers",
        "one full-time person" if not brief.constraints else "",
    ]
    told = [line for line in assumed if line]
    size = f"{reading.words['amount']} {'cards' if reading.genre == 'card' else reading.words['units']}"
    return f"Assumed where the brief is silent: {listing(told)}; {size} as the size of the release." if told else ""
