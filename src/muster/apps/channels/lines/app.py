"""The line to office messengers, through Apprise: to addresses of one person, on servers that the site has named."""

from __future__ import annotations

import os
from dataclasses import dataclass

import httpx

from muster.apps.channels.lines import http
from muster.apps.channels.lines.line import Outcome, Parcel
from muster.codecs.messenger import host_of, person_address
from muster.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class AppLine:
    """One try alone: a messenger knows no id that would tell a second try from a second alert, and the next channel is near.

    Whoever may enter contacts must not make the system connect anywhere: only hosts of MUSTER_APP_HOSTS are asked.
    """

    name: str = "app"

    def parts(self, _text: str, /) -> int:
        return 1

    def send(self, _client: httpx.Client, parcel: Parcel, /) -> Outcome:
        try:
            address = person_address(parcel.to)
        except InvalidInput as error:
            return Outcome("refused", error.code)
        if host_of(address) not in [host.strip() for host in parcel.url.split(",")]:
            return Outcome("refused", "app.host_not_named")
        import apprise  # slow to load, and only the sender's own process needs it

        os.environ["no_proxy"] = "*"  # as everywhere: no proxy of the environment sees who is called
        messenger = apprise.Apprise.instantiate(address)
        if messenger is None:
            return Outcome("refused", "app.address")
        messenger.socket_connect_timeout = messenger.socket_read_timeout = http.TIMEOUT_SECONDS
        taken = messenger.notify(body=parcel.text)
        return Outcome("taken") if taken else Outcome("refused", "app.not_taken")
