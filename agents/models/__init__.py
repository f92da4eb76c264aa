"""Who programs are, what agents do, and the outside tools that they use."""

from agents.models.access import AccessToken, Scope, SocketTicket, default_scopes
from agents.models.runs import Activity, Run
from agents.models.tools import Policy, Tool, ToolCall, ToolServer

__all__ = [
    "AccessToken",
    "Activity",
    "Policy",
    "Run",
    "Scope",
    "SocketTicket",
    "Tool",
    "ToolCall",
    "ToolServer",
    "default_scopes",
]
