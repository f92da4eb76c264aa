"""The default toolset: be told what to do, do it, say what happened."""

from functools import partial
from typing import Any

from django.db import transaction

from agents import runs
from agents.mcp.argument_shapes import BudgetSerializer, DecisionSerializer, WorkSerializer
from agents.mcp.callers import Caller
from agents.mcp.doors import Id, checked, in_turn, reads, rewrites, together, writes, writes_at_its_end
from agents.mcp.shapes import (
    Alive,
    ArtifactAnswer,
    Completion,
    Pack,
    RunAnswer,
    Said,
    TaskAnswer,
    TaskShape,
    TaskState,
    Work,
    instant,
)
from agents.mcp.submitting import complete, handed_in
from agents.mcp.taking import Wish, take_work
from agents.models import Activity, Run
from agents.packs import pack_for_project, pack_for_task
from agents.run_serializers import EndRunSerializer, NoteActivitySerializer, StartRunSerializer
from contexts.entries import add_entry
from contexts.packing import DEFAULT_BUDGET
from contexts.services import get_active_context
from gamedev_gateway.core.correlation import correlation_id
from plans import services
from plans.artifact_files import measure_given
from plans.artifact_serializers import CreateArtifactSerializer
from plans.claim_serializers import ReleaseSerializer
from plans.models import Role, Task
from plans.serializers import BlockSerializer, CompleteSerializer, ProgressSerializer
from plans.services.claims import DEFAULT_TTL, Grip, held_claim, last_handoff, open_claims


def start_run(caller: Caller, project: str, agent: str, capabilities: list[str] = [], model: str = "") -> RunAnswer:  # noqa: B006
    """Begin a session in a project. Its `run` goes with what you ask and say."""
    given = checked(StartRunSerializer, agent=agent, capabilities=capabilities, model=model)
    return RunAnswer.of(runs.start_run(caller.project(project, Role.EDITOR), actor=caller.actor, **given))


def end_run(caller: Caller, run: Id, summary: str = "", failed: bool = False) -> RunAnswer:
    """End your session; claims you still hold are given up."""
    status = Run.Status.ERROR if failed else Run.Status.COMPLETE
    given = checked(EndRunSerializer, status=status, summary=summary)
    return RunAnswer.of(runs.end_run(caller.run(run), actor=caller.actor, **given))


def claim_next_task(caller: Caller, run: Id, budget_tokens: int = DEFAULT_BUDGET, ttl: int = DEFAULT_TTL) -> Wish:
    """Get the best ready task, begun and claimed for you, with what you must know. Keep `claim` and `fence` for every write; \
send heartbeat before expires_at."""
    given = checked(WorkSerializer, budget_tokens=budget_tokens, ttl=ttl)
    return Wish(caller, run, given["budget_tokens"], given["ttl"], correlation_id())


def claim_task(caller: Caller, run: Id, code: str, budget_tokens: int = DEFAULT_BUDGET, ttl: int = DEFAULT_TTL) -> Work:
    """The same for a task of your choice."""
    given = checked(WorkSerializer, budget_tokens=budget_tokens, ttl=ttl)
    budget = given.pop("budget_tokens")
    own = caller.run(run)
    task = caller.task(own.project, code)
    claim = services.claim_task(task, run=own.pk, actor=caller.actor, **given)
    if task.status == Task.Status.PENDING:
        task = services.start_task(task, grip=Grip(claim.pk, claim.fence), actor=caller.actor)
    return Work.of(task, claim, pack_for_task(task, budget), last_handoff(claim), "You asked for it.")


def heartbeat(caller: Caller, claim: Id, fence: Id) -> Alive:
    """Keep your claim alive; also brings people's answers to your questions."""
    kept = services.heartbeat(caller.claim(claim).project, Grip(claim, fence), actor=caller.actor)
    asked = Activity.objects.filter(run=kept.run, kind=Activity.Kind.ELICITATION).exclude(answered_at=None)
    answers = [{"question": each.body, "answer": each.answer} for each in asked]
    return Alive(expires_at=instant(kept.expires_at), answers=answers)


def release_task(caller: Caller, claim: Id, fence: Id, reason: str = "", handoff: str = "") -> TaskState:
    """Give a task back. Put into handoff what whoever goes on must know."""
    given = checked(ReleaseSerializer, claim=claim, fence=fence, reason=reason, handoff=handoff)
    task, _ = caller.claimed_task(claim, fence)
    services.release_claim(caller.claim(claim), actor=caller.actor, **given)
    task.refresh_from_db()
    return TaskState.of(task)


def get_task(caller: Caller, code: str, project: str = "") -> TaskAnswer:
    """A task of the active plan and who holds it. project: that of your run if absent."""
    found = caller.project(project)
    task = caller.task(found, code)
    claim = open_claims(found.pk).get(code)
    verdicts = [verdict.model_dump() for verdict in task.verdicts(found.needed_level)]
    return TaskAnswer(task=TaskShape.of(task), verdicts=verdicts, holder=claim.holder if claim else None)


def get_context(
    caller: Caller,
    scope: str = "global",
    code: str = "",
    budget_tokens: int = DEFAULT_BUDGET,
    since: str = "",
    project: str = "",
) -> Pack:
    """What is known, within a budget: of the project (scope global), or for a task (scope task, code). since: the version of a \
pack you have; then only what is new."""
    given = checked(BudgetSerializer, budget_tokens=budget_tokens, scope=scope, code=code)
    found, budget = caller.project(project), given["budget_tokens"]
    if given["scope"] == "task":
        return Pack(context_pack=pack_for_task(caller.task(found, code), budget, since))
    return Pack(context_pack=pack_for_project(found, budget, since))


def report_progress(caller: Caller, claim: Id, fence: Id, percent: int, note: str = "") -> TaskState:
    """Say how far you are; the note is the handoff if you vanish."""
    given = checked(ProgressSerializer, claim=claim, fence=fence, percent=percent, note=note)
    task, _ = caller.claimed_task(claim, fence)
    return TaskState.of(services.report_progress(task, actor=caller.actor, **given))


def report_blocker(caller: Caller, claim: Id, fence: Id, kind: str, description: str) -> TaskState:
    """Say that the task cannot go on, and why."""
    given = checked(BlockSerializer, claim=claim, fence=fence, kind=kind, reason=description)
    task, _ = caller.claimed_task(claim, fence)
    return TaskState.of(services.block_task(task, actor=caller.actor, **given))


def log_decision(caller: Caller, run: Id, text: str, why: str, code: str = "") -> Said:
    """Write a decision into the project's context, with its reason and the task it is about."""
    given = checked(DecisionSerializer, text=text, why=why, code=code)
    own = caller.run(run)
    if code:
        caller.task(own.project, code)
    context = add_entry(own.project, "decisions", actor=caller.actor, **given)
    return Said(context_version=context.version)


def ask_question(caller: Caller, run: Id, question: str, options: list[str] = [], code: str = "") -> Said:  # noqa: B006
    """Ask people. Go on with other work meanwhile; the answer comes with heartbeat."""
    given = checked(NoteActivitySerializer, kind=Activity.Kind.ELICITATION, body=question, options=options, task=code)
    own = caller.run(run)
    if code:
        caller.task(own.project, code)
    asked = runs.note_activity(own, actor=caller.actor, **given)
    active = get_active_context(own.project)
    return Said(activity=asked.pk, context_version=active.version if active else 0)


def register_artifact(
    caller: Caller,
    claim: Id,
    fence: Id,
    type: str,
    category: str,
    path: str = "",
    uri: str = "",
    sha256: str = "",
) -> ArtifactAnswer:
    """Note what your work made. category: code, asset, document, screenshot. Give path or uri. A file within reach is checked."""
    where = {name: value for name, value in (("path", path), ("uri", uri), ("sha256", sha256)) if value}
    given = checked(CreateArtifactSerializer, type=type, category=category, **where)
    task, grip = caller.claimed_task(claim, fence)
    measured = measure_given(task.plan.project_id, None, path)
    known = {"measured": measured, "seen": services.see_new(task.plan.project, measured=measured, **given)}

    @transaction.atomic
    def register() -> ArtifactAnswer:
        held_claim(task.plan.project.lock(), grip, caller.actor)
        return ArtifactAnswer.of(services.register_artifact(task, actor=caller.actor, **known, **given))

    return in_turn(register)


def submit_completion(caller: Caller, claim: Id, fence: Id, evidence: list[dict[str, Any]]) -> Completion:
    """Hand in the task. One entry per criterion: {criterion: its text or number from 1, kind: test|screenshot|asset|log|…, \
note?, artifact?: id, tool_call?, passed?, failed?, excerpt?, met?: true}. Answers done, or the unmet criteria and what would do."""
    task, _ = caller.claimed_task(claim, fence)
    given = checked(CompleteSerializer, claim=claim, fence=fence, **handed_in(evidence, task, caller.actor))
    opinions = services.opinions_on(task, actor=caller.actor, **given)
    return in_turn(partial(complete, task, given, opinions, caller.actor))


TOOLS = [
    writes(start_run),
    together(claim_next_task, take_work, answers=Work),
    rewrites(claim_task),
    rewrites(heartbeat),
    writes(release_task),
    reads(get_task),
    reads(get_context),
    rewrites(report_progress),
    writes(report_blocker),
    rewrites(log_decision),
    writes(ask_question),
    writes_at_its_end(register_artifact),
    writes_at_its_end(submit_completion),
    writes(end_run),
]
