from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Access"

    def ready(self) -> None:
        from agents import sockets

        sockets.register()
