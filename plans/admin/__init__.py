"""The admin: where people edit a plan with comfort. Everything saved here goes through the services."""

from plans.admin import log, plans, projects, runs, tasks

__all__ = ["log", "plans", "projects", "runs", "tasks"]
