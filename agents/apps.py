from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Access"

    def ready(self) -> None:
        from agents import runs, sockets
        from agents.engine import catalogue

        sockets.register()
        runs.register()
        catalogue.register()
