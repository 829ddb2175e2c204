"""What other apps hear from the roads, inside the transaction that makes the change.

roads_changed(): a closure or the network is another one than before; times over the roads are out of date.
"""

from django.dispatch import Signal

roads_changed = Signal()
