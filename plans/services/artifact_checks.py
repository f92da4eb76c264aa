"""Looking at an artifact's file ourselves. Takes up to seconds: never inside a transaction."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO

import structlog
from django.conf import settings

from plans.artifact_errors import CheckUnavailable, NoFile, NotCheckable
from plans.artifact_files import Measured, name_of, open_file, surroundings_of
from plans.checking.budgets import Budgets
from plans.checking.kinds import KINDS, kind_of_name
from plans.checking.outside import CheckFailed, Limits, check_file
from plans.checking.report import Report
from plans.models import Artifact, Project

Seen = tuple[str, dict[str, Any]]
"""A verdict, `valid` or `invalid`, and the report on it."""
GATEWAY = "gateway"
"""Who checked it, in reports on what the gateway has seen itself."""
AT_ONCE = 2
SLOTS = BoundedSemaphore(AT_ONCE)
"""Checks of this process: each may take a processor and its memory."""
log = structlog.get_logger("gateway.checks")


def see_artifact(
    artifact: Artifact, *, budgets: Budgets, known_guids: Sequence[str] = (), upload: BinaryIO | None = None
) -> tuple[str, dict[str, Any]]:
    """The verdict on an artifact's file, `valid` or `invalid`, and the report on it; nothing is stored. `upload` is the file
    where it is not kept yet.

    Raises NoFile, NotCheckable, or CheckUnavailable.
    """
    file = upload or open_file(artifact)
    if file is None:
        raise NoFile
    with file:
        told = too_large(artifact, file) or told_by_child(artifact, file, budgets, list(known_guids))
    told["findings"] = [*broken_claims(artifact, told["facts"]), *told["findings"]]
    invalid = any(finding["level"] == "error" for finding in told["findings"])
    if told["kind"] == "unknown" and not invalid:
        raise NotCheckable(name_of(artifact), sorted(KINDS))
    verdict = Artifact.Validation.INVALID if invalid else Artifact.Validation.VALID
    return verdict.value, {**told, "checked_by": GATEWAY, "valid": not invalid}


def see_new(project: Project, *, upload: Any = None, measured: Measured | None, **fields: Any) -> Seen | None:
    """The same, against the usual budgets, of a file that is about to be registered, as `register_artifact` takes it; None where
    there is nothing to be seen, or not now."""
    if measured is None:
        return None
    told = {name: fields[name] for name in ("category", "path", "uri", "sha256", "size_bytes") if fields.get(name)}
    try:
        file = copy_of(upload) if upload is not None else None
        verdict, report = see_artifact(Artifact(project=project, **told), budgets=Budgets(), upload=file)
    except (NoFile, NotCheckable, CheckUnavailable):
        return None
    return None if only_waits_for_others(report) else (verdict, report)


def only_waits_for_others(report: dict[str, Any]) -> bool:
    """Whether all that is wrong is that it names what is not registered, which may be registered next."""
    errors = {finding["code"] for finding in report["findings"] if finding["level"] == "error"}
    return errors == {"dangling_guid"}


def copy_of(upload: Any) -> BinaryIO:
    """An upload as a file of the system, which a child can inherit."""
    copy = TemporaryFile()  # noqa: SIM115  whoever reads it closes it
    upload.seek(0)
    copyfileobj(upload, copy)
    upload.seek(0)
    copy.seek(0)
    return copy


def too_large(artifact: Artifact, file: BinaryIO) -> dict[str, Any] | None:
    """The report on a file that is not even read, because of its size."""
    size, limit = os.fstat(file.fileno()).st_size, settings.GATEWAY_ARTIFACT_MAX_BYTES
    if size <= limit:
        return None
    report = Report(kind_of_name(name_of(artifact)) or "unknown", facts={"size_bytes": size})
    report.error("too_large", f"It has {size:,} bytes; the gateway reads files up to {limit:,}.")
    return report.as_dict()


def told_by_child(artifact: Artifact, file: BinaryIO, budgets: Budgets, known_guids: list[str]) -> dict[str, Any]:
    name = name_of(artifact)
    limits = Limits(settings.GATEWAY_ARTIFACT_CHECK_SECONDS, settings.GATEWAY_ARTIFACT_CHECK_MEMORY_BYTES)
    around = surroundings_of(artifact, kind_of_name(name), known_guids)
    shown = artifact.category == Artifact.Category.SCREENSHOT
    with slot(limits):
        try:
            return check_file(file, name, budgets=budgets, around=around, screenshot=shown, limits=limits)
        except CheckFailed as error:
            log.warning("artifact_check_failed", artifact=artifact.pk, reason=str(error))
            raise CheckUnavailable(f"{error} Try again later.") from error


@contextmanager
def slot(limits: Limits) -> Iterator[None]:
    if not SLOTS.acquire(timeout=limits.seconds):
        raise CheckUnavailable("Too many files are being checked. Try again later.")
    try:
        yield
    finally:
        SLOTS.release()


def broken_claims(artifact: Artifact, facts: dict[str, Any]) -> list[dict[str, str]]:
    """Findings where the file is not what it was registered as."""
    report = Report()
    digest, size = facts.get("sha256"), facts.get("size_bytes")
    if artifact.sha256 and digest and artifact.sha256 != digest:
        report.error("sha256_differs", f"It was registered with the SHA-256 {artifact.sha256}; the file has {digest}.")
    if artifact.size_bytes is not None and size is not None and artifact.size_bytes != size:
        report.error("size_differs", f"It was registered with {artifact.size_bytes:,} bytes; the file has {size:,}.")
    return [finding.as_dict() for finding in report.findings]
