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
    "which_project": "Give `project`.",
    "unknown_tool": "List the tools; others are in another ?toolset= (core, planning, documents, all).",
    "busy": "Call again in a moment.",
    "internal_error": "Do not repeat the call; tell a person the correlation id.",
}
RETRYABLE = {"claimed", "dependencies_unmet", "generating", "busy", "check_unavailable"}
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
    return shaped(error.code, error.detail, **error.data)


def shaped(code: str, message: str, **data: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "hint": HINTS.get(code, ""), "retryable": code in RETRYABLE, **data}


def refusal(error: BaseException | None) -> CallToolResult:
    """An error as the result of a tool."""
    said = told(error)
    text = TextContent(type="text", text=canonical(said).decode())
    return CallToolResult(content=[text], structured_content=said, is_error=True)
