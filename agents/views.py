"""Signing in, tokens, tickets. No secret is ever stored, so nothing here takes an Idempotency-Key."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from agents import tokens
from agents.models import AccessToken
from agents.serializers import (
    CreateTokenSerializer,
    LoginAnswerSerializer,
    LoginSerializer,
    NewTokenSerializer,
    TicketAnswerSerializer,
    TokenSerializer,
)
from gamedev_gateway.core.api import EmptySerializer, GatewayViewSet, actor_of
from gamedev_gateway.core.errors import InvalidInput
from gamedev_gateway.core.pagination import CursorPagination
from gamedev_gateway.core.throttles import LoginRate

LOGIN_LASTS = timedelta(days=30)


class LoginViewSet(GatewayViewSet):
    """A token for a password."""

    serializer_class = LoginSerializer
    body_classes = {
        "create": LoginSerializer,
    }
    idempotent = False

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    def get_throttles(self) -> list[Any]:
        return [LoginRate()] if self.request.method == "POST" else super().get_throttles()

    def perform_authentication(self, request: Request) -> None:
        """Whoever brings a password is not asked who they are, so that a worn-out token does not disturb."""
        if request.method == "POST":
            request.authenticators = []
        super().perform_authentication(request)

    @extend_schema(responses={200: LoginAnswerSerializer}, auth=[])
    def create(self, request: Request) -> Response:
        """A token for a password; it lasts 30 days."""
        given = self.body()
        user = authenticate(request, **given)
        if user is None:
            raise AuthenticationFailed("Username or password is wrong.")
        expires_at = timezone.now() + LOGIN_LASTS
        _, token = tokens.create_token(user, name="login", expires_at=expires_at)
        return Response(LoginAnswerSerializer({"token": token, "expires_at": expires_at}).data)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request) -> Response:
        """Revoke the token that this request carries."""
        if not isinstance(request.auth, AccessToken):
            raise InvalidInput({"Authorization": ["This request carries no token to revoke."]})
        tokens.revoke_token(request.auth, actor=actor_of(request))
        return Response(status=204)


class TicketViewSet(GatewayViewSet):
    """A ticket for one socket, for browsers, which cannot send a header with it."""

    serializer_class = EmptySerializer
    body_classes = {
        "create": EmptySerializer,
    }
    permission_classes = [IsAuthenticated]
    idempotent = False

    @extend_schema(responses={200: TicketAnswerSerializer})
    def create(self, request: Request) -> Response:
        """Opens one socket, within seconds, with the rights of whoever asked."""
        self.body()
        token = request.auth if isinstance(request.auth, AccessToken) else None
        ticket, lives = tokens.create_ticket(request.user, token)
        return Response(TicketAnswerSerializer({"ticket": ticket, "expires_in": lives}).data)


class TokenPagination(CursorPagination):
    ordering = "-created"


class TokensViewSet(ListModelMixin, GatewayViewSet):
    """Your tokens. The text of one is shown once, when it is made."""

    serializer_class = TokenSerializer
    body_classes = {
        "create": CreateTokenSerializer,
    }
    pagination_class = TokenPagination
    idempotent = False
    lookup_field = "uid"
    lookup_url_kwarg = "id"
    queryset = AccessToken.objects.none()

    def get_permissions(self) -> list[Any]:
        return [permission() for permission in (IsAuthenticated, tokens.TokenScope)]

    def get_queryset(self) -> QuerySet[AccessToken]:
        return AccessToken.objects.filter(user=self.request.user)

    @extend_schema(responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. Its text is in this answer and in no other."""
        given = self.body()
        made, token = tokens.create_token_for(actor_of(request), request.user, **given)
        return Response({**TokenSerializer(made).data, "token": token}, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:
        """Revoke a token; its sockets are closed."""
        tokens.revoke_token(self.get_object(), actor=actor_of(request))
        return Response(status=204)
