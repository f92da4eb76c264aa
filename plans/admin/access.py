"""Who sees and changes what in the admin: superusers everything, other staff what their role in a project allows."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from gamedev_gateway.core.admin import ReadOnlyAdmin
from plans.models import Membership, Role
from plans.permissions import project_of


def roles_of(request: HttpRequest) -> dict[str, Role]:
    """The reader's role by project, read once a request."""
    if not hasattr(request, "project_roles"):
        mine = Membership.objects.filter(user=request.user)  # type: ignore[misc]
        pairs = mine.values_list("project_id", "role")
        request.project_roles = {project_id: Role(role) for project_id, role in pairs}  # type: ignore[attr-defined]
    return request.project_roles  # type: ignore[attr-defined]


def may(request: HttpRequest, project_id: str, least: Role) -> bool:
    if request.user.is_superuser:
        return True
    role = roles_of(request).get(project_id)
    return role is not None and role.rank >= least.rank


def require(request: HttpRequest, project_id: str, least: Role) -> None:
    if not may(request, project_id, least):
        raise PermissionDenied(f"That takes the role of {least.label.lower()} in this project; ask an owner.")


def is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


class MembersAdmin(ReadOnlyAdmin):
    """Rows that belong to a project: its members see them, strangers do not learn that they exist."""

    class Media:
        css = {"all": ["plans/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(pk__in=self.model.objects.visible_to(request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request) and (obj is None or may(request, project_of(obj).pk, Role.VIEWER))
