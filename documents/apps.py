from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        from documents import following, frames, staleness, streaming
        from documents.services import outlining, runs
        from realtime.frames import SENT

        SENT.extend(frames.SENT)
        following.register()
        outlining.register()
        runs.register()
        staleness.register()
        streaming.register()
