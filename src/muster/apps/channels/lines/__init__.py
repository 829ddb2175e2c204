"""The channels that send by themselves, by name. The call list is none: a person reads it."""

from muster.apps.channels.lines.app import AppLine
from muster.apps.channels.lines.http import SmsLine, VoiceLine
from muster.apps.channels.lines.line import Line, Outcome, Parcel
from muster.apps.channels.lines.mail import MailLine

LINES: dict[str, Line] = {line.name: line for line in (SmsLine(), VoiceLine(), MailLine(), AppLine())}

__all__ = ["LINES", "Line", "Outcome", "Parcel"]
