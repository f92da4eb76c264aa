"""The gateway's settings, for servers whose doorbell is out of order (STORM_DOORBELL=silent or unreliable)."""

from gamedev_gateway.settings import *  # noqa: F403
from gamedev_gateway.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "storms"]
