"""The gateway's URLs and those of the benchmarks."""

from django.urls import path

from benchmarks import routes
from gamedev_gateway import urls
from gamedev_gateway.urls import handler400, handler403, handler404, handler500  # noqa: F401

urlpatterns = [
    *urls.urlpatterns,
    path("bench/prefill", routes.Prefill.as_view()),
    path("bench/count", routes.Count.as_view()),
    path("bench/tokens", routes.SayTokens.as_view()),
]
