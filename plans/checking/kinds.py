"""What a file says it is, by its name, and what it looks like, by its first bytes."""

import codecs
from pathlib import PurePosixPath

KINDS = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "gltf": "gltf",
    "glb": "glb",
    "wav": "wav",
    "ogg": "ogg",
    "tscn": "godot",
    "tres": "godot",
    "unity": "unity",
    "prefab": "unity",
    "asset": "unity",
    "mat": "unity",
    "meta": "unity_meta",
    "cs": "csharp",
    "gd": "gdscript",
    "py": "python",
    "json": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "md": "markdown",
    "markdown": "markdown",
    "pdf": "pdf",
}
"""The kinds that can be checked, by the ending of the name."""

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"glTF", "glb"),
    (b"OggS", "ogg"),
    (b"%PDF-", "pdf"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"version https://git-lfs.github.com/spec/", "git_lfs_pointer"),
)
BINARY_KINDS = frozenset({"png", "jpeg", "webp", "glb", "wav", "ogg", "pdf"})
WORDS = {
    "png": "a PNG picture",
    "jpeg": "a JPEG picture",
    "webp": "a WebP picture",
    "gif": "a GIF picture",
    "glb": "a binary glTF model",
    "wav": "a WAV sound",
    "ogg": "an Ogg sound",
    "mp3": "an MP3 sound",
    "flac": "a FLAC sound",
    "pdf": "a PDF document",
    "zip": "a ZIP archive",
    "gzip": "a gzip archive",
    "program": "a program for a computer",
    "html": "an HTML page",
    "git_lfs_pointer": "a Git LFS pointer, not the file itself",
    "text": "plain text",
    "data": "no kind of file that is known here",
}
BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of_name(name: str) -> str | None:
    """The kind that the ending of a path promises; None when there is no check for it."""
    return KINDS.get(PurePosixPath(name.replace("\\", "/")).suffix.lower().removeprefix("."))


def kind_of_bytes(data: bytes) -> str:
    """What the bytes look like: a kind of WORDS."""
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF"):
        return {b"WAVE": "wav", b"WEBP": "webp"}.get(data[8:12], "data")
    return kind_of_text(data[:4_096])


def kind_of_text(head: bytes) -> str:
    if head.startswith(BOMS):
        return "text"
    if b"\x00" in head:
        return "data"
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<script")):
        return "html"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "data"
    return "text"


def mislabelled(kind: str, looks: str) -> bool:
    """Whether a file of this kind cannot look like that."""
    return looks != kind if kind in BINARY_KINDS else looks not in {"text", "data"}
