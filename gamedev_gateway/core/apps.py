from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "gamedev_gateway.core"
    label = "core"
    verbose_name = "Core"
