"""The brief's milestones and the tasks that lead to each."""

from plans.planner.wording import clean, fold, mentions, shorten
from plans.spec import TaskSpec

PHASE_WORDS = {
    1: [
        "bootstrap",
        "setup",
        "foundation",
        "concept",
        "pre-production",
        "preproduction",
        "kickoff",
        "greybox",
        "first playable",
        "prototipo",
        "prototype",
    ],
    2: ["slice", "demo", "proof", "mvp"],
    3: ["alpha", "beta", "content", "production", "feature", "features", "contenido", "early access"],
    4: ["release", "launch", "gold", "ship", "1.0", "final", "rc", "candidate", "polish", "lanzamiento"],
}


def grouped(tasks: list[TaskSpec], phases: list[int], milestones: list[str]) -> list[tuple[str, list[TaskSpec]]]:
    """Each milestone with its tasks, in order. Known words decide; milestones without them share evenly."""
    names = [shorten(milestone, 60) for milestone in milestones if clean(milestone)]
    if not names:
        return []
    ends = _ends(names)
    places = [next((place for place, end in enumerate(ends) if phase <= end), len(names) - 1) for phase in phases]
    if len(set(places)) < len(names):
        places = [min(place * len(names) // len(tasks), len(names) - 1) for place in range(len(tasks))]
    return [
        (name, [task for task, at in zip(tasks, places, strict=True) if at == number])
        for number, name in enumerate(names)
    ]


def _ends(names: list[str]) -> list[float]:
    """The last phase of each milestone, rising; the last milestone takes all that is left."""
    known = [
        next((phase for phase, terms in PHASE_WORDS.items() if mentions(fold(name), terms)), None) for name in names
    ]
    ends: list[float] = []
    for place, phase in enumerate(known):
        guess = phase if phase is not None else round(4 * (place + 1) / len(names))
        ends.append(max([guess, *ends]))
    return [*ends[:-1], 4]


def closing_sentences(tasks: list[TaskSpec], phases: list[int], milestones: list[str]) -> list[TaskSpec]:
    """The tasks; the last one of each milestone says that it closes it."""
    closing = {group[-1].code: name for name, group in grouped(tasks, phases, milestones) if group}
    return [
        task.model_copy(
            update={
                "description": f"{task.description} Its review closes the milestone “{closing[task.code]}”."[:20_000]
            }
        )
        if task.code in closing
        else task
        for task in tasks
    ]
