"""glTF and GLB: the container is whole, every index leads somewhere, and the meshes and textures keep to the budgets.

Written here since the libraries for it load a model and trust it: what is asked of an unknown file is whether each number in
it stays inside the file.
"""

import base64
import binascii
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote

from pydantic import ValidationError

from plans.checking import images, kinds
from plans.checking.budgets import Budgets
from plans.checking.gltf import Accessor, BufferView, Gltf, Primitive
from plans.checking.gltf_graph import check_nodes
from plans.checking.report import Report, Unreadable
from plans.checking.structured import json_of
from plans.checking.surroundings import Surroundings
from plans.checking.text import text_of

JSON_CHUNK, BIN_CHUNK = b"JSON", b"BIN\x00"
INDEX_CODES: dict[int, Literal["B", "H", "I"]] = {5121: "B", 5123: "H", 5125: "I"}
MOST_INDICES = 20_000_000


def check_glb(data: bytes, budgets: Budgets, around: Surroundings, report: Report) -> None:
    chunks = list(glb_chunks(data))
    if not chunks or chunks[0][0] != JSON_CHUNK:
        raise Unreadable("broken_model", "The first chunk of a GLB file is its JSON; this one has none.", "byte 12")
    binary = next((body for name, body in chunks[1:] if name == BIN_CHUNK), None)
    check_model(chunks[0][1], binary, budgets, around, report)


def check_gltf(data: bytes, budgets: Budgets, around: Surroundings, report: Report) -> None:
    check_model(data, None, budgets, around, report)


def glb_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and body of each chunk. Raises Unreadable where the container is not whole."""
    if len(data) < 20:
        raise Unreadable("truncated", "The GLB file ends inside its header.")
    _, version, length = struct.unpack("<4sII", data[:12])
    if version != 2:
        raise Unreadable("broken_model", f"It is GLB version {version}; version 2 is read.", "byte 4")
    if length != len(data):
        code = "truncated" if length > len(data) else "bad_end"
        raise Unreadable(code, f"The GLB file claims {length:,} bytes and has {len(data):,}.", "byte 8")
    place = 12
    while place < length:
        size, name = struct.unpack("<I4s", data[place : place + 8].ljust(8, b"\x00"))
        if size % 4 or place + 8 + size > length:
            raise Unreadable("broken_model", f"A chunk claims {size:,} bytes, which do not fit.", f"byte {place}")
        yield name, data[place + 8 : place + 8 + size]
        place += 8 + size


def check_model(text: bytes, binary: bytes | None, budgets: Budgets, around: Surroundings, report: Report) -> None:
    model = read_model(text)
    report.facts |= model.counts()
    if model.asset.version.partition(".")[0] != "2":
        report.error("broken_model", f"It is glTF {model.asset.version}; version 2 is read.", "asset.version")
    buffers = [buffer_of(model, index, binary, around, report) for index in range(len(model.buffers))]
    check_views(model, buffers, report)
    check_accessors(model, report)
    check_meshes(model, buffers, budgets, report)
    check_nodes(model, report)
    check_textures(model, buffers, budgets, around, report)


def read_model(text: bytes) -> Gltf:
    found = json_of(text_of(text.rstrip(b" \x00")))
    if not isinstance(found, dict):
        raise Unreadable("broken_model", "A glTF file is one JSON object.")
    try:
        return Gltf.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable("broken_model", f"{first['msg']}.", where) from error


# Buffers


def buffer_of(model: Gltf, index: int, binary: bytes | None, around: Surroundings, report: Report) -> bytes | None:
    """The bytes of a buffer; None for one that lies in another file, or is not there."""
    buffer, where = model.buffers[index], f"buffers.{index}"
    if buffer.uri is None:
        found = binary if index == 0 else None
        if found is None and not buffer.extensions:
            report.error("missing_buffer", "The buffer has neither a uri nor a binary chunk.", where)
    else:
        found = embedded(buffer.uri, where, report) if buffer.uri.startswith("data:") else None
        note_outer_file(buffer.uri, where, around, report)
    if found is not None and len(found) < buffer.byteLength:
        report.error("truncated", f"It claims {buffer.byteLength:,} bytes and has {len(found):,}.", where)
    return found


def embedded(uri: str, where: str, report: Report) -> bytes | None:
    head, _, body = uri.partition(",")
    if not head.endswith(";base64"):
        report.error("broken_model", "Only base64 can be embedded in a glTF file.", where)
        return None
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        report.error("broken_model", "The embedded data is not base64.", where)
        return None


def note_outer_file(uri: str, where: str, around: Surroundings, report: Report) -> None:
    """Another file that the model needs: it is not opened, only looked for among those given."""
    if uri.startswith("data:"):
        return
    path = unquote(uri)
    if "://" in path or path.startswith("/") or ".." in path.replace("\\", "/").split("/"):
        report.error("outside", f"It leads out of its folder: {path}", where)
    elif not around.has(path):
        report.warning("missing_file", f"It needs {path}, which is not among the project's artifacts.", where)


# Views and accessors


def check_views(model: Gltf, buffers: list[bytes | None], report: Report) -> None:
    for index, view in enumerate(model.bufferViews):
        where = f"bufferViews.{index}"
        if view.buffer >= len(model.buffers):
            report.error("dangling", f"There is no buffer {view.buffer}.", where)
        elif view.end > model.buffers[view.buffer].byteLength:
            report.error("out_of_range", "It reaches beyond the end of its buffer.", where)


def check_accessors(model: Gltf, report: Report) -> None:
    for index, accessor in enumerate(model.accessors):
        where = f"accessors.{index}"
        view = accessor.view_in(model)
        if accessor.bufferView is not None and view is None:
            report.error("dangling", f"There is no bufferView {accessor.bufferView}.", where)
        elif view is not None and accessor.end(view) > view.byteLength:
            report.error("out_of_range", "It reaches beyond the end of its bufferView.", where)


# Meshes


def check_meshes(model: Gltf, buffers: list[bytes | None], budgets: Budgets, report: Report) -> None:
    triangles = 0
    for number, mesh in enumerate(model.meshes):
        for index, primitive in enumerate(mesh.primitives):
            where = f"meshes.{number}.primitives.{index}"
            if primitive_fits(model, primitive, where, report):
                triangles += primitive.triangles(model)
                check_indices(model, primitive, buffers, where, report)
    report.facts["triangles"] = triangles
    if triangles > budgets.max_triangles:
        report.error("over_budget", f"It has {triangles:,} triangles; the budget is {budgets.max_triangles:,}.")


def primitive_fits(model: Gltf, primitive: Primitive, where: str, report: Report) -> bool:
    """Whether all that it names is there; what is not, is told."""
    dangling = [name for name in primitive.accessors() if name >= len(model.accessors)]
    for name in dangling:
        report.error("dangling", f"There is no accessor {name}.", where)
    if primitive.material is not None and primitive.material >= len(model.materials):
        report.error("dangling", f"There is no material {primitive.material}.", where)
    if "POSITION" not in primitive.attributes:
        report.error("broken_model", "It has no positions.", where)
        return False
    return not dangling


def check_indices(model: Gltf, primitive: Primitive, buffers: list[bytes | None], where: str, report: Report) -> None:
    if primitive.indices is None:
        return
    accessor = model.accessors[primitive.indices]
    vertices = model.accessors[primitive.attributes["POSITION"]].count
    highest = highest_index(model, accessor, buffers)
    if highest is not None and highest >= vertices:
        report.error("out_of_range", f"It names vertex {highest:,} of {vertices:,}.", where)


def highest_index(model: Gltf, accessor: Accessor, buffers: list[bytes | None]) -> int | None:
    """The highest number among the indices; None where they cannot be read here."""
    view = accessor.view_in(model)
    code = INDEX_CODES.get(accessor.componentType)
    body = bytes_of(view, buffers) if view else None
    if body is None or code is None or accessor.type != "SCALAR" or accessor.count > MOST_INDICES:
        return None
    part = body[accessor.byteOffset : accessor.byteOffset + accessor.count * struct.calcsize(code)]
    whole = part[: len(part) // struct.calcsize(code) * struct.calcsize(code)]
    return max(memoryview(whole).cast(code), default=None)


def bytes_of(view: BufferView, buffers: list[bytes | None]) -> bytes | None:
    body = buffers[view.buffer] if view.buffer < len(buffers) else None
    return None if body is None else body[view.byteOffset : view.end]


# Textures


def check_textures(
    model: Gltf, buffers: list[bytes | None], budgets: Budgets, around: Surroundings, report: Report
) -> None:
    for place, index in model.texture_references():
        if index >= len(model.textures):
            report.error("dangling", f"There is no texture {index}.", place)
    for number, texture in enumerate(model.textures):
        if texture.source is not None and texture.source >= len(model.images):
            report.error("dangling", f"There is no image {texture.source}.", f"textures.{number}")
    for number in range(len(model.images)):
        check_picture(model, number, buffers, budgets, around, report)


def check_picture(
    model: Gltf, number: int, buffers: list[bytes | None], budgets: Budgets, around: Surroundings, report: Report
) -> None:
    image, where, data = model.images[number], f"images.{number}", None
    if image.uri is not None:
        data = embedded(image.uri, where, report) if image.uri.startswith("data:") else None
        note_outer_file(image.uri, where, around, report)
    elif image.bufferView is None or image.bufferView >= len(model.bufferViews):
        report.error("dangling", "The image has neither a uri nor a bufferView that exists.", where)
    else:
        data = bytes_of(model.bufferViews[image.bufferView], buffers)
    if data is not None:
        check_embedded_picture(data, image.mimeType, budgets, where, report)


def check_embedded_picture(data: bytes, mime: str | None, budgets: Budgets, where: str, report: Report) -> None:
    looks = kinds.kind_of_bytes(data)
    if mime is not None and mime != f"image/{looks}":
        report.error("mislabelled", f"It says {mime}, but it looks like {kinds.WORDS[looks]}.", where)
    elif looks not in images.FORMATS:
        report.error("broken_image", "It is no PNG, JPEG or WebP picture.", where)
    else:
        inner = Report()
        try:
            images.read_image(data, looks, budgets, inner)
        except Unreadable as ended:
            inner.add(ended.finding)
        for finding in inner.findings:
            report.add(replace(finding, where=where))
