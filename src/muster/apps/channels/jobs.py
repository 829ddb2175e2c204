"""The send lane: a process of its own that waits behind nobody."""

from muster.apps.channels.sender import Sender
from muster.jobs.lanes import Lane

SEND_LANE = Lane("send", Sender().step, idle_seconds=0.1)
