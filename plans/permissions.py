"""Closed by default: signed in, with a token whose scopes allow it, as a member whose role allows it."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from plans.models import Project, Role, Task


def project_of(obj: Any) -> Project:
    """The project that an object belongs to."""
    if isinstance(obj, Project):
        return obj
    if isinstance(obj, Task):
        return obj.plan.project
    return obj.document.project if hasattr(obj, "document") else obj.project


class ProjectRole(BasePermission):
    """Viewers read, editors write, owners do what a view's `owner_actions` name;
    `viewer_actions` are open to every member. Strangers never get here: the queryset
    has answered 404."""

    message = "Your role in this project does not allow it; ask an owner."

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        role = project_of(obj).role_of(request.user)
        return role is not None and role.rank >= required_role(request, view).rank


def required_role(request: Request, view: Any) -> Role:
    if request.method in SAFE_METHODS:
        return Role.VIEWER
    if view.action in getattr(view, "viewer_actions", ()):
        return Role.VIEWER
    return Role.OWNER if view.action in getattr(view, "owner_actions", ()) else Role.EDITOR
