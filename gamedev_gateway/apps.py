from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gamedev_gateway"
    verbose_name = "Gateway"
