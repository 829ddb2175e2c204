from collections.abc import Iterator

from django.apps import AppConfig

from muster.apps.maps.places import Place, offer


class PlansConfig(AppConfig):
    name = "muster.apps.plans"
    label = "plans"

    def ready(self) -> None:
        """Offer muster points and sites as places that people must reach."""
        offer("plans", _places)


def _places() -> Iterator[Place]:
    from muster.apps.plans.models import MusterPoint, Site  # models can be had once all apps are ready

    for point in MusterPoint.objects.all():
        yield Place("point", point.letter, point.zh, point.en, point.lon, point.lat)
    for site in Site.objects.order_by("slug"):
        yield Place("site", site.slug, site.zh, site.en, site.lon, site.lat)
