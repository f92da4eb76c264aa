"""Structured logs: the console for people, JSON lines for machines. Secrets never get this far: nobody logs a body or a header."""

from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_config(*, log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING for a format (`console` or `json`) and a level; the standard library's records get the same shape."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # A traceback without local variables: those may hold secrets.
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True, "level": level},
            # Who calls us by a wrong name gets a 400; that is no news, and no traceback.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            # These would write the addresses of sockets with their queries, and so tickets; our own lines tell the path.
            "uvicorn.error": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "daphne.http_protocol": {"level": "WARNING"},
            # What an outside tool server does wrong is told to whoever called it, and is no failure of ours.
            "mcp.client": {"level": "CRITICAL"},
            # These would write whole prompts and answers.
            **{name: {"level": "WARNING"} for name in ("openai", "anthropic", "google_genai", "httpx2", "httpcore2")},
        },
    }
