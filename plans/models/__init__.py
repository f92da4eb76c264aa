"""Projects, their people, their plans, and the work on the active plan.

Tables keep the names of the database that this system grew from.
"""

from plans.models.agreement import Comment, PlanOperation, Review
from plans.models.artifacts import Artifact
from plans.models.checkpoints import Checkpoint
from plans.models.claims import Claim
from plans.models.generations import Generation
from plans.models.plans import Task, TaskPlan
from plans.models.projects import SLUG, Membership, Project, Role

__all__ = [
    "SLUG",
    "Artifact",
    "Checkpoint",
    "Claim",
    "Comment",
    "Generation",
    "Membership",
    "PlanOperation",
    "Project",
    "Review",
    "Role",
    "Task",
    "TaskPlan",
]
