"""Pages beside Django's list and form: each shows something and does one verb."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from gamedev_gateway.core.errors import GatewayError
from plans.admin.access import MembersAdmin, require
from plans.models import Role
from plans.permissions import project_of


def admin_url(obj: Any, page: str = "change") -> str:
    """The admin's page of an object: `change`, or the name of an action."""
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{page}", args=[obj.pk])


class Confirmation(forms.Form):
    """Nothing to fill in."""


class Instructions(forms.Form):
    instructions = forms.CharField(max_length=20_000, widget=UnfoldAdminTextareaWidget({"rows": 5, "autofocus": True}))


class OptionalInstructions(Instructions):
    instructions = forms.CharField(
        max_length=20_000,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text="Optional, e.g. “smaller, two weeks of work”.",
    )


class PagesAdmin(MembersAdmin):
    """Adds pages of verbs. What a service refuses is told on the page that the person is on."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except GatewayError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())

    def find(self, request: HttpRequest, object_id: str, least: Role = Role.EDITOR) -> Any:
        """The object of a page, for somebody who has that role; 404 for whoever does not see it."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        require(request, project_of(obj).pk, least)
        return obj

    def verb_page(
        self,
        request: HttpRequest,
        obj: Any,
        *,
        title: str,
        button: str,
        do: Callable[[dict[str, Any]], Any],
        form: type[forms.Form] | Callable[..., forms.Form] = Confirmation,
        **context: Any,
    ) -> HttpResponse:
        """Show a form; once it is filled in, do the verb and go to the page of the object that it gives."""
        filled = form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and filled.is_valid():
            try:
                return redirect(admin_url(do(filled.cleaned_data)))
            except GatewayError as error:
                messages.error(request, error.detail)
        return self.page(request, obj, "admin/gateway/verb.html", title=title, button=button, form=filled, **context)

    def page(self, request: HttpRequest, obj: Any, template: str, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": obj,
                "back": admin_url(obj),
                "media": self.media,
                **context,
            },
        )
