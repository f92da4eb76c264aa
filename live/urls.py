from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from live.views import LivePage

app_name = "live"
urlpatterns = [
    path("", LivePage.as_view(), name="page"),
    path("login/", LoginView.as_view(template_name="live/login.html", redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(next_page="live:login"), name="logout"),
]
