"""The admin: where people edit a plan with comfort. Everything saved here goes through the services."""

from plans.admin import claims, log, plans, projects, runs, tasks

__all__ = ["claims", "log", "plans", "projects", "runs", "tasks"]
