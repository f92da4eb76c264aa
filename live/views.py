"""The page at `/`. What it shows comes through the public REST and WebSocket API, as for any other client."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import TemplateView

from live.modules import first_modules


@method_decorator([login_required, never_cache, ensure_csrf_cookie], name="dispatch")
class LivePage(TemplateView):
    """The shell that loads the modules. It says who is signed in, and its cookie is what the modules write with."""

    template_name = "live/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(modules=first_modules(), **kwargs)
