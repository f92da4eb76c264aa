from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from gamedev_gateway import health
from gamedev_gateway.api_root import ApiRoot
from realtime import ws_docs

v1: list[URLPattern | URLResolver] = [
    path("", ApiRoot.as_view(), name="root"),
    path("", include("agents.urls")),
    path("", include("plans.urls")),
    path("", include("contexts.urls")),
    path("", include("documents.urls")),
    path("", include("realtime.urls")),
]

urlpatterns = [
    path("", include("live.urls")),
    path("favicon.ico", RedirectView.as_view(url=static("gateway/favicon.svg")), name="favicon"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((v1, "v1"))),
    path("api/session/", include("rest_framework.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/ws-docs/", ws_docs.page, name="ws-docs"),
    path("api/ws-docs/asyncapi.yaml", ws_docs.yaml_file, name="asyncapi-yaml"),
    path("api/ws-docs/asyncapi.json", ws_docs.json_file, name="asyncapi-json"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.Metrics.as_view(), name="metrics"),
]

handler400 = "gamedev_gateway.core.problems.bad_request"
handler403 = "gamedev_gateway.core.problems.permission_denied"
handler404 = "gamedev_gateway.core.problems.not_found"
handler500 = "gamedev_gateway.core.problems.server_error"
