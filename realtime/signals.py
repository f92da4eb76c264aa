"""What upper apps listen to when something must follow an event.

`event_committed` is sent once, after the commit of the transaction that published the event, in the same thread.
Arguments: `sender` (the event's type), `event`, `project_id`. A receiver that fails is logged and disturbs nobody.

`events_going` is sent before retention deletes events, in the same transaction: a receiver that fails keeps them.
Arguments: `sender` (Stream), `stream`, `kept_from` (the seq of the first event that stays).
"""

from django.dispatch import Signal

event_committed = Signal()

events_going = Signal()
