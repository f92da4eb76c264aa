"""Who programs are, and what agents do."""

from agents.models.access import AccessToken, Scope, SocketTicket, default_scopes
from agents.models.runs import Activity, Run

__all__ = ["AccessToken", "Activity", "Run", "Scope", "SocketTicket", "default_scopes"]
