"""What `muster check compliance` says, in both languages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.conf.compliance import Group

CHAPTER = _("Secure computing environment")
GROUPS = {
    "identity": (
        _("Identification and authentication"),
        _(
            "Named accounts, long passwords, lock-out, codes or passkeys as second factor, sessions that end and can be ended."
        ),
    ),
    "access_control": (
        _("Access control"),
        _(
            "One table of roles and rights, scope by unit and by incident, three administrators who can not act for each other."
        ),
    ),
    "audit": (
        _("Security audit"),
        _("Every act is an entry of a hash-chained journal; filtered, exported with a signature, changed by nobody."),
    ),
    "intrusion": (
        _("Intrusion prevention"),
        _(
            "Allowed networks, named hosts, a strict content policy, no outside resource, refused input instead of stored input."
        ),
    ),
    "integrity": (
        _("Data integrity"),
        _("Chains are held against keyed marks in a second file; certificates and daily sheets carry digests."),
    ),
    "confidentiality": (
        _("Data confidentiality"),
        _("ID numbers and phones are sealed in the database and masked on screen; keys lie apart, for the owner only."),
    ),
    "backup": (
        _("Backup and recovery"),
        _("Nightly backups with retention, and a second machine that follows by the second."),
    ),
    "residual": (
        _("Residual information"),
        _("A sign-out ends the session in the database; an erasure overwrites pages and destroys the person's key."),
    ),
    "personal": (
        _("Personal information"),
        _("Every field has a stated purpose, shown to all; seeing a number whole takes a reason and is journaled."),
    ),
}
POINTS = {
    "factor_missing": _(
        "%(count)s administrators or heads have no second factor: have them set it up under My account."
    ),
    "factor_not_required": _("A second factor is not demanded of: %(roles)s. Set MUSTER_MFA_REQUIRED."),
    "no_https": _("Pages are not served by HTTPS: passwords cross the network in clear, and passkeys do not work."),
    "administrator_missing": _("There is no active account with the role %(role)s: others do its work."),
    "never_signed_in": _("%(count)s accounts were never used: switch them off or hand out their links."),
    "journal_broken": _("Chains do not hold: %(streams)s. Run muster check journal and call the computer department."),
    "log_elsewhere": _("Send the programs' logs to a log server of the department and keep them six months at least."),
    "networks_open": _("Any network may open the pages. Set MUSTER_ALLOWED_NETWORKS."),
    "malware_outside": _(
        "Protection against malware and trusted boot are matters of the operating system; show them there."
    ),
    "check_failed": _("muster check deploy reports: %(code)s."),
    "cipher_not_national": _(
        "The ciphers are AES and SHA-256. Where the scheme's assessor wants SM4 and SM3, this is open."
    ),
    "backup_none": _("No backup was found. Run Muster, or muster backup."),
    "restore_drill": _("Restore a backup on another machine once a year, and keep the record."),
    "sessions_over": _("%(count)s sessions are over and still stored; they open nothing."),
    "consent_paper": _(
        "Keep the signed consents on paper or as scans; Muster keeps only that and when they were given."
    ),
}
MEASURED = {
    "accounts_active": _("active accounts"),
    "accounts_off": _("accounts switched off"),
    "with_second_factor": _("with second factor"),
    "administrators_without": _("administrators and heads without one"),
    "password_hash": _("hash of passwords"),
    "wrong_passwords_locked_after": _("wrong passwords before the lock-out"),
    "session_hours": _("hours a session lasts at most"),
    "roles": _("roles"),
    "accounts_of_a_part_of_the_tree": _("accounts limited to a part of the tree"),
    "lent_roles_running": _("roles lent now"),
    "rights_shared_by_administrators": _("pairs of administrators who share a right"),
    "streams": _("chains"),
    "entries": _("entries"),
    "streams_that_hold": _("chains that hold, every entry hashed again"),
    "security_entries": _("entries about accounts and sign-ins"),
    "oldest": _("oldest entry"),
    "allowed_networks": _("allowed networks"),
    "default_source_of_pages": _("what pages may load unless named"),
    "hosts": _("named hosts"),
    "failed_sign_ins": _("failed sign-ins on record"),
    "lock_outs": _("lock-outs on record"),
    "chains": _("chains held against the second file"),
    "found": _("findings"),
    "cipher": _("cipher"),
    "numbers_read_back": _("sealed numbers opened as a sample"),
    "journal_keys": _("keys of persons"),
    "sealing_works": _("sealing and opening works"),
    "files": _("files of the data folder"),
    "backups": _("backups"),
    "newest": _("newest"),
    "folder": _("folder"),
    "sessions_open": _("open sessions"),
    "sessions_over_and_kept": _("sessions over and still stored"),
    "sessions_listed": _("sessions in the lists"),
    "people": _("people on the books"),
    "numbers_seen_whole": _("numbers seen whole, each with a reason"),
    "people_erased": _("people erased"),
    "notice": _("notice to everybody"),
}


def told(group: Group) -> dict[str, object]:
    """The group in the language of the moment: {chapter, title, does, measured: {what: value}, open: [sentence]}."""
    title, does = GROUPS[group.code]
    return {
        "code": group.code,
        "chapter": str(CHAPTER),
        "title": str(title),
        "does": str(does),
        "measured": {str(MEASURED[name]): value for name, value in group.measured.items()},
        "open": [str(POINTS[code]) % values if values else str(POINTS[code]) for code, values in group.open],
    }
