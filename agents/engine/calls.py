"""Calls of outside tools on agents' behalf: asked for, confirmed or refused by people, ended, and never left running for ever.

Nothing here asks an outside server; see running.py. So each function is one short transaction.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from agents.engine.addresses import Address, address_of
from agents.engine.arguments import Unusable, faults_in
from agents.engine.catalogue import get_tool
from agents.engine.errors import NotWaiting, SchemaUnusable, ToolDenied, TooManyCalls
from agents.engine.evidence import note_evidence
from agents.engine.policy import CONFIRM, DENY
from agents.engine.results import Json
from agents.models import Tool, ToolCall
from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.correlation import correlated, correlation_id
from gamedev_gateway.core.errors import GatewayError, InvalidInput
from plans.errors import AgentsDoNotDecide, StaleClaim
from plans.models import Claim, Project, Task
from plans.services.claims import Grip, held_claim
from realtime import event_types
from realtime.publishing import publish

MOST_OPEN = 50
"""Calls of one project that wait or run at the same time."""
GRACE = timedelta(seconds=90)
"""What a call may take beside the answer of its server: to connect, and to be stored."""
SHOWN = 500
LONGEST_ARGUMENTS = 100_000


@dataclass(frozen=True)
class Begun:
    """A call that is to be made now: all that this takes."""

    call: int
    address: Address
    server: str
    tool: str
    arguments: Json = field(repr=False)
    seconds: float
    correlation_id: str


@dataclass(frozen=True)
class Outcome:
    """How a call ended. `picture` is (media type, bytes) of the first picture in the answer."""

    result: Json | None = None
    error: GatewayError | None = None
    picture: tuple[str, bytes] | None = field(default=None, repr=False)


# Asking


@transaction.atomic
def request_call(
    project: Project, server: str, tool: str, arguments: Json, *, grip: Grip, actor: Actor
) -> tuple[ToolCall, Begun | None]:
    """Ask for a call under a claim; gives the call to be made now, or None for one that waits for a person.

    Asked again with the same arguments, one that waits is the same. Raises StaleClaim, NoTool, InvalidInput, ToolDenied,
    TooManyCalls, NotAllowed.
    """
    project = project.lock()
    claim = held_claim(project, grip, actor)
    found = get_tool(project, server, tool)
    check_arguments(found, arguments)
    policy = found.effective_policy
    if policy == DENY:
        raise ToolDenied(str(found))
    call = ToolCall(
        project=project,
        server=server,
        tool=tool,
        arguments=arguments,
        run_id=claim.run,
        task_code=task_code_of(claim),
        claim=claim.pk,
        fence=claim.fence,
        requested_by=actor.as_json() | {"user_id": actor.user_id},
        sensitive=policy == CONFIRM,
        correlation_id=correlation_id(),
    )
    if policy == CONFIRM:
        return waiting(call, actor), None
    check_room(project)
    return begun(call, found, claim)


def waiting(call: ToolCall, actor: Actor) -> ToolCall:
    """The call, waiting for a person; the one that waits already where it was asked for before."""
    asked = ToolCall.objects.filter(
        project=call.project, status=ToolCall.Status.WAITING, claim=call.claim, server=call.server, tool=call.tool
    )
    for before in asked:
        if before.arguments == call.arguments:
            return before
    check_room(call.project)
    call.status = ToolCall.Status.WAITING
    call.save()
    told = event_types.ToolRequested(
        call_id=call.pk,
        server=call.server,
        tool=call.tool,
        arguments=written(call.arguments)[:SHOWN],
        agent=actor.name,
        run_id=call.run_id,
    )
    tell(call, told, actor)
    return call


def begun(call: ToolCall, tool: Tool, claim: Claim) -> tuple[ToolCall, Begun]:
    """The call, running. The claim lives at least as long as the call may take."""
    now = timezone.now()
    until = now + timedelta(seconds=tool.server.timeout_seconds) + GRACE
    address = address_of(tool.server)
    call.status, call.started_at, call.lease_until = ToolCall.Status.RUNNING, now, until
    call.save()
    Claim.objects.filter(pk=claim.pk, expires_at__lt=until).update(expires_at=until)
    seconds = float(tool.server.timeout_seconds)
    return call, Begun(call.pk, address, call.server, call.tool, call.arguments, seconds, call.correlation_id)


def check_arguments(tool: Tool, arguments: Json) -> None:
    if len(written(arguments)) > LONGEST_ARGUMENTS:
        raise InvalidInput({"args": [f"They take more than {LONGEST_ARGUMENTS:,} characters; name a file instead."]})
    try:
        faults = faults_in(arguments, tool.input_schema)
    except Unusable as error:
        raise SchemaUnusable(str(error)) from error
    if faults:
        raise InvalidInput(faults)


def check_room(project: Project) -> None:
    if ToolCall.objects.open().filter(project=project).count() >= MOST_OPEN:
        raise TooManyCalls(MOST_OPEN)


def task_code_of(claim: Claim) -> str:
    return claim.resource if ":" not in claim.resource else ""


# People's word


@transaction.atomic
def confirm_call(call: ToolCall, *, actor: Actor) -> ToolCall:
    """A person says yes; the call is made when this is committed. Raises NotWaiting, StaleClaim when the agent has lost its claim."""
    from agents.engine.running import start

    call = decided(call, actor, "confirm a call")
    asker = asker_of(call)
    claim = held_claim(call.project, Grip(call.claim, call.fence), asker)
    tool = get_tool(call.project, call.server, call.tool)
    check_arguments(tool, call.arguments)  # it may have changed since
    if tool.effective_policy == DENY:
        raise ToolDenied(str(tool))
    call, to_make = begun(call, tool, claim)
    tell_answer(call, "confirmed", actor)
    transaction.on_commit(partial(start, to_make), robust=True)
    return call


@transaction.atomic
def refuse_call(call: ToolCall, *, reason: str = "", actor: Actor) -> ToolCall:
    """A person says no, and why. Raises NotWaiting."""
    call = decided(call, actor, "refuse a call")
    call.status, call.reason, call.finished_at = ToolCall.Status.REFUSED, reason, timezone.now()
    call.save()
    tell_answer(call, "refused", actor)
    return call


def decided(call: ToolCall, actor: Actor, what: str) -> ToolCall:
    """A waiting call of a locked project, with who decides about it."""
    if actor.is_agent:
        raise AgentsDoNotDecide(what)
    call = locked(call.pk) or call
    if call.status != ToolCall.Status.WAITING:
        raise NotWaiting(call.status)
    call.decided_by = actor.as_json()
    return call


def asker_of(call: ToolCall) -> Actor:
    return Actor(**call.requested_by)


# The end


@transaction.atomic
def finish_call(call_id: int, outcome: Outcome) -> bool:
    """Store how a call ended, and note it as evidence of its task. False when it was over already."""
    call = locked(call_id)
    if call is None or call.status != ToolCall.Status.RUNNING:
        return False
    close(call, outcome)
    note_evidence(call, task_of(call), outcome.picture, asker_of(call))
    tell_end(call)
    return True


def locked(call_id: int) -> ToolCall | None:
    """A call of a locked project; None when it was deleted with it."""
    project = Project.objects.select_for_update().filter(tool_calls=call_id).first()
    if project is None:
        return None
    call = ToolCall.objects.get(pk=call_id)
    call.project = project
    return call


def close(call: ToolCall, outcome: Outcome) -> None:
    error = outcome.error
    call.status = ToolCall.Status.FAILED if error else ToolCall.Status.DONE
    call.result = outcome.result
    call.error = {"code": error.code, "message": error.detail[:2_000]} if error else None
    call.finished_at, call.lease_until = timezone.now(), None
    call.save()


class Interrupted(GatewayError):
    code = "tool_call_interrupted"

    def __init__(self) -> None:
        super().__init__(
            "The gateway was stopped in the middle. Whether the tool did it, nobody knows; look before you repeat it."
        )


def sweep() -> int:
    """End the calls that were cut off with their process, and those whose asker has lost the claim before a person answered.

    Called every few seconds; gives how many.
    """
    cut_off = ToolCall.objects.filter(status=ToolCall.Status.RUNNING, lease_until__lt=timezone.now())
    held = Claim.objects.open().values("pk")
    given_up = ToolCall.objects.filter(status=ToolCall.Status.WAITING).exclude(claim__in=held)
    ids = [*cut_off.values_list("pk", flat=True), *given_up.values_list("pk", flat=True)]
    return sum(end_abandoned(call_id) for call_id in ids)


@transaction.atomic
def end_abandoned(call_id: int) -> bool:
    call = locked(call_id)
    if (
        call is None
        or call.is_over
        or (call.status == ToolCall.Status.RUNNING and call.lease_until and call.lease_until > timezone.now())
    ):
        return False
    claim = Claim.objects.filter(pk=call.claim).first()
    error = Interrupted() if call.status == ToolCall.Status.RUNNING else StaleClaim(claim)
    close(call, Outcome(error=error))
    tell_end(call)
    return True


# Telling


def task_of(call: ToolCall) -> Task | None:
    """The task of the active plan that a call was made for."""
    tasks = Task.objects.active().filter(plan__project=call.project, code=call.task_code)
    return tasks.select_related("plan").first() if call.task_code else None


def tell(call: ToolCall, told: event_types.Payload, actor: Actor) -> None:
    task = task_of(call)
    publish(call.project_id, told, actor=actor, task=task.ref if task else None)


def tell_answer(call: ToolCall, verdict: Any, actor: Actor) -> None:
    told = event_types.ToolAnswered(
        call_id=call.pk, server=call.server, tool=call.tool, verdict=verdict, reason=call.reason
    )
    tell(call, told, actor)


def tell_end(call: ToolCall) -> None:
    began, ended = call.started_at or call.created_at, call.finished_at or timezone.now()
    told = event_types.ToolCalled(
        call_id=call.pk,
        server=call.server,
        tool=call.tool,
        status="failed" if call.error else "done",
        sensitive=call.sensitive,
        elapsed_ms=round((ended - began).total_seconds() * 1000),
        text=(call.error["message"] if call.error else call.result["text"] if call.result else "")[:SHOWN],
        error_code=call.error["code"] if call.error else "",
    )
    with correlated(call.correlation_id):
        tell(call, told, asker_of(call) if call.error is None or call.error["code"] != Interrupted.code else SYSTEM)


def written(arguments: Json) -> str:
    return orjson.dumps(arguments).decode()
