"""The MCP SDK takes a second to load, so it is loaded by the first who needs it.

By one thread at a time: its packages import each other in a circle, and two threads that begin at different places of it would
each find the other's half made.
"""

import threading

sdk_lock = threading.RLock()
"""Hold it while you import something that imports the SDK, wherever that is not done at the start."""
