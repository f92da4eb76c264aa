"""The one write path of projects, plans and work. Doors (views, sockets, admin, commands) call these and nothing below."""

from plans.services.accepting import accept_plan
from plans.services.artifact_checks import see_artifact, see_new
from plans.services.artifacts import (
    delete_artifact,
    register_artifact,
    register_project_artifact,
    store_verdict,
    validate_artifact,
)
from plans.services.claims import claim_resource, claim_task, heartbeat, release_claim, release_run_out, release_task
from plans.services.comments import comment_on_plan, reopen_comment, resolve_comment
from plans.services.consensus import change_rule
from plans.services.evidence import judge_evidence, note_tool_result, show_evidence
from plans.services.generations import cancel_generation, generate_later, take_up_abandoned
from plans.services.next_claim import Taken, claim_next, claim_next_for
from plans.services.planning import create_task_plan, edit_plan, get_active_plan, propose_tasks
from plans.services.progress import next_task
from plans.services.projects import (
    activate_project,
    add_member,
    create_project,
    delete_project,
    give_ownerless,
    remove_member,
    set_member,
    update_project,
)
from plans.services.rebasing import rebase_plan
from plans.services.reviews import review_plan
from plans.services.thinking import generate, generate_now
from plans.services.verifying import opinions_on, verify_completion
from plans.services.work import block_task, complete_task, reopen_task, report_progress, start_task, unblock_task

__all__ = [
    "Taken",
    "accept_plan",
    "activate_project",
    "add_member",
    "block_task",
    "cancel_generation",
    "change_rule",
    "claim_next",
    "claim_next_for",
    "claim_resource",
    "claim_task",
    "comment_on_plan",
    "complete_task",
    "create_project",
    "create_task_plan",
    "delete_artifact",
    "delete_project",
    "edit_plan",
    "generate",
    "generate_later",
    "generate_now",
    "get_active_plan",
    "give_ownerless",
    "heartbeat",
    "judge_evidence",
    "next_task",
    "note_tool_result",
    "opinions_on",
    "propose_tasks",
    "rebase_plan",
    "register_artifact",
    "register_project_artifact",
    "release_claim",
    "release_run_out",
    "release_task",
    "remove_member",
    "reopen_comment",
    "reopen_task",
    "report_progress",
    "resolve_comment",
    "review_plan",
    "see_artifact",
    "see_new",
    "set_member",
    "show_evidence",
    "start_task",
    "store_verdict",
    "take_up_abandoned",
    "unblock_task",
    "update_project",
    "validate_artifact",
    "verify_completion",
]
