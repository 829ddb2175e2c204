"""Sentences of the deployment check: what is so, and what to do about it."""

from __future__ import annotations

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.conf.checks import Finding, look

Words = tuple[str | Promise, str | Promise]
NOTHING = ""
WORDS: dict[str, Words] = {
    "files.open": (
        _("Others on this machine may read: %(files)s."),
        _("Close them: chmod -R go= %(home)s"),
    ),
    "files.owner": (
        _("The data folder belongs to another user."),
        _("Run Muster as the owner of %(home)s, or give the folder to its user with chown -R."),
    ),
    "files.good": (_("Only Muster's own user may read the data."), NOTHING),
    "disk.full": (
        _("The disk of the data has %(free)s GB left, %(needed)s GB are needed."),
        _("Make room on the disk of %(home)s, or move the data folder to a larger one."),
    ),
    "disk.good": (_("The disk of the data has %(free)s GB left."), NOTHING),
    "disk.maps": (
        _(
            "The maps (%(maps)s GB) go whole into each of the %(archives)s backups that are kept: %(needed)s GB are "
            "needed for them, the disk of %(folder)s has %(free)s GB left."
        ),
        _("Name a larger disk: MUSTER_BACKUP_DIR. Or keep fewer backups (MUSTER_BACKUP_KEEP), or a smaller map."),
    ),
    "database.old": (_("The tables are older than this program."), _("Stop Muster and run: muster init")),
    "database.away": (
        _("The database does not answer: %(said)s"),
        _("Start the database, or correct MUSTER_DATABASE_URL."),
    ),
    "database.good": (_("The database answers, and the journal's newest marks fit."), NOTHING),
    "journal.broken": (
        _("The journal was changed from outside, or rows were lost: %(streams)s."),
        _("Run muster check journal, keep the data folder as it is, and tell the auditor."),
    ),
    "clock.behind": (
        _("The clock of this machine is %(minutes)s minutes behind what is already in the journal."),
        _("Set the clock by the office's time server before anybody works on."),
    ),
    "clock.good": (_("The clock is not behind the journal."), NOTHING),
    "zone.missing": (_("The time zone %(zone)s is unknown here."), _("Install the package tzdata.")),
    "python.other": (_("This runs on Python %(version)s."), _("Muster is tested on Python 3.11; install the bundle.")),
    "tls.none": (
        _("Pages travel without HTTPS."),
        _("On a network: muster certs make-ca, then muster certs issue HOST."),
    ),
    "tls.unreadable": (
        _("The certificate can not be read."),
        _("Put it right with muster certs issue or muster certs use."),
    ),
    "tls.expired": (
        _("The certificate has expired on %(until)s: browsers refuse the pages."),
        _("muster certs renew, or for a given one muster certs use; nothing has to be stopped."),
    ),
    "tls.ends": (
        ngettext_lazy(
            "The certificate ends in %(days)s day (%(until)s).",
            "The certificate ends in %(days)s days (%(until)s).",
            "days",
        ),
        _("Ask %(issuer)s for a new one, then muster certs use."),
    ),
    "tls.ends_own": (
        ngettext_lazy(
            "The certificate ends in %(days)s day (%(until)s), and was not renewed by itself.",
            "The certificate ends in %(days)s days (%(until)s), and was not renewed by itself.",
            "days",
        ),
        _("muster certs renew; if that is refused, the office's own authority has ended."),
    ),
    "tls.not_shown": (
        _("There is a certificate, but Muster was started before it and still answers at %(address)s, without HTTPS."),
        _("Start Muster anew: systemctl restart muster, or muster up. Then it answers by HTTPS."),
    ),
    "tls.good": (_("The certificate is valid until %(until)s."), NOTHING),
    "backups.setting": (
        _("%(name)s is “%(value)s”, which is not understood."),
        _("Write 7,5,12 for days, weeks and months, or 02:30 for the hour."),
    ),
    "backups.failed": (
        _("The last backup failed: %(said)s"),
        _("See to %(folder)s; Muster tries again every ten minutes."),
    ),
    "backups.none": (
        _("There is no scheduled backup yet."),
        _("Let Muster run: it makes one at start, into %(folder)s."),
    ),
    "backups.old": (
        _("The newest backup is %(hours)s hours old."),
        _("See whether Muster runs, and whether %(folder)s can be written."),
    ),
    "backups.good": (
        ngettext_lazy(
            "%(count)s backup, not older than a day.", "%(count)s backups, the newest not older than a day.", "count"
        ),
        NOTHING,
    ),
    "backups.same_disk": (
        _("Backups lie on the same disk as the data."),
        _("Name a folder on another disk or machine: MUSTER_BACKUP_DIR"),
    ),
    "program.missing": (_("Parts of the program are missing: %(files)s."), _("Install the bundle again.")),
    "program.good": (_("The program is complete."), NOTHING),
    "gateway.none": (
        _("No SMS gateway is set up: everybody called stands on the printed call list."),
        _("Set MUSTER_SMS_URL."),
    ),
    "gateway.same": (
        _("One gateway is set up for real callouts and for exercises: exercises send nothing."),
        _("Give exercises one of their own: MUSTER_EXERCISE_SMS_URL"),
    ),
    "channels.unreadable": (
        _("%(setting)s can not be read at “%(entry)s”: callouts go on without it."),
        _("Write MUSTER_CHANNELS as sms:4,voice:3,call_list and MUSTER_PRICES as sms=0.045,voice=0.12."),
    ),
    "channels.no_gateway": (
        _("Channels of the order have no gateway and are passed over: %(channels)s."),
        _("Set MUSTER_VOICE_URL, MUSTER_MAIL_URL or MUSTER_APP_HOSTS, or take them out of MUSTER_CHANNELS."),
    ),
    "channels.good": (_("Order of channels and prices can be read: %(channels)s."), NOTHING),
    "gateway.good": (_("The SMS gateway is set up."), NOTHING),
    "office.unnamed": (
        _("Messages do not say which office calls, or where to ring back."),
        _("Set MUSTER_OFFICE_NAME and MUSTER_DESK_PHONE."),
    ),
    "hosts.local": (
        _("Only this machine itself may open the pages."),
        _("Name the hosts that desks use: MUSTER_HOSTS"),
    ),
    "port.running": (_("Muster runs, at %(address)s."), NOTHING),
    "port.taken": (
        _("Another program has port %(port)s, and Muster does not run."),
        _("Stop that program, or start Muster with another --port."),
    ),
    "port.free": (_("Muster does not run; port %(port)s is free for it."), _("Start it: systemctl start muster")),
    "second.none": (_("There is no second machine."), _("INSTALL.md says how: muster pair, muster standby.")),
    "second.silent": (
        _("The second machine has not fetched anything for %(minutes)s minutes."),
        _("See whether muster standby runs there, and whether it reaches this machine."),
    ),
    "second.clock": (
        _("The clocks of the two machines are %(seconds)s s apart."),
        _("Set both by the same time server before anybody takes over."),
    ),
    "second.good": (_("The second machine follows; its copy is %(seconds)s s old."), NOTHING),
    "copy.old": (
        _("No copy has come from the first machine for %(minutes)s minutes."),
        _("See whether muster standby runs here. If the first machine is lost: muster takeover"),
    ),
    "copy.good": (_("This is the second machine; its copy is %(seconds)s s old."), NOTHING),
    "pair.fenced": (
        _("Another machine has taken over; this one does not start."),
        _("Make it the new second machine: there muster pair, here muster standby --from."),
    ),
}


def say(finding: Finding) -> tuple[str, str]:
    """(what is so, what to do) in the language of the moment."""
    what, to_do = WORDS[finding.code]
    # Not str(what) first: words with a plural need the number to choose by.
    return str(what % finding.params), str(to_do) % finding.params if to_do else ""


def troubles() -> list[dict[str, str]]:
    """What is wrong with this machine and has to be put right: [{"zh", "en"}], worst first; without what to do about it,
    for that is the computer department's page."""
    wrong = [finding for finding in look() if finding.level == "wrong"]
    told = {}
    for word, code in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(code):
            told[word] = [say(finding)[0] for finding in wrong]
    return [{"zh": zh, "en": en} for zh, en in zip(told["zh"], told["en"], strict=True)]
