import os

from django.apps import AppConfig


class StormsConfig(AppConfig):
    name = "storms"

    def ready(self) -> None:
        from storms.deaf import put_out_of_order

        put_out_of_order(os.environ.get("STORM_DOORBELL", ""))
