"""The outbox: put documents in line for Business Central, hand them to workers, remember how they fare.

The rows are the truth; Celery only wakes workers up (docs/decisions/0003). A message is claimed in a short
transaction of its own, with a lease and a rising fence; every later write names that fence, so a worker that
comes back too late changes nothing. A message that was sent and never answered is `verifying`: it is looked
for in BC and sent again only when it is proven not to be there.
"""

from integration.desk.filing import file_unfiled

from .by_hand import (
    Overtaken,
    cancel,
    check_editable,
    mark_done_by_hand,
    note,
    retry,
    send_edited,
    sight,
    what_happened,
)
from .edits import fits, in_force
from .following import (
    drop,
    follow_change,
    follow_order,
    follow_receipt,
    follow_reversal,
    keep_still,
    look_again,
    order_chain,
    renew,
    unsent,
)
from .forgetting import forget_requests, old_requests
from .leases import (
    build,
    claim,
    hand_back,
    mark_done,
    mark_retry,
    mark_sending,
    mark_settled,
    mark_stuck,
    mark_unknown,
    put_off_if_held,
    sweep,
    withdraw,
)
from .line import (
    dedupe_key,
    enqueue,
    enqueue_cleared_invoices,
    message_for,
    prepare,
    put_in_line,
    recheck_waiting,
    refill,
)
from .moving import LostLease, OutboxError, may
from .pausing import UNKNOWN_NAME, hold, hold_chain
from .taking_over import take_over
from .transitions import CANCELLED_BY_HAND, ENTERED_BY_HAND
from .waking import answered, wake

__all__ = [
    "CANCELLED_BY_HAND",
    "ENTERED_BY_HAND",
    "UNKNOWN_NAME",
    "LostLease",
    "OutboxError",
    "Overtaken",
    "answered",
    "build",
    "cancel",
    "check_editable",
    "claim",
    "dedupe_key",
    "drop",
    "enqueue",
    "enqueue_cleared_invoices",
    "file_unfiled",
    "fits",
    "follow_change",
    "follow_order",
    "follow_receipt",
    "follow_reversal",
    "forget_requests",
    "hand_back",
    "hold",
    "hold_chain",
    "in_force",
    "keep_still",
    "look_again",
    "mark_done",
    "mark_done_by_hand",
    "mark_retry",
    "mark_sending",
    "mark_settled",
    "mark_stuck",
    "mark_unknown",
    "may",
    "message_for",
    "note",
    "old_requests",
    "order_chain",
    "prepare",
    "put_in_line",
    "put_off_if_held",
    "recheck_waiting",
    "refill",
    "renew",
    "retry",
    "send_edited",
    "sight",
    "sweep",
    "take_over",
    "unsent",
    "wake",
    "what_happened",
    "withdraw",
]
