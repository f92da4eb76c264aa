from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = "Projects and plans"

    def ready(self) -> None:
        from plans import history, streams

        streams.register()
        history.register()
