"""Pictures of a plan as SVG: plain text in, plain text out, for browsers, documents and the admin's pages alike."""

from plans.pictures.burnup import Moment, draw_burnup
from plans.pictures.gantt import draw_gantt
from plans.pictures.graph import draw_graph
from plans.pictures.style import POLICY

__all__ = ["POLICY", "Moment", "draw_burnup", "draw_gantt", "draw_graph"]
