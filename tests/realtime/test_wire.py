"""Frames as they go to the transport."""

import pytest
from websockets.frames import Frame, Opcode

from realtime.wire import encode_frame


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_encoded_as_websockets_does_it(size: int) -> None:
    text = "é" * (size // 2) + "x" * (size % 2)
    assert encode_frame(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
