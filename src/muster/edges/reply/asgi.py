"""Entry point for the server: the relay of the folder that MUSTER_RELAY_FOLDER names. No Django, no settings module."""

import os
from pathlib import Path

from muster.edges.reply.app import Relay
from muster.edges.reply.logs import to_stderr
from muster.jobs.family import PARENT_VARIABLE, die_with_parent

if os.environ.get(PARENT_VARIABLE):
    die_with_parent()
to_stderr()
application = Relay(
    Path(os.environ["MUSTER_RELAY_FOLDER"]), behind_proxy=os.environ.get("MUSTER_RELAY_BEHIND_PROXY") == "1"
)
