"""A client of the gamedev gateway's live events. Start with `Gateway`; the page about it is docs/clients.md."""

from gateway_client.backoff import Backoff
from gateway_client.document import DocumentText, Section
from gateway_client.errors import (
    Closed,
    CommandError,
    Gap,
    GatewayError,
    Lost,
    Mismatch,
    ProtocolError,
    Refused,
    Unanswered,
)
from gateway_client.frames import Event, Frame, Published
from gateway_client.gateway import Gateway, State
from gateway_client.subscription import Subscription

__all__ = [
    "Backoff",
    "Closed",
    "CommandError",
    "DocumentText",
    "Event",
    "Frame",
    "Gap",
    "Gateway",
    "GatewayError",
    "Lost",
    "Mismatch",
    "ProtocolError",
    "Published",
    "Refused",
    "Section",
    "State",
    "Subscription",
    "Unanswered",
]
