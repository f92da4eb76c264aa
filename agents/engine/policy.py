"""Whether a tool may be called, needs a person's word, or is refused."""

from collections.abc import Mapping
from typing import Any

ALLOW, CONFIRM, DENY = "allow", "confirm", "deny"


def policy_of(*, tool: str, server: str, annotations: Mapping[str, Any], renewed: bool = True) -> str:
    """`allow`, `confirm` or `deny`.

    tool: what people decided for this tool alone, or "". server: what holds for its server's tools that change something.
    A tool that says it destroys needs a person's word, one that says it only reads does not. `renewed` is false where the
    tool says something else of itself than when people allowed it: then their word is asked for again.
    """
    if tool == ALLOW and not renewed:
        return CONFIRM
    if tool:
        return tool
    if server == DENY:
        return DENY
    if destroys(annotations):
        return CONFIRM
    return ALLOW if only_reads(annotations) else server


def only_reads(annotations: Mapping[str, Any]) -> bool:
    return annotations.get("readOnlyHint") is True


def destroys(annotations: Mapping[str, Any]) -> bool:
    return annotations.get("destructiveHint") is True and not only_reads(annotations)
