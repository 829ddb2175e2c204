"""A mail server as a process of its own. Run: python smtp_process.py LOG

Prints its port. What it takes goes to LOG, one JSON line each. How it behaves is told by the recipient's name: "full" is put
off (452), "nobody" does not exist (550), "slow" is answered after two seconds, "spam" is refused after the text (554),
"gone" breaks off after the text.
"""

from __future__ import annotations

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Keeps what it takes."""

    def __init__(self, log: str) -> None:
        self.log = log

    async def recipient(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        name = address.partition("@")[0]
        if name == "slow":
            await asyncio.sleep(2.0)
        if name in ("full", "nobody"):
            return {"full": "452 mailbox is full", "nobody": "550 no such user"}[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def data(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)
        facts = {
            "to": envelope.rcpt_tos, "from": envelope.mail_from, "text": letter.get_content(),
            "subject": letter["Subject"], "id": letter["Message-ID"], "auto": letter["Auto-Submitted"],
        }  # fmt: skip
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(json.dumps(facts) + "\n")
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name == "gone":
            server.transport.abort()
        return "554 not wanted" if name == "spam" else "250 OK"


for hook, answer in {"RCPT": Keeper.recipient, "DATA": Keeper.data}.items():
    setattr(Keeper, f"handle_{hook}", answer)  # the package's own names


class Quiet(Controller):
    """On a port that the system picks."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


if __name__ == "__main__":
    controller = Quiet(Keeper(sys.argv[1]), hostname="127.0.0.1", port=0)
    controller.start()
    print(controller.port, flush=True)
    sys.stdin.read()
    controller.stop()
