"""What can go wrong with documents. Each code is one that clients may branch on."""

from documents.models import Document, Draft, Section
from gamedev_gateway.core.errors import Conflict, GatewayError


class SectionLocked(Conflict):
    """Somebody has locked the section, so that its words stay as they are."""

    code = "section_locked"

    def __init__(self, section: Section) -> None:
        super().__init__(f"“{section.heading}” is locked; unlock it first.", section=section.pk)


class BeingWritten(Conflict):
    """A run is at work on it at this moment."""

    code = "generating"

    def __init__(self, what: Document | Section) -> None:
        super().__init__(f"“{what}” is being written; wait for the end, or cancel the run of its document.")


class OutlineInUse(Conflict):
    """Sections of the outline have been written or locked; a new one would throw them away."""

    code = "outline_in_use"

    def __init__(self, document: Document) -> None:
        super().__init__(f"Sections of “{document}” have been written or locked; edit its outline by hand.")


class DraftUnfinished(Conflict):
    """Only a draft that was completed can be a section's text."""

    code = "draft_unfinished"

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"Draft {draft.number} is {draft.status}; only one that is done can be adopted.")


class NothingToWrite(Conflict):
    """Every section that was asked for is locked, or written by hand and not asked for by name; or there is none."""

    code = "nothing_to_write"

    def __init__(self, document: Document) -> None:
        super().__init__(
            f"“{document.title}” has no section that may be written; unlock one, name one that was written by hand, or add one."
        )


class WorkersLost(GatewayError):
    """A run's workers ended one after the other before it had written a section."""

    code, http_status = "workers_lost", 500

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} workers in a row ended while they were at it, so it is not tried again by itself. The server's log "
            "may say why; begin another run when that is mended."
        )
