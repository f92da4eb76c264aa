"""How lists are cut into pages."""

from rest_framework.pagination import CursorPagination as DRFCursorPagination


class CursorPagination(DRFCursorPagination):
    """`{"next", "previous", "results"}`; `?limit=` up to 200. Its cost does not grow with the page's number."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-pk"
