"""Sentences of the relay's commands; said at the relay, where no Django runs, and at the office."""

SENTENCES = {
    "relay.no_keys": "%(path)s is no relay's folder: relay.json is missing or damaged. `muster relay keys` makes one.",
    "relay.running": "A relay already runs on %(path)s.",
    "relay.port_taken": "Port %(port)s is taken by another program; choose another one with --port.",
    "relay.half_tls": "Name both --certificate and --key, or neither.",
    "relay.language": "There is no language %(language)s here; choose zh or en.",
    "relay.no_link": "This system has no keys for a reply relay; make them with `muster relay keys FOLDER`.",
    "relay.form": "This is no file of the reply relay, or it was cut short on the way. Fetch it again.",
    "relay.kind": "This file goes in the other direction. Here the files of the other side are expected.",
    "relay.signature": "The signature is wrong: the file was changed on the way, or made with other keys. Fetch it again.",
}
