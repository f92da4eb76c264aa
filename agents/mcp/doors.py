"""A tool is a door: a synchronous function that takes the caller and flat arguments, and calls a service.

What is the same for all of them is here: the call crosses to the database thread once, runs in one transaction when it
writes, and its answer leaves as structured content with a shallow schema, which keeps the list of tools short.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections, transaction
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field
from rest_framework import serializers

from agents.mcp.callers import Caller, caller_with
from gamedev_gateway.core.api import MAX_ID
from gamedev_gateway.core.errors import GatewayError, InvalidInput
from gamedev_gateway.core.problems import flatten
from realtime.group_commit import GroupCommit
from realtime.hub import Hub, current_hub
from realtime.threads import database_threads, in_database

Wish = TypeVar("Wish")
Result = TypeVar("Result")
Id = Annotated[int, Field(ge=0, le=MAX_ID)]
"""A number that names a row, or a version; a larger one no database could look for."""
GATHER = 0.01
"""Seconds between two looks whether more calls of the same kind are coming, so that they are done together."""
CALLER = "gateway.caller"
"""Where in the scope of an HTTP request the door notes who calls."""
writers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="agents-db")
"""One writes at a time: SQLite takes one writer, and threads that wait for its lock would sleep too long; on PostgreSQL the
writes of one project wait for each other anyhow."""
patient = ThreadPoolExecutor(max_workers=8, thread_name_prefix="agents-patient")
"""For tools that read a file or wait for a model, which may take minutes: the sockets' threads are not theirs."""


def reads(function: Callable[..., BaseModel]) -> Tool:
    """A tool that only looks."""
    return made_tool(function, database_threads, read_only_hint=True)


def writes(function: Callable[..., BaseModel]) -> Tool:
    """A tool that changes something, each time that it is called."""
    return made_tool(transaction.atomic(function), writers, destructive_hint=False)


def rewrites(function: Callable[..., BaseModel]) -> Tool:
    """A tool that changes something; called again with the same arguments, it changes nothing more."""
    return made_tool(transaction.atomic(function), writers, destructive_hint=False, idempotent_hint=True)


def writes_at_its_end(function: Callable[..., BaseModel]) -> Tool:
    """A tool that takes long before it changes something; what it changes, it does `in_turn`, so that nobody waits for it."""
    return made_tool(function, patient, destructive_hint=False)


def in_turn(write: Callable[[], Result]) -> Result:
    """Do a short write among those of the other tools, from a tool that has taken its time."""

    def run() -> Result:
        close_old_connections()
        return write()

    return writers.submit(copy_context().run, run).result()


def together(
    wish_of: Callable[..., Wish], act: Callable[[Sequence[Wish]], Sequence[BaseModel | GatewayError]], *, answers: type
) -> Tool:
    """A tool whose calls at the same moment are done in one transaction.

    `wish_of` checks the arguments of a call; `act` does what all the wishes ask, and must do no harm when done twice.
    """

    async def call(ctx: Context, **arguments: Any) -> CallToolResult:
        caller = await known_caller(ctx)
        return answered(await outcome_of(wish_of(caller, **arguments), act))

    hints = ToolAnnotations(destructive_hint=False, idempotent_hint=True)
    return shortened(Tool.from_function(described(call, wish_of, answers), annotations=hints))


async def known_caller(ctx: Context) -> Caller:
    request = ctx.request_context.request
    return request.scope[CALLER] if request is not None else await in_database(caller_of, ctx)


groups: WeakKeyDictionary[Hub, dict[Any, GroupCommit[Any, Any]]] = WeakKeyDictionary()


async def outcome_of(wish: Wish, act: Callable[[Sequence[Wish]], Sequence[BaseModel | GatewayError]]) -> BaseModel:
    hub = current_hub()
    group = groups.setdefault(hub, {}).setdefault(
        act, GroupCommit(hub, act, harmless_twice=lambda _: True, gather=GATHER)
    )
    done: asyncio.Future[BaseModel | Exception] = hub.loop.create_future()
    group.submit(wish, lambda outcome: None if done.done() else done.set_result(outcome))
    outcome = await done
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def made_tool(function: Callable[..., BaseModel], threads: ThreadPoolExecutor, **hints: bool) -> Tool:
    async def call(ctx: Context, **arguments: Any) -> CallToolResult:
        return answered(await in_database(lambda: function(caller_of(ctx), **arguments), executor=threads))

    answers = inspect.signature(function, eval_str=True).return_annotation
    return shortened(Tool.from_function(described(call, function, answers), annotations=ToolAnnotations(**hints)))


def shortened(tool: Tool) -> Tool:
    tool.parameters = shallow(tool.parameters)
    if tool.fn_metadata.output_schema:
        tool.fn_metadata.output_schema = shallow(tool.fn_metadata.output_schema)
    return tool


def described(call: Callable[..., Awaitable[Any]], function: Callable[..., Any], answers: type) -> Any:
    """The coroutine function that the SDK calls, with the signature that it reads."""
    signature = inspect.signature(function, eval_str=True)
    answer = Annotated[CallToolResult, answers]
    own = [each for each in signature.parameters.values() if each.name != "caller"]
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Context)
    call.__signature__ = signature.replace(parameters=[context, *own], return_annotation=answer)  # type: ignore[attr-defined]
    call.__annotations__ = {"ctx": Context, **{each.name: each.annotation for each in own}, "return": answer}
    call.__name__, call.__doc__ = function.__name__, inspect.getdoc(function)
    return call


def caller_of(ctx: Context) -> Caller:
    """Who calls: whom the door let in, or over stdio whoever the token of the process says. Runs in a database thread."""
    request = ctx.request_context.request
    return request.scope[CALLER] if request is not None else caller_with(ctx.request_context.lifespan_context["token"])


def answered(answer: BaseModel) -> CallToolResult:
    """The same twice: for programs, and as text for models. What is not there is left out."""
    text = answer.model_dump_json(exclude_none=True)
    content = answer.model_dump(mode="json", exclude_none=True)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content)


def shallow(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with the types of its members, and nothing of what is inside of them."""
    members = {name: shallow_member(member) for name, member in schema.get("properties", {}).items()}
    required = {"required": schema["required"]} if schema.get("required") else {}
    return {"type": "object", "properties": members, **required}


def shallow_member(member: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in member:
        return {"type": "object"}
    choices = [each for each in member.get("anyOf", []) if each.get("type") != "null"]
    if choices:
        return shallow_member(choices[0])
    inside = member.get("items", {})
    items = {"items": shallow_member(inside)} if inside else {}
    told: dict[str, Any] = {name: member[name] for name in ("type", "enum", "description") if name in member}
    return {**told, **items}


def checked(shape: type[serializers.Serializer], **given: Any) -> dict[str, Any]:
    """Arguments as REST checks them, with its limits. Raises InvalidInput."""
    serializer = shape(data=given)
    if not serializer.is_valid():
        raise InvalidInput(flatten(serializer.errors))
    return serializer.validated_data
