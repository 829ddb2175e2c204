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
    "certs.ca_exists": "There is an authority already: %(path)s. Every desk trusts it; keep it, or move the folder away.",
    "certs.no_ca": "There is no authority of the office's own yet; make one with `muster certs make-ca`.",
    "certs.ca_expired": "The authority %(path)s has expired. Move the folder away and make a new one.",
    "certs.name_form": "“%(name)s” is neither a host name nor an address; write them as in the browser, without https://.",
    "certs.none": "There is no certificate: the web server speaks plain HTTP. See `muster certs --help`.",
    "certs.not_own": "The certificate is by %(issuer)s; ask there for a new one, then `muster certs use`.",
    "certs.unreadable": "%(path)s is no PEM file that can be read without a password.",
    "certs.key_mismatch": "The key does not belong to the certificate. Nothing was changed.",
    "certs.expired": "The certificate is valid from %(not_before)s to %(not_after)s, not today. Nothing was changed.",
    "certs.no_names": "The certificate names no host (subjectAltName): browsers would refuse it. Nothing was changed.",
    "bundle.refused": "%(said)s",
    "bundle.unreadable": "%(path)s is no bundle, or it is damaged. Copy it again.",
}
