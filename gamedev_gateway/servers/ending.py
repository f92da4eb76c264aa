"""What ends a process that does not end by itself."""

import os
import threading


def end_process_within(seconds: float) -> None:
    """A thread that waits for the event loop, which is no more, or for a lock of the database would hold the process up at the
    interpreter's end; nothing that it could still do was promised to anybody."""
    last_resort = threading.Timer(seconds, os._exit, [0])
    last_resort.daemon = True
    last_resort.start()
