"""WAV and Ogg: the container is whole, it decodes, it has a sensible length, and one can hear something."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from plans.checking.budgets import Budgets
from plans.checking.report import Report, Unreadable

if TYPE_CHECKING:
    import soundfile

BLOCK = 65_536
QUIETEST = 0.001
"""A sound whose loudest sample is below this part of full scale (-60 dB) is silence."""
HIGHEST_RATE = 384_000


def check_wav(data: bytes, budgets: Budgets, report: Report) -> None:
    check_riff_size(data)
    chunks = dict(riff_chunks(data))
    for name in (b"fmt ", b"data"):
        if name not in chunks:
            raise Unreadable("broken_sound", f"The WAV file has no {name.decode().strip()!r} chunk.")
    if not chunks[b"data"]:
        raise Unreadable("no_sound", "The WAV file has no samples.")
    check_samples(data, budgets, report)


def check_riff_size(data: bytes) -> None:
    claimed = struct.unpack("<I", data[4:8])[0] + 8
    if claimed > len(data) + 1:
        raise Unreadable("truncated", f"The WAV file claims {claimed:,} bytes and has {len(data):,}.", "byte 4")
    if claimed < len(data) - 1:
        raise Unreadable("bad_end", f"{len(data) - claimed:,} bytes follow after the end of the WAV file.")


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The name and length of each chunk; raises Unreadable for one that is longer than the file."""
    place = 12
    while place + 8 <= len(data):
        name, length = struct.unpack("<4sI", data[place : place + 8])
        if place + 8 + length > len(data):
            raise Unreadable(
                "truncated", f"The chunk {name!r} claims {length:,} bytes, more than are there.", f"byte {place}"
            )
        yield name, length
        place += 8 + length + length % 2


def check_ogg(data: bytes, budgets: Budgets, report: Report) -> None:
    pages = list(ogg_pages(data))
    if not pages[-1] & 4:
        report.error("truncated", "The last page of the Ogg file is missing: nothing says that it ends.")
    check_samples(data, budgets, report)


def ogg_pages(data: bytes) -> Iterator[int]:
    """The flags of each page, which must follow each other without a gap to the end of the file."""
    place = 0
    while place < len(data):
        if data[place : place + 4] != b"OggS":
            raise Unreadable("broken_sound", "Here should begin the next page of the Ogg file.", f"byte {place}")
        table = data[place + 27 : place + 27 + data[place + 26]] if len(data) > place + 27 else b""
        length = 27 + len(table) + sum(table)
        if not table or place + length > len(data):
            raise Unreadable("truncated", "The Ogg file ends inside a page.", f"byte {place}")
        yield data[place + 5]
        place += length


def check_samples(data: bytes, budgets: Budgets, report: Report) -> None:
    """Decode it, block by block, with libsndfile."""
    import soundfile

    try:
        with soundfile.SoundFile(BytesIO(data)) as sound:
            report.facts |= {"channels": sound.channels, "sample_rate": sound.samplerate, "encoding": sound.subtype}
            if not 1 <= sound.samplerate <= HIGHEST_RATE:
                raise Unreadable("broken_sound", f"A sample rate of {sound.samplerate:,} Hz is none.")
            seconds = sound.frames / sound.samplerate
            report.facts["seconds"] = round(seconds, 3)
            if seconds > budgets.max_seconds:
                raise Unreadable("over_budget", f"It lasts {seconds:,.1f} s; the budget is {budgets.max_seconds} s.")
            hear(sound, report)
    except soundfile.LibsndfileError as error:
        raise Unreadable("broken_sound", f"It does not decode: {error.error_string}") from error


def hear(sound: "soundfile.SoundFile", report: Report) -> None:
    peak, frames = 0.0, 0
    for block in sound.blocks(BLOCK, dtype="float32"):
        frames += len(block)
        peak = max(peak, float(abs(block).max(initial=0.0)))
    report.facts["peak"] = round(peak, 4)
    if not frames:
        report.error("no_sound", "It has no samples.")
    elif frames < sound.frames:
        report.error("truncated", f"It claims {sound.frames:,} frames and decodes to {frames:,}.")
    elif not peak >= QUIETEST:
        report.error("silent", "It is silent: no sample is louder than -60 dB.")
