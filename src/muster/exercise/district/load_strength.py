"""What the units of the district should have, as an order would say it: the same for all villages, and each team's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.apps.people.models import Capability, Establishment, Unit

VILLAGE = {"general_rescue": 15, "team_leader": 1, "fire_support": 3, "evac_guide": 1, "info_officer": 1}
TEAMS: Mapping[str, Mapping[str, int]] = {
    "uas": {"uas_pilot": 30, "team_leader": 2},
    "medic": {"medic": 64, "team_leader": 4, "driver_truck": 2},
    "engineer": {"excavator": 36, "team_leader": 2, "driver_truck": 4},
    "hazmat": {"hazmat": 28, "team_leader": 2},
    "diver": {"water_rescue": 36, "boat_crew": 6, "team_leader": 2},
    "network": {"it_recovery": 18, "team_leader": 1},
}


def load_strength(villages: Iterable[Unit], teams: Mapping[str, Unit]) -> None:
    """Called inside the loader's transaction; `teams` by their code."""
    known = {one.slug: one for one in Capability.objects.all()}
    orders = [(unit, VILLAGE) for unit in villages]
    orders += [(unit, TEAMS[code]) for code, unit in teams.items() if code in TEAMS]
    Establishment.objects.bulk_create(
        Establishment(unit=unit, capability=known[slug], heads=heads)
        for unit, order in orders
        for slug, heads in order.items()
    )
