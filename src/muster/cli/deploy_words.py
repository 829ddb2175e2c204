"""Sentences of the computer department's commands, said before or without Django."""

SENTENCES = {
    "release.no_prefix": "%(path)s is no installation made by install.sh; name it with --prefix.",
    "release.version_form": "%(version)s is no version.",
    "release.unknown": "There is no release %(version)s here; there are: %(known)s.",
    "release.in_use": "Muster %(version)s is in use already.",
    "release.older": "%(version)s is older than %(current)s, whose data it could not read; go back with `muster rollback`.",
    "release.command_failed": "`muster %(command)s` of release %(version)s failed, nothing was changed: %(said)s",
    "release.nothing_before": "There is no release to go back to.",
    "release.backup_gone": "The data from before are gone: there is no %(path)s. Nothing was changed.",
    "bundle.refused": "%(said)s",
    "bundle.unreadable": "%(path)s is no bundle, or it is damaged. Copy it again.",
}
