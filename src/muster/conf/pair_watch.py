"""The running machine keeps an eye on the other one: whether it has taken over, and whether it can be asked at all."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog

from muster.conf import aside, pair, tls
from muster.core.errors import Conflict

EVERY_SECONDS = 2.0
HELD_LANES = frozenset({"send", "relay"})  # what leaves the house waits; pages and plans do not

log = structlog.get_logger(__name__)


class PairWatch:
    """Asks once when made, then from a thread of its own.

    `held`: the second machine did not answer since the start, so it is not known whether it has taken over.
    Errors of the constructor: Conflict "pair.is_second", "pair.fenced"."""

    def __init__(self, home: Path, *, alone: bool) -> None:
        if aside.is_second_machine(home):
            raise Conflict("pair.is_second", home=str(home))
        pair.check_not_fenced(home)
        self.home, self.pair = home, pair.read(home)
        self.peer = self.pair.peer if self.pair else ""
        self.held = False
        if self.peer:
            self.held = not self._ask() and not alone
            pair.check_not_fenced(home)

    def _ask(self) -> bool:
        """Whether it answered; shuts this machine out when it has taken over."""
        if self.pair is None:
            return True
        with pair.client(self.peer, self.pair.key, tls.trust(self.home)) as asker:
            epoch = pair.ask_epoch(asker)
        pair.other_has_taken_over(self.home, self.pair, epoch)
        return epoch is not None

    def start(self, stop: threading.Event) -> None:
        if self.peer:
            threading.Thread(target=self._run, args=(stop,), name="pair-watch", daemon=True).start()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(EVERY_SECONDS):
            if self._ask() and self.held:
                log.info("pair.answers_again")
                self.held = False
