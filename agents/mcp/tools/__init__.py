"""The tools, by toolset. Each set is chosen with ?toolset= so that an agent reads only of what it needs."""

from mcp.server.mcpserver.tools import Tool

from agents.mcp.tools import core, documents, engine, planning

TOOLSETS: dict[str, list[Tool]] = {
    "core": core.TOOLS,
    "planning": planning.TOOLS,
    "documents": documents.TOOLS,
    "engine": engine.TOOLS,
}
DEFAULT = "core"
ALL = "all"


def tools_of(toolset: str) -> list[Tool]:
    """The tools of a set. Raises KeyError for one that there is not."""
    if toolset == ALL:
        return [tool for tools in TOOLSETS.values() for tool in tools]
    return TOOLSETS[toolset]
