"""Errors as RFC 9457 problem documents: `type, title, status, detail, code` plus data."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from pydantic import ValidationError as PydanticError
from rest_framework import exceptions
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from gamedev_gateway.core.correlation import correlation_id
from gamedev_gateway.core.errors import GatewayError, InvalidInput, invalid_input_from

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger("gateway.problems")


def problem(*, status: int, code: str, title: str, detail: str, **data: Any) -> dict[str, Any]:
    """The members of one problem document. `type` is a URN made of the code: clients compare, nobody dereferences it."""
    return {
        "type": f"urn:gateway:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **data,
    }


def problem_of(error: GatewayError) -> dict[str, Any]:
    return problem(status=error.http_status, code=error.code, title=error.title, detail=error.detail, **error.data)


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: every error that a view raises leaves as a problem document."""
    if isinstance(exc, PydanticError):
        exc = invalid_input_from(exc)
    if isinstance(exc, RequestDataTooBig | SuspiciousOperation):
        exc = exceptions.ParseError("The request cannot be read.")
    if isinstance(exc, GatewayError):
        return Response(problem_of(exc), status=exc.http_status, headers=exc.headers)
    response = drf_exception_handler(exc, context)
    if response is not None and isinstance(exc, exceptions.APIException | Http404 | PermissionDenied):
        response.data = problem_of_drf(exc, response)
    return response


def problem_of_drf(exc: Exception, response: Response) -> dict[str, Any]:
    status = response.status_code
    title = HTTPStatus(status).phrase
    if isinstance(exc, exceptions.ValidationError):
        invalid = InvalidInput(flatten(exc.detail))
        return problem_of(invalid)
    if isinstance(exc, Http404 | exceptions.NotFound):
        return problem(status=404, code="not_found", title=title, detail="There is nothing here that you can see.")
    if isinstance(exc, PermissionDenied | exceptions.PermissionDenied):
        return problem(status=403, code="forbidden", title=title, detail=str(exc) or "This is not yours to do.")
    codes = exc.get_codes() if isinstance(exc, exceptions.APIException) else None
    detail = str(getattr(exc, "detail", exc))
    return problem(status=status, code=codes if isinstance(codes, str) else "error", title=title, detail=detail)


def flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested error detail as {"tasks.0.title": ["This field is required."]}."""
    if isinstance(detail, dict):
        pairs = [(f"{path}.{key}" if path else str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        pairs = [(f"{path}.{index}" if path else str(index), value) for index, value in enumerate(detail) if value]
    else:
        return {path or "non_field_errors": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}
    return {key: texts for name, value in pairs for key, texts in flatten(value, name).items()}


def problem_response(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """A page for a browser outside the API, a problem document for everybody else."""
    if wants_page(request):
        return HttpResponse(
            render_to_string("gateway/error.html", page_of(request, document)), status=document["status"]
        )
    return JsonResponse(document, status=document["status"], content_type=CONTENT_TYPE)


def wants_page(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/")


def page_of(request: HttpRequest, document: dict[str, Any]) -> dict[str, str]:
    in_admin = request.path.startswith("/admin/")
    return {
        "title": document["title"],
        "detail": document["detail"],
        "back": "/admin/" if in_admin else "/",
        "back_words": "Back to the admin" if in_admin else "Back to the start",
        "correlation_id": correlation_id(),
    }


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(
        request,
        problem(status=400, code="bad_request", title="Bad Request", detail="The request cannot be read."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(
        request, problem(status=404, code="not_found", title="Not Found", detail="There is nothing at this address.")
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = str(exception) or "This is not yours to do."
    return problem_response(request, problem(status=403, code="forbidden", title="Forbidden", detail=detail))


def server_error(request: HttpRequest) -> HttpResponse:
    return problem_response(
        request,
        problem(
            status=500,
            code="internal_error",
            title="Internal Server Error",
            detail="This is our fault. Tell us the X-Correlation-ID of this answer.",
        ),
    )


class ProblemRenderer(JSONRenderer):
    """JSON, with the problem media type when it carries an error."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        response = (renderer_context or {}).get("response")
        if response is not None and response.accepted_renderer is self and is_problem(response, data):
            response["Content-Type"] = CONTENT_TYPE
        return super().render(data, accepted_media_type, renderer_context)


def is_problem(response: Response, data: Any) -> bool:
    return response.status_code >= 400 and isinstance(data, dict) and "code" in data


class BrowsableRenderer(BrowsableAPIRenderer):
    """The browsable API; shows problem documents as JSON."""

    def get_default_renderer(self, view: Any) -> JSONRenderer:
        return ProblemRenderer()
