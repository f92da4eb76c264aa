"""Whether the work on a task meets its acceptance criteria: a second opinion, which decides nothing."""

from collections.abc import Sequence
from typing import Any

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Conflict, InvalidInput, NotFound
from gamedev_gateway.core.llm import Model, Usage
from plans.model_verifier import ProposedVerdicts, VerifyOrder, propose_verdicts, verdicts_of
from plans.models import Artifact, Generation, Project, Task
from plans.services.generations import asked_by
from plans.services.progress import check_workable
from plans.services.thinking import generate, register_writer
from plans.services.writers import Writer
from realtime import event_types
from realtime.publishing import publish

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
            [*(task.evidence if shown is None else shown), *map(artifact_shown, artifacts_of(task))],
        )

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


def artifact_shown(artifact: Artifact) -> dict[str, Any]:
    return {"artifact": artifact.pk, **{name: getattr(artifact, name) for name in ARTIFACT_SAYS}}


def register() -> None:
    register_writer(Generation.Kind.VERIFY, CompletionVerifier())
