"""The line by e-mail: one connection per message to the site's own server, with an end to every wait.

The server's word counts: taken is handed over, a refused recipient (5yz, RFC 5321 section 4.2.1) is a bounce. A server that
breaks off after the text was sent may have taken it.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from muster.apps.channels.lines import http
from muster.apps.channels.lines.line import Outcome, Parcel

SUBJECT_LETTERS = 60


@dataclass(frozen=True, slots=True)
class MailServer:
    """smtp://[user:password@]host[:port]?from=address[&tls=starttls|none], or smtps:// for TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str
    tls: str  # none | starttls | whole
    sender: str


def server_of(url: str) -> MailServer | None:
    """What the address of a mail server says; None when it is none. STARTTLS unless it is asked for nothing or TLS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls = "whole" if parts.scheme == "smtps" else asked.get("tls", "starttls")
    usual = 465 if tls == "whole" else 25
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or "@" not in asked.get("from", ""):
        return None
    if tls not in ("none", "starttls", "whole"):
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or usual, user, password, tls, asked["from"])


@dataclass(frozen=True, slots=True)
class MailLine:
    """E-mail. Plain text alone: no picture that reports who reads, and links that do nothing until a button is pressed."""

    name: str = "email"

    def parts(self, _text: str, /) -> int:
        return 1

    def send(self, _client: httpx.Client, parcel: Parcel, /) -> Outcome:
        server = server_of(parcel.url)
        if server is None:
            return Outcome("again", "mail.address_of_server")
        try:
            letter = letter_of(server.sender, parcel)
        except ValueError:  # a line break in an address: it would add headers
            return Outcome("refused", "mail.address")
        handed = False
        try:
            with _connect(server) as mail:
                mail.ehlo_or_helo_if_needed()
                if server.tls == "starttls":
                    mail.starttls(context=ssl.create_default_context())
                if server.user:
                    mail.login(server.user, server.password)
                handed = True
                mail.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            return Outcome("refused" if code >= 500 else "again", f"mail.{code}")
        except smtplib.SMTPResponseException as error:
            final = handed and error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPSenderRefused)
            return Outcome("refused" if final else "again", f"mail.{error.smtp_code}")
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("perhaps" if handed else "again", f"mail.{type(error).__name__}")
        return Outcome("taken")


def letter_of(sender: str, parcel: Parcel) -> EmailMessage:
    """The text as a letter; its id is the message's own, so that a second try can be told from a second alert."""
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, parcel.to
    first = " ".join(parcel.text.split())
    letter["Subject"] = first[:SUBJECT_LETTERS]
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{parcel.client_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday notes stay quiet
    letter.set_content(parcel.text + "\n")
    return letter


def _connect(server: MailServer) -> smtplib.SMTP:
    wait = http.TIMEOUT_SECONDS
    if server.tls == "whole":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=wait, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=wait)
