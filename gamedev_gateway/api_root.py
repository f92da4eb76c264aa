from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


class ApiRoot(APIView):
    """Where to begin: your projects, your tokens, and the documentation."""

    permission_classes = [IsAuthenticated]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        names = {
            "projects": "v1:project-list",
            "tokens": "v1:token-list",
            "docs": "docs",
            "schema": "schema",
            "ws_docs": "ws-docs",
        }
        return Response({title: reverse(name, request=request) for title, name in names.items()})
