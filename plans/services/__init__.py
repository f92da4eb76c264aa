"""The one write path of projects, plans and work. Doors (views, sockets, admin, commands) call these and nothing below."""

from plans.services.artifacts import delete_artifact, register_artifact, register_project_artifact, validate_artifact
from plans.services.generations import cancel_generation, generate_later, generate_now, take_up_abandoned
from plans.services.planning import accept_plan, create_task_plan, edit_plan, get_active_plan, propose_tasks
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
from plans.services.work import block_task, complete_task, reopen_task, report_progress, start_task, unblock_task

__all__ = [
    "accept_plan",
    "activate_project",
    "add_member",
    "block_task",
    "cancel_generation",
    "complete_task",
    "create_project",
    "create_task_plan",
    "delete_artifact",
    "delete_project",
    "edit_plan",
    "generate_later",
    "generate_now",
    "get_active_plan",
    "give_ownerless",
    "next_task",
    "propose_tasks",
    "register_artifact",
    "register_project_artifact",
    "remove_member",
    "reopen_task",
    "report_progress",
    "set_member",
    "start_task",
    "take_up_abandoned",
    "unblock_task",
    "update_project",
    "validate_artifact",
]
