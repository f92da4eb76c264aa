"""What an outside tool answered, as evidence of the task that it was called for."""

import hashlib
from typing import Any

import orjson
from django.core.files.base import ContentFile

from agents.models import ToolCall
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from plans import services
from plans.artifact_files import Measured
from plans.models import Artifact, Task

TEST, SCREENSHOT, LOG = "test", "screenshot", "log"
NUMBERS = ("passed", "failed", "skipped")
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def note_evidence(call: ToolCall, task: Task | None, picture: tuple[str, bytes] | None, actor: Actor) -> None:
    """Note a call that has ended as evidence, where it says something. A picture becomes an artifact of the task.

    What the task cannot take any more, since it was dropped or replaced meanwhile, is left in the record of the call.
    """
    numbers = test_numbers(call.result or {})
    failed_tests = bool(numbers.get("failed"))
    if task is None or (call.status != ToolCall.Status.DONE and not failed_tests):
        return
    try:
        artifact = keep_picture(call, task, picture, actor)
        services.note_tool_result(
            task,
            tool_call=call.pk,
            tool=f"{call.server}/{call.tool}",
            run=run_of(call),
            kind=TEST if numbers else SCREENSHOT if artifact else LOG,
            excerpt=(call.result or {}).get("text", ""),
            artifact=artifact.pk if artifact else None,
            actor=actor,
            **numbers,
        )
    except GatewayError:
        return


def test_numbers(result: dict[str, Any]) -> dict[str, int]:
    """How many tests passed, failed and were skipped, where the answer says so: {} or at least the first two."""
    said = result.get("structured") or {}
    found = {name: said[name] for name in NUMBERS if type(said.get(name)) is int and said[name] >= 0}
    return found if {"passed", "failed"} <= found.keys() else {}


def run_of(call: ToolCall) -> str:
    """The same for the same call, so that a newer answer takes the place of an older one."""
    same = [call.server, call.tool, call.arguments]
    return hashlib.sha256(orjson.dumps(same, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keep_picture(call: ToolCall, task: Task, picture: tuple[str, bytes] | None, actor: Actor) -> Artifact | None:
    """The picture of an answer, as a screenshot of the task. It is not looked at here; its validation is pending."""
    if picture is None or picture[0] not in ENDINGS:
        return None
    data = picture[1]
    return services.register_artifact(
        task,
        type="screenshot",
        category=Artifact.Category.SCREENSHOT,
        path=f"tool-calls/{call.pk}.{ENDINGS[picture[0]]}",
        upload=ContentFile(data, name="picture"),
        measured=Measured(hashlib.sha256(data).hexdigest(), len(data)),
        actor=actor,
    )
