"""What upper apps listen to when something must follow an event.

`event_committed` is sent once, after the commit of the transaction that published the event, in the same thread.
Arguments: `sender` (the event's type), `event`, `project_id`. A receiver that fails is logged and disturbs nobody.
"""

from django.dispatch import Signal

event_committed = Signal()
