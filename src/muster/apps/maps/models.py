"""The road network in use and the closures upon it. The network itself is a file of arrays; here stands which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoadNetwork(models.Model):
    """An imported network; `hash` names its file. The newest that is not retired is in use."""

    hash = models.CharField(max_length=64)
    source = models.CharField(max_length=120)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)
    nodes = models.PositiveIntegerField()
    edges = models.PositiveIntegerField()
    km = models.FloatField()
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.source


class ClosureKind(models.TextChoices):
    FLOOD = "flood", _("Flooded")
    LANDSLIDE = "landslide", _("Landslide")
    BRIDGE = "bridge", _("Bridge out")
    ACCIDENT = "accident", _("Accident")
    WORKS = "works", _("Road works")
    ORDER = "order", _("Closed by order")


class Closure(models.Model):
    """A shape that shuts the roads it touches from `valid_from` until `valid_to` or `ended_at`. Never changed, only ended.

    geometry: GeoJSON, WGS-84; road: only what bears this name is shut, "" for all; modes: car, truck, foot;
    cuts: [[name, metres], ...] of what it shut when it was drawn.
    """

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=ClosureKind)
    reason = models.CharField(max_length=200, blank=True)
    geometry = models.JSONField()
    road = models.CharField(max_length=80, blank=True)
    modes = models.JSONField()
    cuts = models.JSONField(default=list)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)
    drawn_by_name = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return self.name


class BaseKind(models.TextChoices):
    VECTOR = "base-vector", _("Base map, drawn in our own style")
    RASTER = "base-raster", _("Base map of pictures")
    HILLSHADE = "hillshade", _("Heights for the hill shade")


class BaseMap(models.Model):
    """An imported PMTiles archive; `hash` names its file. The newest of its kind that is not retired is in use.

    bounds: west, south, east, north in degrees of `datum`; layers: names of its vector layers."""

    hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=BaseKind)
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    datum = models.CharField(max_length=8)
    bytes = models.BigIntegerField()
    format = models.CharField(max_length=8)
    min_zoom = models.PositiveSmallIntegerField()
    max_zoom = models.PositiveSmallIntegerField()
    bounds = models.JSONField()
    layers = models.JSONField(default=list)
    encoding = models.CharField(max_length=12, blank=True)
    attribution = models.CharField(max_length=200, blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class MapService(models.Model):
    """A base-map service that an office may switch on. Never asked unless it is; shown with its approval number.

    template: address with {z}, {x} and {y}; datum: of its pictures."""

    name = models.CharField(max_length=60)
    template = models.CharField(max_length=500)
    approval = models.CharField(max_length=40)
    attribution = models.CharField(max_length=120)
    datum = models.CharField(max_length=8)
    max_zoom = models.PositiveSmallIntegerField(default=18)
    on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Overlay(models.Model):
    """A layer somebody brought: points, lines, areas, WGS-84 inside. `datum`: of the file it came in.

    features: [[name, note, kind, parts]]; see `codecs.features`."""

    name = models.CharField(max_length=80)
    features = models.JSONField()
    count = models.PositiveIntegerField()
    source = models.CharField(max_length=120)
    datum = models.CharField(max_length=8)
    shown = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    added_by_name = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
