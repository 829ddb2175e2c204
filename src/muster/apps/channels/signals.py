"""What other apps hear from the channels. Both are sent inside the transaction that made the change.

message_changed(message): an OutMessage has a new state.
text_received(in_message): a text came in; a receiver that deals with it returns a word of `InMessage.handled`.
"""

from django.dispatch import Signal

message_changed = Signal()
text_received = Signal()
