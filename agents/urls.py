from django.urls import path

from agents.views import LoginViewSet, TicketViewSet, TokensViewSet

urlpatterns = [
    path("auth/token/", LoginViewSet.as_view({"post": "create", "delete": "destroy"}), name="login"),
    path("auth/ws-ticket/", TicketViewSet.as_view({"post": "create"}), name="ws-ticket"),
    path("tokens/", TokensViewSet.as_view({"get": "list", "post": "create"}), name="token-list"),
    path("tokens/<uuid:id>/", TokensViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="token-detail"),
]
