"""Files to check, made here: sound ones of every kind, and what bad ones (`bad_files`) are made from."""

import base64
import json
import math
import struct
import zlib
from array import array
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Sample:
    """A file, and the code of the error that a check must find in it; none for a sound one."""

    about: str
    name: str
    data: bytes
    error: str = ""

    def __str__(self) -> str:
        return f"{self.about} ({self.name})"


# Pictures


@cache
def picture(form: str = "PNG", size: tuple[int, int] = (32, 24), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with a slope of colours."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    return saved(image, form, **options)


def one_colour(
    form: str = "PNG", size: tuple[int, int] = (32, 24), colour: Any = (40, 80, 120), mode: str = "RGB"
) -> bytes:
    return saved(Image.new(mode, size, colour), form)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header claims a size, with these bytes of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


# Sounds


def tone(seconds: float = 0.2, loudness: float = 0.4, rate: int = 8_000) -> "array[int]":
    steps = range(int(seconds * rate))
    return array("h", [int(32_767 * loudness * math.sin(step / 4)) for step in steps])


def wav(samples: "array[int]", rate: int = 8_000) -> bytes:
    body = samples.tobytes()
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    return riff(b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body)


def riff(chunks: bytes, form: bytes = b"WAVE") -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + form + chunks


@cache
def ogg(seconds: float = 0.2, loudness: float = 0.4) -> bytes:
    import soundfile

    out = BytesIO()
    with soundfile.SoundFile(out, "w", samplerate=8_000, channels=1, format="OGG", subtype="VORBIS") as sound:
        sound.buffer_write(tone(seconds, loudness).tobytes(), dtype="int16")
    return out.getvalue()


# Models

TRIANGLE = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0) + struct.pack("<3H", 0, 1, 2) + b"\x00\x00"


def model(binary: bytes = TRIANGLE, **changes: Any) -> dict[str, Any]:
    """A glTF document of one triangle; `changes` replace its parts."""
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 6},
        ],
        "buffers": [{"byteLength": len(binary)}],
        **changes,
    }


def glb(document: Any = None, binary: bytes = TRIANGLE) -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document or model()).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\x00" * (-len(binary) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\x00") + binary
    return struct.pack("<4sII", b"glTF", 2, len(chunks) + 12) + chunks


def gltf(**changes: Any) -> bytes:
    inside = {"byteLength": len(TRIANGLE), "uri": data_uri(TRIANGLE, "application/octet-stream")}
    return json.dumps(model(**{"buffers": [inside], **changes})).encode()


def data_uri(data: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def textured(image: dict[str, Any], **changes: Any) -> bytes:
    material = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}
    return gltf(materials=[material], textures=[{"source": 0}], images=[image], **changes)


def with_picture_inside(data: bytes) -> bytes:
    """A GLB whose texture lies in its binary chunk, behind the triangle."""
    inside = TRIANGLE + data
    views = [*model()["bufferViews"], {"buffer": 0, "byteOffset": len(TRIANGLE), "byteLength": len(data)}]
    changes = {"images": [{"bufferView": 2, "mimeType": "image/png"}], "textures": [{"source": 0}]}
    return glb(model(inside, bufferViews=views, **changes), inside)


def with_accessor(number: int, **fields: Any) -> bytes:
    accessors = model()["accessors"]
    accessors[number] |= fields
    return glb(model(accessors=accessors))


# Scenes

TSCN = b"""[gd_scene load_steps=3 format=3 uid="uid://b1"]

[ext_resource type="Script" path="res://hero.gd" id="1_abc"]

[sub_resource type="RectangleShape2D" id="Shape_1"]
size = Vector2(
    10, 20
)

[node name="Hero" type="CharacterBody2D"]
script = ExtResource("1_abc")
metadata/_words = {"a": ["[node]", "say \\"hi\\""], &"b": 1} ; a comment

[node name="Body" type="CollisionShape2D" parent="."]
shape = SubResource("Shape_1")

[node name="Tip" type="Node2D" parent="Body"]

[connection signal="ready" from="Body/Tip" to="." method="_on_tip"]
"""
TSCN_INHERITED = b"""[gd_scene format=3]
[ext_resource path="res://hero.tscn" id="1"]
[node name="Boss" instance=ExtResource("1")]
[node name="Hat" parent="Body/Head"]
"""
TRES = b"""[gd_resource type="Theme" format=3]

[sub_resource type="StyleBoxFlat" id="1"]
bg_color = Color(0, 0, 0, 1)

[resource]
panel = SubResource("1")
"""
TSCN_3 = b"""[gd_scene load_steps=2 format=2]

[ext_resource path="res://a.png" type="Texture" id=1]

[node name="A" type="Sprite"]
texture = ExtResource( 1 )
"""
HERO_GUID = "0123456789abcdef0123456789abcdef"
OTHER_GUID = "fedcba9876543210fedcba9876543210"
META = f"fileFormatVersion: 2\nguid: {HERO_GUID}\nTextureImporter:\n  maxTextureSize: 2048\n".encode()
PREFAB = f"""%YAML 1.1
%TAG !u! tag:unity3d.com,2011:
--- !u!1 &100
GameObject:
  m_Component:
  - component: {{fileID: 400}}
  m_Icon: {{fileID: 0}}
--- !u!4 &400
Transform:
  m_GameObject: {{fileID: 100}}
  m_Father: {{fileID: 500}}
--- !u!4 &500 stripped
Transform:
  m_Father: {{fileID: 0}}
--- !u!212 &600
SpriteRenderer:
  m_Sprite: {{fileID: 21300000, guid: {HERO_GUID}, type: 3}}
  m_Material: {{fileID: 10754, guid: 0000000000000000f000000000000000, type: 0}}
  m_Long: {{fileID: 11500000, guid: {HERO_GUID},
    type: 3}}
""".encode()


# Documents


def pdf(pages: int = 1, kids: str = "") -> bytes:
    """A PDF of empty pages."""
    named = kids or " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{named}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>"] * pages
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def encrypted_pdf() -> bytes:
    from pypdf import PdfWriter

    out, writer = BytesIO(), PdfWriter()
    writer.add_blank_page(200, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


MARKDOWN = b"# Islands\n\nSee [the rules](#rules).\n\n```gd\nvar x = 1\n```\n\n~~~\nopen\n~~~\n"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
CSHARP = b'using UnityEngine;\n\npublic class Hero : MonoBehaviour\n{\n    [SerializeField] int lives = 3;\n    void Start() => Debug.Log($"{lives}");\n}\n'
GDSCRIPT = (
    b"extends Node2D\n\n@export var lives: int = 3\n\nfunc _ready() -> void:\n\tif lives > 2:\n\t\tprint(lives)\n"
)

GOOD = [
    Sample("a picture", "hero.png", picture()),
    Sample("a picture with a palette", "hero.png", picture(mode="P")),
    Sample("a grey picture with alpha", "hero.png", picture(mode="LA")),
    Sample("a small swatch", "white.png", one_colour(size=(4, 4))),
    Sample("a photograph", "hero.JPEG", picture("JPEG")),
    Sample("a WebP picture", "hero.webp", picture("WEBP")),
    Sample("a WebP picture without loss", "hero.webp", picture("WEBP", mode="RGBA", lossless=True)),
    Sample("a sound", "jump.wav", wav(tone())),
    Sample("a compressed sound", "jump.ogg", ogg()),
    Sample("a model", "hero.glb", glb()),
    Sample("a model as text", "hero.gltf", gltf()),
    Sample("a model with a texture", "hero.gltf", textured({"uri": data_uri(picture(), "image/png")})),
    Sample("a model with a texture inside", "hero.glb", with_picture_inside(picture())),
    Sample("a scene", "hero.tscn", TSCN),
    Sample("a scene of Godot 3", "hero.tscn", TSCN_3),
    Sample("a resource", "theme.tres", TRES),
    Sample("a scene that inherits", "boss.tscn", TSCN_INHERITED),
    Sample("a prefab", "hero.prefab", PREFAB),
    Sample("a prefab with Windows lines", "hero.prefab", PREFAB.replace(b"\n", b"\r\n")),
    Sample("a .meta file", "hero.png.meta", META),
    Sample("C#", "Hero.cs", b"\xef\xbb\xbf" + CSHARP),
    Sample("GDScript", "hero.gd", GDSCRIPT),
    Sample("Python", "tool.py", b"def f(x: int) -> int:\n    return x + 1\n"),
    Sample("JSON", "level.json", b'{"tiles": [1, 2, 3]}'),
    Sample("YAML", "level.yaml", b"base: &b {a: 1}\nother: *b\n---\nsecond: 2\n"),
    Sample("Markdown", "README.md", MARKDOWN),
    Sample("a PDF", "design.pdf", pdf(2)),
]
