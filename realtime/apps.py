from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
    verbose_name = "Event log"

    def ready(self) -> None:
        from realtime import metrics

        metrics.register()
