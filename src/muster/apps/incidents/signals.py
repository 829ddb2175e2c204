"""What other apps hear of incidents, inside the transaction that makes the change.

incident_opened(incident, actor): it has been opened and its callout is there.
"""

from django.dispatch import Signal

incident_opened = Signal()
