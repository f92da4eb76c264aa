"""The log as people read it: each event as a sentence that begins with its actor."""

from typing import Any

from plans.admin.reading import counts_in_words, cut


def event_in_words(told: dict[str, Any]) -> str:
    """What an event says, as the rest of a sentence that begins with its actor."""
    payload, code = told["payload"], told["task_code"]
    describe = WORDS.get(told["type"])
    text = describe(payload) if describe else payload.get("text") or told["type"]
    return f"{text} {code}" if code and describe else f"{text} ({code})" if code else str(text).removesuffix(" for")


def edited(payload: dict[str, Any]) -> str:
    diff = payload["diff"]
    counts = counts_in_words(*(len(diff[part]) for part in ("added", "dropped", "changed", "moved")))
    return f"edited plan v{payload['version']}: {counts}"


def accepted(payload: dict[str, Any]) -> str:
    part = "a part of " if payload.get("remaining") else ""
    return f"accepted {part}plan v{payload['version']}"


def commented(payload: dict[str, Any]) -> str:
    verbs = {"created": "said", "resolved": "resolved", "reopened": "opened again"}
    return f"{verbs[payload['action']]} “{cut(payload['body'], 120)}”{' about' if payload['code'] else ''}"


def reviewed(payload: dict[str, Any]) -> str:
    said = f": “{cut(payload['body'], 120)}”" if payload["body"] else ""
    return f"{VERDICTS[payload['verdict']]}{said}"


VERDICTS = {
    "approve": "approved of a proposal",
    "request_changes": "asked for changes of a proposal",
    "advise": "gave advice on a proposal",
}


def released(payload: dict[str, Any]) -> str:
    if payload["how"] == "expired":
        return "let a claim run out on"
    if payload["how"] == "dropped":
        return "with the new plan ended the claim on"
    return "took the claim away on" if payload["how"] == "taken" else "gave back the claim on"


def changed(payload: dict[str, Any]) -> str:
    if payload.get("why"):
        return f"changed the evidence (“{cut(payload['why'], 120)}”) of"
    return f"with the new plan changed {', '.join(payload['fields'])} of"


def project(payload: dict[str, Any]) -> str:
    if payload["action"] == "status":
        return f"brought the project to “{payload['changes']['status']}”"
    return f"{payload['action']} the project"


def member(payload: dict[str, Any]) -> str:
    user, role = payload["user"], payload["role"]
    return f"made {user} {'an' if role[0] in 'eo' else 'a'} {role}" if role else f"took {user} out"


def section(payload: dict[str, Any]) -> str:
    if payload["action"] == "stale":
        return f"found the section “{payload['heading']}” stale"
    return f"{payload['action']} the section “{payload['heading']}”"


ENDED = {"done": "answered", "failed": "failed"}
WORDS = {
    "project": project,
    "plan.created": lambda payload: f"proposed plan v{payload['version']} with {payload['tasks']} tasks",
    "plan.generated": lambda payload: f"had plan v{payload['version']} generated, with {payload['tasks']} tasks",
    "plan.refined": lambda payload: f"refined to plan v{payload['version']}: “{cut(payload['instructions'], 120)}”",
    "plan.rebased": lambda payload: f"carried a proposal over, as plan v{payload['version']}",
    "plan.edited": edited,
    "plan.accepted": accepted,
    "plan.commented": commented,
    "plan.reviewed": reviewed,
    "task.started": lambda payload: "started",
    "task.progress": lambda payload: f"reported {payload['percent']} % of",
    "task.blocked": lambda payload: f"blocked (“{cut(payload['reason'], 120)}”)",
    "task.unblocked": lambda payload: "unblocked",
    "task.completed": lambda payload: "completed",
    "task.reopened": lambda payload: "reopened",
    "task.changed": changed,
    "task.dropped": lambda payload: "with the new plan dropped",
    "task.claimed": lambda payload: "claimed",
    "task.released": released,
    "context.generated": lambda payload: f"brought the {payload['scope']} context up to date (v{payload['version']})",
    "context.updated": lambda payload: f"set the {payload['scope']} context to v{payload['version']}",
    "artifact.created": lambda payload: (
        f"registered {payload['path'] or payload['uri'] or payload['artifact_type']} for"
    ),
    "artifact.validated": lambda payload: f"found an artifact {payload['validation_status']}:",
    "artifact.deleted": lambda payload: "deleted an artifact of",
    "document.created": lambda payload: f"created the document “{payload['title']}”",
    "document.updated": lambda payload: f"edited the {' and '.join(payload['changed'])} of “{payload['title']}”",
    "document.deleted": lambda payload: f"deleted the document “{payload['title']}”",
    "document.started": lambda payload: f"had “{payload['title']}” written",
    "document.completed": lambda payload: f"completed “{payload['title']}”",
    "document.failed": lambda payload: f"failed to write “{payload['title']}”: {cut(payload['message'], 200)}",
    "document.cancelled": lambda payload: f"stopped the writing of “{payload['title']}”",
    "section.updated": section,
    "section.completed": lambda payload: f"wrote the section “{payload['heading']}”",
    "run.started": lambda payload: f"began a run of the agent {payload['agent']}",
    "run.activity": lambda payload: f"({payload['agent']}, {payload['kind']}) told: “{cut(payload['body'], 120)}”",
    "run.ended": lambda payload: f"ended a run of the agent {payload['agent']}",
    "question.asked": lambda payload: f"({payload['agent']}) asked: “{cut(payload['question'], 120)}”",
    "question.answered": lambda payload: f"answered “{cut(payload['question'], 80)}”: “{cut(payload['answer'], 120)}”",
    "tool.requested": lambda payload: f"({payload['agent']}) asked to use {payload['server']}.{payload['tool']} for",
    "tool.answered": lambda payload: f"{payload['verdict']} the use of {payload['server']}.{payload['tool']} for",
    "tool.called": lambda payload: f"used {payload['server']}.{payload['tool']}, which {ENDED[payload['status']]}, for",
    "member.changed": member,
    "error": lambda payload: f"met an error: {cut(payload['message'], 200)}",
}
"""Each type of event as a verb; the code of its task, if it has one, follows."""
