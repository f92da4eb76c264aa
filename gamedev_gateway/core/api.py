"""What all views of the API have in common."""

from functools import partial
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound, StaleVersion
from gamedev_gateway.core.idempotency import answer_once
from gamedev_gateway.core.pagination import CursorPagination
from gamedev_gateway.core.storable import refuse_unstorable

MAX_ID = 2**63 - 1


def actor_of(request: Request | HttpRequest) -> Actor:
    """Who is acting in a request: the agent that an agent's token names, else the person."""
    token = getattr(request, "auth", None)
    if token is not None and hasattr(token, "as_actor"):
        return token.as_actor()
    return Actor.person(request.user)  # type: ignore[arg-type]


def refuse_unstorable_url(request: Request) -> None:
    """Nothing has a NUL character in its address; in a query it is named."""
    if "\x00" in request.path:
        raise NotFound("There is nothing at this address.")
    refuse_unstorable({name: "".join(values) for name, values in request.query_params.lists()})


class StrictFieldsMixin:
    """A field that the serializer does not know is an error, not a silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()  # type: ignore[attr-defined]
        if unknown:
            known = ", ".join(sorted(name for name, field in self.fields.items() if not field.read_only))  # type: ignore[attr-defined]
            told = f"Unknown field. Known: {known}." if known else "Unknown field; there are none here."
            raise serializers.ValidationError({name: [told] for name in sorted(unknown)})
        return super().to_internal_value(data)  # type: ignore[misc]


class StrictSerializer(StrictFieldsMixin, serializers.Serializer):
    pass


class StrictModelSerializer(StrictFieldsMixin, serializers.ModelSerializer):
    pass


class EmptySerializer(StrictSerializer):
    """A body without fields: `{}`."""


class AgainstQuery(serializers.Serializer):
    """The query of a diff."""

    against = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Id of a version; the one it was made from if absent."
    )

    @classmethod
    def read(cls, request: Request) -> int | None:
        query = cls(data=request.query_params)
        query.is_valid(raise_exception=True)
        return query.validated_data.get("against")


def etag_of(obj: models.Model) -> str:
    """The strong entity tag of an object, from its edit counter alone."""
    return f'"{obj._meta.model_name}-{obj.pk}-{getattr(obj, "revision", 1)}"'


class GatewayViewSet(GenericViewSet):
    """The manners of every resource.

    - A write runs in one transaction, with its Idempotency-Key claimed in it: an error undoes all of it.
    - `If-Match` is checked under the project's lock, so that two edits of one state cannot both pass.
    - A single object is answered with its ETag.
    """

    pagination_class = CursorPagination
    body_classes: ClassVar[dict[str, type[serializers.Serializer]]] = {}
    """Which serializer checks the body of which action; `serializer_class` is the shape of the answers."""
    idempotent: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unstorable_url(request)
        if request.method not in SAFE_METHODS:
            request.data  # noqa: B018  read and parsed before the transaction begins
            method = str(request.method).lower()
            handler = getattr(self, method, self.http_method_not_allowed)
            setattr(self, method, partial(self.write, handler))

    def write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            act = partial(handler, request, *args, **kwargs)
            return answer_once(request, act) if self.idempotent else act()

    def get_object(self) -> Any:
        if self.request.method in SAFE_METHODS:
            return super().get_object()
        self.lock(super().get_object())
        obj = super().get_object()
        self.check_precondition(obj)
        return obj

    def lock(self, obj: Any) -> None:
        """Take the row lock that writes to this object wait for; resources that can be written say which."""

    def check_precondition(self, obj: Any) -> None:
        """RFC 9110, 13.1.1: `If-Match` names the tags that the client has seen."""
        header = self.request.headers.get("If-Match")
        if header is None or header.strip() == "*":
            return
        if etag_of(obj) not in [tag.strip() for tag in header.split(",")]:
            raise StaleVersion(self.representation(obj), etag_of(obj))

    def get_serializer_class(self) -> Any:
        return self.body_classes.get(self.action or "", self.serializer_class)

    def body(self) -> dict[str, Any]:
        """The checked body of this request."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def representation(self, obj: Any) -> Any:
        serializer_class: Any = self.serializer_class
        return serializer_class(obj, context=self.get_serializer_context()).data

    def answer(self, obj: Any, status: int = 200) -> Response:
        """One object as the answer, with its ETag."""
        return Response(self.representation(obj), status=status, headers={"ETag": etag_of(obj)})

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())
