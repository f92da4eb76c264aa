"""Settings of the test run: the real ones, with a file database, quick password hashing and short waits."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "for tests only")
os.environ.setdefault("LOG_LEVEL", "WARNING")
FOLDER = Path(tempfile.mkdtemp(prefix="gateway-tests-"))
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER / 'gateway.db'}")

from gamedev_gateway.settings import *  # noqa: E402, F403
from gamedev_gateway.settings import DATABASES, REST_FRAMEWORK  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.db")}
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"user": None, "anon": None, "login": None}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
GATEWAY_REREAD_SECONDS = 0.2
WHITENOISE_AUTOREFRESH = True  # else each test client lists all static files once more
GATEWAY_LLM = ""  # tests never call out, whatever a .env says
MEDIA_ROOT = FOLDER / "media"
