"""The template planner: real plans from a brief and the knowledge in the YAML files, without a model, chance or clock."""

from plans.planner.draft import draft_plan
from plans.planner.refine import Refinement, refine_plan

__all__ = ["Refinement", "draft_plan", "refine_plan"]
