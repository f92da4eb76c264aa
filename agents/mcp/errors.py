"""Errors as an agent can act on them: {code, message, hint, retryable}, and what data the error has."""

from typing import Any

import structlog
from django.db import OperationalError
from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from contexts.packing import canonical
from gamedev_gateway.core.correlation import correlation_id
from gamedev_gateway.core.errors import GatewayError, NotFound, invalid_input_from

HINTS = {
    "invalid": "Correct the named arguments and call again.",
    "not_found": "Look for it with get_plan or get_task; what belongs to others cannot be seen.",
    "forbidden": "Go on with what you may do, and tell a person what you could not.",
    "people_only": "Ask a person to do it, with ask_question.",
    "claimed": "Take other work with claim_next_task.",
    "stale_claim": "Stop writing to this task; ask for work with claim_next_task.",
    "claim_not_shown": "Give `claim` and `fence` as claim_next_task gave them.",
    "not_claimed": "Claim it first with claim_task.",
    "run_ended": "Begin another run with start_run.",
    "dependencies_unmet": "Take other work with claim_next_task; this task can be begun when those are done.",
    "wrong_status": "Look at the task with get_task; its state is another than you think.",
    "dependency_cycle": "Take one of the dependencies on `path` out, and propose again.",
    "unknown_dependency": "Name only tasks of the plan; see get_plan.",
    "stale_base": "Read the plan again with get_plan, and propose on its version.",
    "not_proposed": "Propose a new version with propose_changes.",
    "section_locked": "A person has fixed its words; propose another section, or ask.",
    "generating": "Wait until it is written.",
    "being_verified": "Send heartbeat, and look with get_task in a moment.",
    "which_project": "Give `project`.",
    "unknown_tool": "List the tools; others are in another ?toolset= (core, planning, documents, engine, all).",
    "no_such_tool": "Look for one with find_tools.",
    "tool_denied": "Do it another way, or ask a person with ask_question.",
    "tool_schema_unusable": "Take another tool, and tell a person.",
    "tool_server_not_allowed": "Take another tool, and tell a person what the message says.",
    "too_many_tool_calls": "Wait for some to end.",
    "tool_unreachable": "Call again in a moment; if it stays away, report a blocker of the kind tool.",
    "tool_timeout": "Look whether it was done all the same before you call again.",
    "tool_answer_too_large": "Ask the tool for less at a time.",
    "tool_answer_invalid": "Take another tool, or report a blocker of the kind tool.",
    "tool_failed": "Read the message; correct the arguments, or do something else first.",
    "tool_resting": "Do other work, and call again after retry_after seconds.",
    "tool_call_refused": "Do not ask for it again; do it another way, or ask a person with ask_question.",
    "tool_call_interrupted": "Look whether it was done before you call again.",
    "busy": "Call again in a moment.",
    "internal_error": "Do not repeat the call; tell a person the correlation id.",
}
LONGEST = 500
"""Characters of a text in an error: what was sent is not sent back whole, since an agent pays for all that it reads."""
RETRYABLE = {
    *("being_verified", "claimed", "dependencies_unmet", "generating", "busy", "check_unavailable"),
    *("too_many_tool_calls", "tool_unreachable", "tool_resting"),
}
"""The same call may succeed later."""
log = structlog.get_logger("gateway.mcp")


class UnknownTool(NotFound):
    code = "unknown_tool"


def told(error: BaseException | None) -> dict[str, Any]:
    """What an agent is told of an error. One that nobody foresaw is logged, and says nothing of our inside."""
    if isinstance(error, GatewayError):
        return told_of(error)
    if isinstance(error, ValidationError):
        return told_of(invalid_input_from(error))
    if isinstance(error, OperationalError):
        log.warning("mcp_database_busy", reason=str(error))
        return shaped("busy", "The database is busy.")
    log.error("mcp_call_failed", exc_info=error)
    return shaped("internal_error", "This is our fault.", correlation_id=correlation_id())


def told_of(error: GatewayError) -> dict[str, Any]:
    return shaped(error.code, error.detail, **shortened(error.data))


def shortened(value: Any) -> Any:
    """The same, with long texts cut, at any depth."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]} …"
    if isinstance(value, dict):
        return {shortened(name): shortened(each) for name, each in value.items()}
    return [shortened(each) for each in value] if isinstance(value, list | tuple) else value


def shaped(code: str, message: str, **data: Any) -> dict[str, Any]:
    message = shortened(message)
    return {"code": code, "message": message, "hint": HINTS.get(code, ""), "retryable": code in RETRYABLE, **data}


def refusal(error: BaseException | None) -> CallToolResult:
    """An error as the result of a tool."""
    said = told(error)
    text = TextContent(type="text", text=canonical(said).decode())
    return CallToolResult(content=[text], structured_content=said, is_error=True)
