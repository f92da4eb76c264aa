"""Limits that both servers keep. Times in seconds."""

MESSAGE_BYTES = 1 << 20
"""The largest message that is taken in at all; what a command may have is GATEWAY_SOCKET_FRAME_BYTES."""
WAITING_MESSAGES = 1_000
"""Messages of one socket that may wait for the application, where the server cannot stop reading."""
PING_SECONDS = 20
PONG_SECONDS = 120
"""A client that answers no ping for so long is gone. One that is merely slow to read has that long to come back to it."""
GOODBYE_SECONDS = 3
REQUESTS_END_SECONDS = 2
TASKS_END_SECONDS = 0.5
"""With the workers' two seconds, the whole is well under the ten that a service manager grants."""
ALL_ENDS_SECONDS = 8.5
"""From the signal on, whatever the parts take: what a busy machine adds to them has room until the ten."""
