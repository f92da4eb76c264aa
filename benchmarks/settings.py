"""The gateway's settings for load tests: its limits raised in number, and the routes of `benchmarks.routes`. Never for production."""

import os

RAISED = {
    "GATEWAY_RATE_USER": "1000000/second",
    "GATEWAY_RATE_ANON": "1000000/second",
    "GATEWAY_RATE_LOGIN": "1000000/second",
    "GATEWAY_SOCKETS_PER_USER": "100000",
    "GATEWAY_SUBSCRIPTIONS_PER_SOCKET": "10000",
    "GATEWAY_SOCKET_COMMANDS_PER_SECOND": "1000000",
    "GATEWAY_SOCKET_WAITING_COMMANDS": "10000",
    "GATEWAY_SUBSCRIBE_WITHIN_SECONDS": "3600",  # a writer may only write
}
"""All else is as it is in production."""

for name, value in RAISED.items():
    os.environ.setdefault(name, value)

from gamedev_gateway.settings import *  # noqa: E402, F403
from gamedev_gateway.settings import INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
