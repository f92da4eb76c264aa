"""Access tokens: who has which, made and revoked. Digests are never shown, a token itself only once, when it is made."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSplitDateTimeWidget

from agents import run_admin, tokens, tool_admin
from agents.models import AccessToken, Scope
from gamedev_gateway.core.admin import ReadOnlyAdmin
from gamedev_gateway.core.api import actor_of
from plans.admin.access import is_staff

__all__ = ["AccessTokenAdmin", "run_admin", "tool_admin"]


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[Scope.READ, Scope.WRITE],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="With “agent”, whoever uses the token is an agent: it works, but decides nothing for people.",
    )
    expiry = forms.SplitDateTimeField(required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text="Empty: never.")

    class Meta:
        model = AccessToken
        fields = ["name", "scopes", "expiry"]


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    """People see and make their own tokens; superusers see all."""

    form = TokenForm
    list_display = ("shown_name", "user", "shown_scopes", "created", "shown_state", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessToken]:
        mine = super().get_queryset(request).select_related("user")
        return mine if request.user.is_superuser else mine.filter(user_id=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "scopes", "expiry")
        return ("name", "user", "shown_scopes", "created", "expiry", "last_used_at")

    @display(description="name", ordering="name")
    def shown_name(self, token: AccessToken) -> str:
        return str(token)

    @display(description="may")
    def shown_scopes(self, token: AccessToken) -> str:
        return ", ".join(token.scopes)

    @display(description="lives", ordering="expiry", label={"expired": "danger"})
    def shown_state(self, token: AccessToken) -> tuple[str, str] | str:
        if token.expiry is None:
            return "until revoked"
        return ("expired", "expired") if token.is_expired else f"until {token.expiry:%Y-%m-%d %H:%M}"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: AccessToken, form: TokenForm, change: bool) -> None:
        data = form.cleaned_data
        made, text = tokens.create_token_for(
            actor_of(request),
            request.user,
            name=data["name"],
            scopes=data["scopes"],
            expires_at=data["expiry"],
        )
        obj.pk = made.pk
        told = "The token, shown only now: <code class='gw-token'>{}</code>"
        messages.success(request, format_html(told, text))

    def response_add(self, request: HttpRequest, obj: AccessToken, post_url_continue: Any = None) -> HttpResponse:
        return redirect(reverse("admin:agents_accesstoken_changelist"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return [f"the token {token}: who uses it is shut out at once" for token in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: AccessToken) -> None:
        tokens.revoke_token(obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        for token in queryset:
            self.delete_model(request, token)
