from django.apps import AppConfig


class ContextsConfig(AppConfig):
    name = "contexts"
    verbose_name = "Contexts"

    def ready(self) -> None:
        from contexts import refreshing

        refreshing.register()
