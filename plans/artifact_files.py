"""The files behind artifacts: uploads, named by what they hold, and files in the folders that the gateway's keeper allows."""

import hashlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from plans.artifact_errors import ArtifactsFull, UploadTooLarge
from plans.checking.surroundings import Surroundings
from plans.checking.unity import guid_of_meta
from plans.models import Artifact, Project
from plans.models.artifacts import by_digest
from plans.rooted import open_below

MOST_FILES, MOST_METAS = 20_000, 5_000
"""How many of a project's artifacts a check is told of, and of how many `.meta` files it is told the GUID."""
META_BYTES = 4_096


@dataclass(frozen=True)
class Measured:
    """What a file is, as we have seen ourselves."""

    sha256: str
    size_bytes: int


# Reading


def name_of(artifact: Artifact) -> str:
    """The path whose ending says what kind of file it is."""
    return artifact.path or urlsplit(artifact.uri).path


def open_file(artifact: Artifact) -> BinaryIO | None:
    """The artifact's file; None when there is none that the gateway may read."""
    if not artifact.file:
        return open_in_roots(artifact.project_id, artifact.path)
    try:
        return Path(artifact.file.path).open("rb")
    except FileNotFoundError:
        return None


def open_in_roots(project_id: str, path: str) -> BinaryIO | None:
    """A file in the project's own folder of the first root that has it. No project reads another one's."""
    for root in settings.GATEWAY_ARTIFACT_ROOTS:
        if path and not path.startswith(("/", "\\")) and (found := open_below(Path(root), f"{project_id}/{path}")):
            return found
    return None


def measure(file: Any) -> Measured:
    """Digest and size of an open file, which is left at its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    size = file.tell()
    file.seek(0)
    return Measured(digest.hexdigest(), size)


def measure_given(project_id: str, upload: Any, path: str) -> Measured | None:
    """What can be said of a file that is about to be registered; None when we cannot read it."""
    if upload is not None:
        return measure_upload(upload)
    found = open_in_roots(project_id, path)
    if found is None:
        return None
    with found as file:
        too_large = os.fstat(file.fileno()).st_size > settings.GATEWAY_ARTIFACT_MAX_BYTES
        return None if too_large else measure(file)


def measure_upload(upload: Any) -> Measured:
    if upload.size > settings.GATEWAY_ARTIFACT_MAX_BYTES:
        raise UploadTooLarge(settings.GATEWAY_ARTIFACT_MAX_BYTES)
    return measure(upload)


# Keeping


def keep_upload(project: Project, upload: File, measured: Measured) -> str:
    """Store an upload under its digest; what a project has already is not stored again. Needs the project's lock."""
    name = by_digest(Artifact(project_id=project.pk, sha256=measured.sha256), "")
    if default_storage.exists(name):
        if default_storage.size(name) == measured.size_bytes:
            return name
        default_storage.delete(name)  # cut off when a server ended while it wrote
    if used_bytes(name) + measured.size_bytes > settings.GATEWAY_ARTIFACT_PROJECT_BYTES:
        raise ArtifactsFull(settings.GATEWAY_ARTIFACT_PROJECT_BYTES)
    return default_storage.save(name, upload)


def used_bytes(name: str) -> int:
    """What the files beside this one take."""
    folder = Path(default_storage.path(name)).parent
    return sum(entry.stat().st_size for entry in os.scandir(folder)) if folder.is_dir() else 0


def forget_uploads_later(project_id: str, names: list[str]) -> None:
    """After the commit, delete the stored files that no artifact has any more."""
    if names:
        transaction.on_commit(partial(forget_uploads, project_id, names), robust=True)


@transaction.atomic
def forget_uploads(project_id: str, names: list[str]) -> None:
    Project.objects.select_for_update().filter(pk=project_id).first()
    kept = set(Artifact.objects.filter(file__in=names).values_list("file", flat=True))
    for name in set(names) - kept:
        default_storage.delete(name)


# Around a file


def surroundings_of(artifact: Artifact, kind: str | None, known_guids: list[str]) -> Surroundings:
    """What the project's other artifacts tell a check."""
    others = Artifact.objects.filter(project=artifact.project_id).exclude(pk=artifact.pk).exclude(path="")
    files = frozenset(others.values_list("path", flat=True)[:MOST_FILES])
    metas = others.exclude(path=artifact.path).filter(path__endswith=".meta")[:MOST_METAS]
    read = metas if kind in {"unity", "unity_meta"} else []
    guids = {guid: meta.path.removesuffix(".meta") for meta in read if (guid := guid_in(meta))}
    return Surroundings(files, guids, frozenset(known_guids))


def guid_in(meta: Artifact) -> str | None:
    found = open_file(meta)
    if found is None:
        return None
    with found as file:
        return guid_of_meta(file.read(META_BYTES))
