"""Whether the work on a task meets its acceptance criteria: what a model thinks of it. It weighs evidence, and never a person's."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Conflict, GatewayError, InvalidInput, NotFound
from gamedev_gateway.core.llm import Model, Usage
from plans.errors import BeingVerified
from plans.evidence import MODEL, Entry, Who, added, without_opinions
from plans.model_verifier import NOT_VERIFIED, ProposedVerdicts, VerifyOrder, propose_verdicts, verdicts_of
from plans.models import Artifact, Generation, Project, Task
from plans.services.claims import Grip, keep_while_verifying
from plans.services.evidence import entries_from, now
from plans.services.generations import asked_by, queue
from plans.services.progress import check_workable
from plans.services.thinking import do_run, generate, lost, model_writes, register_writer
from plans.services.work import check_met, completable, workable
from plans.services.writers import Writer
from realtime import event_types
from realtime.publishing import publish

NOT_TOLD = {"n", "by", "at", "run", "generation", "sha256", "category"}
ARTIFACT_SAYS = ("type", "path", "uri", "validation_status", "validation_report")


class NothingToVerify(Conflict):
    """The task has no acceptance criteria."""

    code = "no_criteria"

    def __init__(self, task: Task) -> None:
        super().__init__(f"{task.code} has no acceptance criteria; add some to the plan first.")


def verify_completion(
    task: Task,
    answers: Sequence[dict[str, Any]] | None = None,
    evidence: Sequence[dict[str, Any]] | None = None,
    *,
    actor: Actor,
) -> list[dict[str, str]]:
    """A verdict on each criterion, [{criterion, verdict, reason}]: met, unmet or unclear by a model, not_verified where none is set.

    answers: [{criterion, met, note?}], evidence: [{kind, note?, artifact?}]; those of the task itself where not given. Not inside
    a transaction. Raises ModelError when the model fails, BudgetSpent, NothingToVerify.
    """
    run = generate(task.plan.project, Generation.Kind.VERIFY, verify_request(task, answers, evidence), actor=actor)
    return run.result["verdicts"] if run.result else []


def verify_request(
    task: Task, answers: Sequence[dict[str, Any]] | None, evidence: Sequence[dict[str, Any]] | None
) -> dict[str, Any]:
    return {"task": task.pk, "acceptance": answers, "evidence": evidence}


# Before a completion counts


def opinions_on(
    task: Task,
    *,
    acceptance: list[dict[str, Any]],
    evidence: list[dict[str, Any]],
    grip: Grip | None = None,
    actor: Actor,
) -> list[Entry]:
    """What a model thinks of a completion that an agent is about to hand in, for `complete_task`; nothing where the project does not
    want it. Where nobody could be asked, an entry says so. The claim lives on meanwhile. Not inside a transaction.

    Raises BeingVerified when a model looks at it already.
    """
    if not (actor.is_agent and task.plan.project.ai_verification):
        return []
    try:
        run = ask_for_opinions(task, acceptance, evidence, grip, actor)
        if run is None:
            return []
        done = do_run(run)
        if done is None:
            raise lost(run)
    except BeingVerified:
        raise
    except GatewayError as error:
        return [not_verified(f"No model has verified it: {error.detail}")]
    return [opinion_from(verdict, done) for verdict in (done.result or {}).get("verdicts", [])]


class NoModel(GatewayError):
    """The project wants a model's opinion, and none is set."""


@transaction.atomic
def ask_for_opinions(
    task: Task,
    acceptance: list[dict[str, Any]],
    evidence: list[dict[str, Any]],
    grip: Grip | None,
    actor: Actor,
) -> Generation | None:
    """A run that is queued, with the claim kept for it; None for a completion that will be refused whatever a model thinks."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    try:
        allowed = completable(task, grip)
        task = workable(project, task, grip, actor, verb="completed", allowed=allowed, completing=True)
        entries = added(without_opinions(task.shown), entries_from(task, evidence, actor))
        check_met(task, acceptance, entries, "said")
    except GatewayError:
        return None
    if not task.acceptance:
        return None
    check_not_verified_now(project, task)
    if not model_writes():
        raise NoModel(NOT_VERIFIED)
    if grip:
        keep_while_verifying(grip.claim)
    shown = [entry.as_json() for entry in entries if entry.counts]
    request = verify_request(task, acceptance, shown) | {"completing": True, "claim": grip.claim if grip else None}
    return queue(project, Generation.Kind.VERIFY, request, actor)


def check_not_verified_now(project: Project, task: Task) -> None:
    runs = project.generations.filter(kind=Generation.Kind.VERIFY, status__in=Generation.OPEN)
    if runs.filter(request__task=task.pk, request__completing=True).exists():
        raise BeingVerified(task)


def opinion_from(verdict: dict[str, str], run: Generation) -> Entry:
    return Entry.model_validate(
        {
            "n": 1,
            "kind": MODEL,
            "criterion": verdict["criterion"],
            "verdict": verdict["verdict"],
            "note": verdict["reason"],
            "level": "checked",
            "generation": run.pk,
            "by": Who(kind="ai", name=run.model),
            "at": now(),
        }
    )


def not_verified(why: str) -> Entry:
    return Entry(n=1, kind=MODEL, verdict="not_verified", note=why, by=Who(kind="system", name="gateway"), at=now())


# The writer


class CompletionVerifier(Writer[VerifyOrder, ProposedVerdicts]):
    """Judges a completion by what is shown for it. Nothing can stand in for a model that failed."""

    needs_model = True

    def read(self, project: Project, request: dict[str, Any]) -> VerifyOrder:
        task = task_to_verify(project, request)
        given, shown = request["acceptance"], request["evidence"]
        answers = task.acceptance_answers if given is None else given
        check_criteria(task, answers)
        return VerifyOrder(
            task.code,
            task.title,
            task.description,
            tuple(task.acceptance),
            answers,
            [*map(told, task.evidence if shown is None else shown), *map(artifact_shown, artifacts_of(task))],
        )

    def keep(self, run: Generation) -> None:
        if claim := run.request.get("claim"):
            keep_while_verifying(claim)

    async def ask(self, model: Model, order: VerifyOrder, usage: Usage) -> ProposedVerdicts:
        return await propose_verdicts(model, order, usage)

    def write(self, run: Generation, project: Project, order: VerifyOrder, answer: ProposedVerdicts | None) -> Task:
        task = task_to_verify(project, run.request)
        verdicts = verdicts_of(order, answer)
        run.result = {"verdicts": verdicts}
        if answer is not None:
            met = sum(verdict["verdict"] == "met" for verdict in verdicts)
            text = f"{task.code} was looked at by a model: {met} of {len(verdicts)} criteria are met by the evidence."
            told = event_types.Update(text=text, data={"generation_id": run.pk, "verdicts": verdicts})
            publish(project.pk, told, actor=asked_by(run), task=task.ref)
        return task


def task_to_verify(project: Project, request: dict[str, Any]) -> Task:
    """The task, of the active plan. Raises TaskSuperseded for one of another version."""
    task = Task.objects.select_related("plan").filter(plan__project=project, pk=request["task"]).first()
    if task is None:
        raise NotFound("There is no such task.")
    check_workable(task, project)
    if not task.acceptance:
        raise NothingToVerify(task)
    return task


def check_criteria(task: Task, answers: Sequence[dict[str, Any]]) -> None:
    errors = {
        f"acceptance.{index}.criterion": ["The task has no such criterion."]
        for index, answer in enumerate(answers)
        if answer["criterion"] not in task.acceptance
    }
    if errors:
        raise InvalidInput(errors)


def artifacts_of(task: Task) -> list[Artifact]:
    same = Task.objects.filter(plan__project=task.plan.project_id, code=task.code)
    return list(Artifact.objects.filter(task__in=same).order_by("pk"))


def told(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what is no matter of the work."""
    return {name: value for name, value in entry.items() if name not in NOT_TOLD}


def artifact_shown(artifact: Artifact) -> dict[str, Any]:
    return {"artifact": artifact.pk, **{name: getattr(artifact, name) for name in ARTIFACT_SAYS}}


def register() -> None:
    register_writer(Generation.Kind.VERIFY, CompletionVerifier())
