"""What other apps hear from the channels. All are sent inside the transaction that makes the change.

message_locking(refs): messages of these refs are about to be locked; a receiver locks first what its acts lock first.
message_changed(message): an OutMessage has a new state.
alerts_wanting(refs): which of these alerts still want an answer? A receiver returns the refs that do.
incident_open(): is any incident open? A receiver says True while one is.
text_received(in_message): a text came in; a receiver that deals with it returns a word of `InMessage.handled`.
"""

from django.dispatch import Signal

message_locking = Signal()
message_changed = Signal()
alerts_wanting = Signal()
incident_open = Signal()
text_received = Signal()
