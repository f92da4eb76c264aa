"""Resources: what a client may show or read on its own, by address. Others' projects are not found, as everywhere."""

import json
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from agents.mcp.callers import Caller
from agents.mcp.doors import caller_of
from agents.mcp.errors import told
from agents.mcp.shapes import TaskShape
from agents.mcp.tools.documents import visible_document
from contexts.services import get_active_context
from documents.serializers import DocumentSerializer
from gamedev_gateway.core.errors import GatewayError, NotFound
from plans.serializers import PlanSerializer
from plans.services.planning import get_active_plan
from realtime.threads import in_database


class DocumentFields(DocumentSerializer):
    """A document without the position in its stream, which only sockets need."""

    cursor = None  # type: ignore[assignment]

    class Meta(DocumentSerializer.Meta):
        fields = [name for name in DocumentSerializer.Meta.fields if name != "cursor"]


def plan(caller: Caller, project: str) -> Any:
    found = get_active_plan(caller.project(project))
    if found is None:
        raise NotFound("The project has no active plan yet.")
    return PlanSerializer(found).data


def context(caller: Caller, project: str) -> Any:
    active = get_active_context(caller.project(project))
    if active is None:
        raise NotFound("The project has no context yet.")
    return {"version": active.version, "source": active.source, "content": active.content}


def task(caller: Caller, project: str, code: str) -> Any:
    return TaskShape.of(caller.task(caller.project(project), code)).model_dump(mode="json")


def document(caller: Caller, project: str, id: str) -> Any:
    found = visible_document(caller, int(id) if id.isdecimal() and len(id) < 19 else 0)
    if found.project_id != project:
        raise NotFound("There is no such document that you can see.")
    return DocumentFields(found).data


async def read(ctx: Context, reader: Callable[..., Any], **arguments: str) -> str:
    """What a reader gives, as JSON. An error is the protocol's own, with ours as its data."""
    try:
        found = await in_database(lambda: reader(caller_of(ctx), **arguments))
    except Exception as error:
        said = told(error)
        code = INVALID_PARAMS if isinstance(error, GatewayError) else INTERNAL_ERROR
        raise MCPError(code=code, message=said["message"], data=said) from error
    return json.dumps(found, ensure_ascii=False, default=str)


def register(server: MCPServer[Any]) -> None:
    @server.resource("gateway://projects/{project}/plan", mime_type="application/json")
    async def active_plan(project: str, ctx: Context) -> str:
        """The active plan with all of its tasks."""
        return await read(ctx, plan, project=project)

    @server.resource("gateway://projects/{project}/context", mime_type="application/json")
    async def active_context(project: str, ctx: Context) -> str:
        """What is known of the project now."""
        return await read(ctx, context, project=project)

    @server.resource("gateway://projects/{project}/tasks/{code}", mime_type="application/json")
    async def one_task(project: str, code: str, ctx: Context) -> str:
        """A task of the active plan."""
        return await read(ctx, task, project=project, code=code)

    @server.resource("gateway://projects/{project}/documents/{id}", mime_type="application/json")
    async def one_document(project: str, id: str, ctx: Context) -> str:
        """A document with the texts of its sections."""
        return await read(ctx, document, project=project, id=id)
