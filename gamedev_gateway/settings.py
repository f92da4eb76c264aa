"""Settings, from the environment and from a `.env` beside manage.py. A wrong value stops the start with a sentence."""

import os
import sys
from pathlib import Path

from gamedev_gateway.core.logs import logging_config
from gamedev_gateway.core.secret_key import kept_secret_key
from gamedev_gateway.environment import (
    choice,
    commands,
    database,
    env,
    flag,
    folders,
    hosts,
    language_model,
    number,
    rate,
    redis_url,
    secrets,
    unknown_names,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / "data"

env.read_env(BASE_DIR / ".env")

DEBUG = flag("DEBUG")
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret_key(DATA_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "gamedev_gateway",  # before those whose templates and commands it overrides
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "django_prometheus",
    "gamedev_gateway.core",
    "realtime",
    "plans",
    "contexts",
    "documents",
    "agents",
    "live",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "gamedev_gateway.core.correlation.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gamedev_gateway.core.slashes.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "gamedev_gateway.core.throttles.LoginThrottle",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "gamedev_gateway.urls"
ASGI_APPLICATION = "gamedev_gateway.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database. SQLite takes its write lock when a transaction begins (IMMEDIATE), so that two writers wait for each other
# instead of failing, and keeps a write-ahead log, so that readers never wait.
DATABASES = {"default": database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'gateway.db'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    name = Path(str(DATABASES["default"]["NAME"]))
    DATABASES["default"]["NAME"] = str(name if name.is_absolute() else BASE_DIR / name)
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening a file, with its pragmas and functions, costs a millisecond
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["pool"] = {"min_size": 1, "max_size": 10}
    options.setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = redis_url("REDIS_URL")
CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "realtime.redis_layer.RedisLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "live:login"
LOGIN_REDIRECT_URL = "live:page"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SECURE_COOKIES = flag("SECURE_COOKIES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The admin's own scripts are written with inline handlers; everything else runs without.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/"),
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
    },
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [("clients", BASE_DIR / "clients" / "js" / "src")]  # the live page uses them as they are
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agents.tokens.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "agents.tokens.TokenScope",
        "plans.permissions.ProjectRole",
    ],
    "DEFAULT_PARSER_CLASSES": ["gamedev_gateway.core.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "gamedev_gateway.core.problems.ProblemRenderer",
        "gamedev_gateway.core.problems.BrowsableRenderer",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "gamedev_gateway.core.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "gamedev_gateway.core.schema.GatewaySchema",
    "DEFAULT_THROTTLE_CLASSES": ["gamedev_gateway.core.throttles.UserRate", "gamedev_gateway.core.throttles.AnonRate"],
    "DEFAULT_THROTTLE_RATES": {
        "user": rate("GATEWAY_RATE_USER", "200/second"),
        "anon": rate("GATEWAY_RATE_ANON", "20/second"),
        "login": rate("GATEWAY_RATE_LOGIN", "30/minute"),
    },
    "NUM_PROXIES": int(number("GATEWAY_PROXIES", 0, 0)),
    "EXCEPTION_HANDLER": "gamedev_gateway.core.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
KNOX_TOKEN_MODEL = "agents.AccessToken"  # noqa: S105  a model's name
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gamedev gateway",
    "DESCRIPTION": "Plans, work and live events of games that people and AI agents make together.",
    "VERSION": "1",
    "EXTERNAL_DOCS": {"description": "Live events: the WebSocket", "url": "/api/ws-docs/"},
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ProjectStatus": "plans.models.Project.Status",
        "PlanStatus": "plans.models.TaskPlan.Status",
        "TaskStatus": "plans.models.Task.Status",
        "GenerationStatus": "plans.models.Generation.Status",
        "ValidationStatus": "plans.models.Artifact.Validation",
        "Origin": "plans.models.TaskPlan.Origin",
        "MemberRole": "plans.models.Role",
        "EvidenceLevel": "plans.models.Project.EvidenceLevel",
        "ReviewVerdict": "plans.models.Review.Verdict",
        "ContextScope": "contexts.models.Context.Scope",
        "GenerationKind": "plans.models.Generation.Kind",
        "DocumentKind": "documents.models.Document.Kind",
        "DocumentStatus": "documents.models.Document.Status",
        "SectionStatus": "documents.models.Section.Status",
        "DraftStatus": "documents.models.Draft.Status",
        "RunStatus": "agents.models.Run.Status",
        "ActivityKind": "agents.models.Activity.Kind",
        "RunEnd": "agents.run_serializers.ENDS",
        "ToolCallStatus": "agents.models.ToolCall.Status",
        "ToolPolicy": "agents.models.Policy",
        "ActorKind": "realtime.serializers.ACTOR_KINDS",
        "EventType": "realtime.serializers.EVENT_TYPES",
        "ClientEventType": "realtime.serializers.CLIENT_EVENT_TYPES",
    },
}

# Our own
GATEWAY_BODY_BYTES = int(number("GATEWAY_BODY_BYTES", 2_000_000, 1_000))
DATA_UPLOAD_MAX_MEMORY_SIZE = GATEWAY_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000  # a plan of some thousand tasks, as one form of the admin
GATEWAY_HEARTBEAT_SECONDS = number("GATEWAY_HEARTBEAT_SECONDS", 25, 1)
GATEWAY_REREAD_SECONDS = number("GATEWAY_REREAD_SECONDS", 2, 0.05)
GATEWAY_SUBSCRIBE_WITHIN_SECONDS = number("GATEWAY_SUBSCRIBE_WITHIN_SECONDS", 30, 1)
GATEWAY_SOCKET_FRAME_BYTES = int(number("GATEWAY_SOCKET_FRAME_BYTES", 65_536, 1_024))
GATEWAY_SOCKET_COMMANDS_PER_SECOND = number("GATEWAY_SOCKET_COMMANDS_PER_SECOND", 50, 1)
GATEWAY_SOCKET_WAITING_COMMANDS = int(number("GATEWAY_SOCKET_WAITING_COMMANDS", 500, 10))
GATEWAY_SUBSCRIPTIONS_PER_SOCKET = int(number("GATEWAY_SUBSCRIPTIONS_PER_SOCKET", 100, 1))
GATEWAY_SOCKETS_PER_USER = int(number("GATEWAY_SOCKETS_PER_USER", 100, 1))
GATEWAY_RUN_SILENCE_SECONDS = number("GATEWAY_RUN_SILENCE_SECONDS", 900, 1)
GATEWAY_TICKET_SECONDS = int(number("GATEWAY_TICKET_SECONDS", 30, 1))

# Artifacts: where their files may be, and what checking one may take; see docs/artifacts.md
MEDIA_ROOT = DATA_DIR
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
GATEWAY_ARTIFACT_ROOTS = folders("GATEWAY_ARTIFACT_ROOTS", away_from=BASE_DIR)
GATEWAY_ARTIFACT_MAX_BYTES = int(number("GATEWAY_ARTIFACT_MAX_BYTES", 50_000_000, 1_000))
GATEWAY_ARTIFACT_PROJECT_BYTES = int(number("GATEWAY_ARTIFACT_PROJECT_BYTES", 5_000_000_000, 1_000))
GATEWAY_ARTIFACT_CHECK_SECONDS = int(number("GATEWAY_ARTIFACT_CHECK_SECONDS", 10, 1))
GATEWAY_ARTIFACT_CHECK_MEMORY_BYTES = int(number("GATEWAY_ARTIFACT_CHECK_MEMORY_BYTES", 1_500_000_000, 500_000_000))

# The tools of the trade: which outside MCP servers there may be, and what an answer of one may take; see docs/tools.md
GATEWAY_TOOL_HOSTS = hosts("GATEWAY_TOOL_HOSTS")
GATEWAY_TOOL_COMMANDS = commands("GATEWAY_TOOL_COMMANDS")
GATEWAY_TOOL_SECRETS = secrets("GATEWAY_TOOL_SECRET_")
GATEWAY_TOOL_ANSWER_BYTES = int(number("GATEWAY_TOOL_ANSWER_BYTES", 5_000_000, 1_000))
GATEWAY_TOOL_RESULT_CHARACTERS = int(number("GATEWAY_TOOL_RESULT_CHARACTERS", 20_000, 100))

# Who writes: a model, or templates when there is none; see docs/models.md
GATEWAY_LLM = language_model("GATEWAY_LLM")
GATEWAY_LLM_FIRST_TOKEN_SECONDS = number("GATEWAY_LLM_FIRST_TOKEN_SECONDS", 30, 0.1)
GATEWAY_LLM_SILENCE_SECONDS = number("GATEWAY_LLM_SILENCE_SECONDS", 30, 0.1)
GATEWAY_LLM_ANSWER_SECONDS = number("GATEWAY_LLM_ANSWER_SECONDS", 300, 1)
GATEWAY_LLM_ANSWER_TOKENS = int(number("GATEWAY_LLM_ANSWER_TOKENS", 8_000, 16))
GATEWAY_LLM_TRIES = int(number("GATEWAY_LLM_TRIES", 3, 1))
GATEWAY_LLM_PROMPT_TOKENS = int(number("GATEWAY_LLM_PROMPT_TOKENS", 5_000, 200))
GATEWAY_TOKENS_PER_DAY = int(number("GATEWAY_TOKENS_PER_DAY", 0, 0)) or None  # of a project; None: as many as it likes

UNFOLD = {
    "SITE_TITLE": "Gamedev gateway",
    "SITE_HEADER": "Gamedev gateway",
    "SITE_SYMBOL": "stadia_controller",
    "SHOW_VIEW_ON_SITE": False,
}

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(
    log_format=choice("LOG_FORMAT", ("console", "json"), "console"),
    level=choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
)

for line in unknown_names(os.environ):
    sys.stderr.write(f"{line}\n")
