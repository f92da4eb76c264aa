"""The parts of a glTF 2.0 document that a check asks about; what else is in it is left alone."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2**40
Index = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Length = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


class Part(BaseModel):
    """A part of the document, with the names of the specification."""

    model_config = ConfigDict(extra="ignore")

    extensions: dict[str, Any] = {}


class Asset(Part):
    version: str


class Buffer(Part):
    byteLength: Length
    uri: str | None = None


class BufferView(Part):
    buffer: Index
    byteLength: Length
    byteOffset: Index = 0
    byteStride: Annotated[int, Field(strict=True, ge=4, le=252)] | None = None

    @property
    def end(self) -> int:
        return self.byteOffset + self.byteLength


class Accessor(Part):
    componentType: Literal[5120, 5121, 5122, 5123, 5125, 5126]
    count: Length
    type: Literal["SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4"]
    bufferView: Index | None = None
    byteOffset: Index = 0

    def view_in(self, model: "Gltf") -> BufferView | None:
        known = self.bufferView is not None and self.bufferView < len(model.bufferViews)
        return model.bufferViews[self.bufferView] if known and self.bufferView is not None else None

    def end(self, view: BufferView) -> int:
        """Where its last element ends, in bytes from the start of its view."""
        size = COMPONENT_BYTES[self.componentType] * COMPONENTS[self.type]
        return self.byteOffset + (self.count - 1) * (view.byteStride or size) + size


class Primitive(Part):
    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: Annotated[int, Field(strict=True, ge=0, le=6)] = 4

    def accessors(self) -> list[int]:
        return [*self.attributes.values(), *([] if self.indices is None else [self.indices])]

    def triangles(self, model: "Gltf") -> int:
        """How many it draws; points and lines are none."""
        name = self.attributes["POSITION"] if self.indices is None else self.indices
        corners = model.accessors[name].count
        return {4: corners // 3, 5: max(corners - 2, 0), 6: max(corners - 2, 0)}.get(self.mode, 0)


class Mesh(Part):
    primitives: Annotated[list[Primitive], Field(min_length=1)]


class Node(Part):
    children: list[Index] = []
    mesh: Index | None = None
    skin: Index | None = None
    camera: Index | None = None


class Scene(Part):
    nodes: list[Index] = []


class Skin(Part):
    joints: list[Index]
    skeleton: Index | None = None
    inverseBindMatrices: Index | None = None


class Texture(Part):
    source: Index | None = None
    sampler: Index | None = None


class Image(Part):
    uri: str | None = None
    bufferView: Index | None = None
    mimeType: str | None = None


class TextureReference(Part):
    index: Index


class Metallic(Part):
    baseColorTexture: TextureReference | None = None
    metallicRoughnessTexture: TextureReference | None = None


class Material(Part):
    pbrMetallicRoughness: Metallic = Metallic()
    normalTexture: TextureReference | None = None
    occlusionTexture: TextureReference | None = None
    emissiveTexture: TextureReference | None = None

    def textures(self) -> Iterator[tuple[str, int]]:
        named = {**self.pbrMetallicRoughness.__dict__, **self.__dict__}
        for name, reference in named.items():
            if isinstance(reference, TextureReference):
                yield name, reference.index


class ChannelTarget(Part):
    node: Index | None = None


class Channel(Part):
    sampler: Index
    target: ChannelTarget


class Sampler(Part):
    input: Index
    output: Index


class Animation(Part):
    channels: list[Channel]
    samplers: list[Sampler]


class Gltf(Part):
    asset: Asset
    scene: Index | None = None
    scenes: list[Scene] = []
    nodes: list[Node] = []
    meshes: list[Mesh] = []
    skins: list[Skin] = []
    cameras: list[Part] = []
    animations: list[Animation] = []
    materials: list[Material] = []
    textures: list[Texture] = []
    images: list[Image] = []
    buffers: list[Buffer] = []
    bufferViews: list[BufferView] = []
    accessors: list[Accessor] = []

    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in ("nodes", "meshes", "materials", "textures", "animations")}

    def texture_references(self) -> Iterator[tuple[str, int]]:
        for number, material in enumerate(self.materials):
            for name, index in material.textures():
                yield f"materials.{number}.{name}", index
