"""Which alerts still want an answer."""

from __future__ import annotations

from collections.abc import Iterable

from muster.apps.incidents.models import Alert
from muster.apps.incidents.states import RUNNING, WAITING

CHUNK = 500


def refs_wanting(refs: Iterable[str]) -> set[str]:
    """Of these references of messages (alert:17), those whose person has not answered and whose callout still runs."""
    ids = [int(ref.removeprefix("alert:")) for ref in refs if ref.startswith("alert:")]
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        rows = Alert.objects.filter(pk__in=ids[start : start + CHUNK], state__in=WAITING, callout__state__in=RUNNING)
        found |= {f"alert:{pk}" for pk in rows.values_list("pk", flat=True)}
    return found
