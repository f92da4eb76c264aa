from django.urls import path

from realtime.views import EventsViewSet

urlpatterns = [
    path(
        "projects/<str:project_id>/events/",
        EventsViewSet.as_view({"get": "list", "post": "create"}),
        name="project-event-list",
    )
]
