"""Idempotency-Key: the same POST sent twice happens once and is answered twice."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_str
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from gamedev_gateway.core.errors import IdempotencyMismatch, InvalidInput
from gamedev_gateway.core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("ETag", "Location", "Preference-Applied")
MAX_KEY = 255
KEPT_FOR = timedelta(days=7)


def answer_once(request: Request, act: Callable[[], Response]) -> Response:
    """Run `act` unless this user has sent this key before; then give the stored answer.

    Runs inside the caller's transaction: a request that races another with the same key waits at the unique constraint and
    is then answered from the stored row. Errors are not stored, since they changed nothing: a retry tries again.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return act()
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise InvalidInput({HEADER: [f"Use 1 to {MAX_KEY} printable characters."]})
    mark = fingerprint(request)
    user: Any = request.user
    try:
        with transaction.atomic():
            record = IdempotencyRecord.objects.create(user=user, key=key, fingerprint=mark)
    except IntegrityError:
        return replay(IdempotencyRecord.objects.get(user=user, key=key), mark)
    response = act()
    keep(record, response)
    return response


def amend_answer(request: Request, response: Response) -> None:
    """Give this answer from now on to whoever sends the request's key again: its work went on after its transaction."""
    if record := record_of(request):
        keep(record, response)


def forget_answer(request: Request) -> None:
    """The work that went on after the transaction has failed: a retry tries again."""
    if record := record_of(request):
        record.delete()


def record_of(request: Request) -> IdempotencyRecord | None:
    user: Any = request.user
    key = request.headers.get(HEADER)
    return IdempotencyRecord.objects.filter(user=user, key=key).first() if key is not None else None


def keep(record: IdempotencyRecord, response: Response) -> None:
    record.status = response.status_code
    record.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    record.body = as_plain_json(response.data)
    record.save(update_fields=["status", "headers", "body"])


def replay(record: IdempotencyRecord, mark: str) -> Response:
    if record.fingerprint != mark:
        raise IdempotencyMismatch
    return Response(record.body, status=record.status, headers={**record.headers, REPLAYED: "true"})


def forget_old() -> int:
    """Delete the answers that nobody will ask for again; called when a server starts. Returns how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def fingerprint(request: Request) -> str:
    data = request.data.dict() if hasattr(request.data, "dict") else request.data
    body = orjson.dumps(data, option=orjson.OPT_SORT_KEYS, default=plainly)
    prefer = request.headers.get("Prefer", "")
    return hashlib.sha256(b"\n".join([request.get_full_path().encode(), prefer.encode(), body])).hexdigest()


def as_plain_json(data: Any) -> Any:
    """The answer as it will be stored, dates and the like in the form in which DRF writes them."""
    return orjson.loads(JSONEncoder(ensure_ascii=False).encode(data))


def plainly(value: Any) -> str:
    """A value that JSON does not have: of an upload, what it holds; of anything else, its text."""
    if not isinstance(value, File):
        return force_str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
