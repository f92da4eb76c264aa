"""PNG, JPEG, WebP: they decode, whole, to a picture of a sensible size that is not one colour."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from plans.checking.budgets import Budgets
from plans.checking.report import Report, Unreadable

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
MAX_PIXELS = 8_192 * 8_192
"""Above this a picture is not decoded: its pixels would fill the memory of the check."""
SMALL = 16
"""Up to this side a picture of one colour is a swatch, which games do use; a larger one shows nothing."""
NOISE = 2
"""Two values of a channel this near are one colour: JPEG does not keep them exactly."""
PNG_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, TypeError)
"""What Pillow raises for a broken picture, according to where the break is."""


def check_image(data: bytes, kind: str, budgets: Budgets, report: Report, screenshot: bool = False) -> None:
    picture = read_image(data, kind, budgets, report)
    check_end(data, kind, report)
    check_blank(picture, report, screenshot)


def read_image(data: bytes, kind: str, budgets: Budgets, report: Report) -> Image.Image:
    """The decoded picture. Raises Unreadable for one that is broken or too large to be decoded."""
    opened = open_image(data, kind)
    report.facts |= {"width": opened.width, "height": opened.height, "mode": opened.mode}
    check_size(opened, budgets, report)
    return decoded(data, kind)


def open_image(data: bytes, kind: str) -> Image.Image:
    """The picture, its header read and its pixels not yet decoded."""
    Image.MAX_IMAGE_PIXELS = None  # Pillow would only warn between its limit and its double; ours is lower and strict
    try:
        return Image.open(BytesIO(data), formats=[FORMATS[kind]])
    except BROKEN as error:
        raise broken(kind, error) from error


def broken(kind: str, error: Exception) -> Unreadable:
    if "truncated" in str(error).lower():
        return Unreadable("truncated", f"The {FORMATS[kind]} picture ends in the middle.")
    return Unreadable("broken_image", f"It does not decode as a {FORMATS[kind]} picture: {plainly(error)}.")


def plainly(error: Exception) -> str:
    """Pillow's words, without the address of our buffer."""
    return "its header is not readable" if "BytesIO" in str(error) else str(error).rstrip(".") or type(error).__name__


def check_size(picture: Image.Image, budgets: Budgets, report: Report) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Unreadable(
            "too_many_pixels",
            f"It claims {width:,} × {height:,} pixels; it is not decoded above {MAX_PIXELS:,} in all.",
        )
    if max(width, height) > budgets.max_texture_px:
        report.error("over_budget", f"It is {width} × {height} pixels; the budget is {budgets.max_texture_px} a side.")


def check_end(data: bytes, kind: str, report: Report) -> None:
    """Nothing comes after the picture: what does is lost on an engine, and may be another file in disguise."""
    if kind == "webp":
        rest = len(data) - 8 - struct.unpack("<I", data[4:8])[0]
        clean = rest in (0, 1)
    else:
        clean = data.endswith(PNG_END if kind == "png" else b"\xff\xd9")
    if not clean:
        report.error("bad_end", "It does not end where the picture ends: it is cut off, or something else follows.")


def decoded(data: bytes, kind: str) -> Image.Image:
    try:
        open_image(data, kind).verify()
        picture = open_image(data, kind)
        picture.load()
    except BROKEN as error:
        raise broken(kind, error) from error
    return picture


def check_blank(picture: Image.Image, report: Report, screenshot: bool) -> None:
    extremes = extremes_by_band(picture)
    spreads = [high - low for low, high in extremes.values()]
    if extremes.get("A") == (0, 0):
        report.error("blank", "Every pixel is transparent.")
    elif max(spreads) <= NOISE and (screenshot or max(picture.size) > SMALL):
        report.error("blank", "Every pixel has the same colour.")


def extremes_by_band(picture: Image.Image) -> dict[str, tuple[float, float]]:
    """The lowest and the highest value of each channel; a palette is looked up first."""
    shown = picture.convert("RGBA") if picture.mode in {"P", "PA"} or "transparency" in picture.info else picture
    found: Any = shown.getextrema()
    bands = shown.getbands()
    return dict(zip(bands, found if len(bands) > 1 else [found], strict=True))
