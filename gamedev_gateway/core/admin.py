"""What every admin of the gateway stands on, and the people."""

from typing import Any

import orjson
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tasks_db.models import DBTaskResult
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator

from gamedev_gateway.core.models import LegacyRow


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows and changes none.

    Writes have rules that a form would skip: locks, laws of the plan, events for everybody who watches. So rows are changed by
    the services alone; where an admin lets people write, it hands over to them.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def pretty_json(value: Any) -> SafeString:
    """JSON for people: indented, escaped, in the order in which it was written."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return format_html('<pre class="gw-json">{}</pre>', text)


admin.site.unregister(DBTaskResult)  # the machinery under generations, which have a page of their own
admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "rights", "account")

    @display(description="rights", ordering="is_staff", label={"superuser": "primary", "staff": "info"})
    def rights(self, user: User) -> str:
        return "superuser" if user.is_superuser else "staff" if user.is_staff else "API only"

    @display(description="account", ordering="is_active", label={"active": "success", "closed": "danger"})
    def account(self, user: User) -> str:
        return "active" if user.is_active else "closed"


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(LegacyRow)
class LegacyRowAdmin(ReadOnlyAdmin):
    """What each row of the first version's database became, and those that are kept as they were."""

    list_display = ("table", "key", "project_id", "became", "became_id", "reason")
    list_display_links = ("table", "key")
    list_select_related = ("source",)
    list_per_page = 50
    search_fields = ("project_id__exact", "table__exact")
    search_help_text = "A project's id or a table's name, whole and exact"
    sortable_by = ()
    show_full_result_count = False
    paginator = InfinitePaginator
    actions = None
    fields = ("source", "table", "key", "project_id", "became", "became_id", "reason", "repaired", "as_it_was")

    @display(description="repaired")
    def repaired(self, row: LegacyRow) -> str:
        return pretty_json(row.repairs)

    @display(description="as it was")
    def as_it_was(self, row: LegacyRow) -> str:
        return pretty_json(row.as_dict())
