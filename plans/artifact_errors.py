"""What can go wrong with artifacts. Each code is one that clients may branch on."""

from gamedev_gateway.core.errors import Conflict, GatewayError


class NoFile(Conflict):
    """The gateway has no file of this artifact and is not told a verdict either."""

    code = "no_file"

    def __init__(self) -> None:
        super().__init__(
            "The gateway cannot read this file. Upload it, put it where the gateway may read it, or tell a verdict of your "
            "own: `status` and `report`."
        )


class NotCheckable(Conflict):
    """There is no check for this kind of file."""

    code = "not_checkable"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"The gateway has no check for {name or 'a file without a name'}. Tell a verdict of your own: `status` and `report`.",
            known=known,
        )


class ArtifactsFull(Conflict):
    """The project's uploads would take more room than there is for one project."""

    code = "artifacts_full"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The uploads of one project may take {limit:,} bytes. Delete artifacts that nobody needs.")


class UploadTooLarge(GatewayError):
    code, http_status, title = "body_too_large", 413, "Content Too Large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An uploaded file may have {limit:,} bytes.")


class CheckUnavailable(GatewayError):
    """The check could not be made now; it says nothing about the file."""

    code, http_status, title = "check_unavailable", 503, "The file could not be checked now"
