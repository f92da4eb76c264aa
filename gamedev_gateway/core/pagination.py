"""How lists are cut into pages."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination as DRFCursorPagination
from rest_framework.request import Request

from gamedev_gateway.core.errors import InvalidInput


class CursorPagination(DRFCursorPagination):
    """`{"next", "previous", "results"}`; `?limit=` up to 200. Its cost does not grow with the page's number."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering: Any = "-pk"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_page_size(self, request: Request) -> int | None:
        """`?limit=`, clamped to the largest page; what is no number is wrong input."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is not None and not (asked.isascii() and asked.isdigit() and int(asked[:10]) > 0):
            raise InvalidInput({"limit": [f"Give a number from 1 to {self.max_page_size}."]})
        return super().get_page_size(request)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """One page. What is no cursor, or not one of this list, is wrong input."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, TypeError, OverflowError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise InvalidInput({"cursor": ["Give the cursor of a `next` or `previous` link of this list."]}) from error
