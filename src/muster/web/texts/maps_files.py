"""What to tell people about base maps, base-map services and layers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "pmtiles.other": _("The file is no PMTiles archive. Take a file that ends in .pmtiles."),
    "pmtiles.version": _(
        "The archive is not of PMTiles version 3. Convert it with “pmtiles convert”, then import it again."
    ),
    "pmtiles.cut": _("The archive was cut short: its end is missing. Copy or fetch it again."),
    "pmtiles.damaged": _("The archive is damaged inside. Copy or fetch it again."),
    "pmtiles.packing": _("The archive is packed in a way that browsers can not read. Have it made with gzip."),
    "pmtiles.tile_type": _(
        "The tiles are of a kind that is not drawn here. Take vector tiles (MVT), PNG, JPEG, WebP or AVIF."
    ),
    "pmtiles.empty": _("There is no tile in this archive. Have it made for this district."),
    "pmtiles.bounds": _(
        "The archive says of itself that it lies nowhere: its bounds or zooms are impossible. Have it made again."
    ),
    "pmtiles.encoding": _(
        "Heights come as pictures in the encoding terrarium or mapbox. Check the archive and the option."
    ),
    "maps.base_too_big": _(
        "The archive is larger than %(most)s MB, and every backup would carry it. Cut it to the district."
    ),
    "maps.base_datum": _(
        "Base maps are WGS-84; pictures may be GCJ-02 too. Convert vector tiles and heights to WGS-84 first."
        " They can not be laid right here."
    ),
    "maps.base_elsewhere": _(
        "This map lies elsewhere: not one unit or home of this office lies on it. Take a map of this district."
    ),
    "maps.base_unknown": _("This base map is not in use any more. Load the page again."),
    "service.address": _(
        "This is no address of a map service. Write it whole, from https:// or http:// on, with one plain host."
    ),
    "service.holes": _("The address needs the letters z, x and y, each once and each in braces, and no other braces."),
    "service.approval": _(
        "This is no approval number. Write it as the service shows it, such as GS(2026)1234号."
        " A map without one must not be shown."
    ),
    "service.words": _("Name the service, and whose map it is."),
    "service.zoom": _("The closest zoom lies between 1 and 22."),
    "service.too_many": _("There are %(most)s services already. Remove one first."),
    "service.unknown": _("There is no such service any more. Load the page again."),
    "layers.other": _("The file is no GeoJSON, GPX, KML or KMZ. Export it again in one of these."),
    "layers.broken": _("The file is damaged, or does not keep to its own format. Export it again."),
    "layers.too_big": _(
        "The file is larger than %(most)s MB. Cut it into parts, or leave out what the map does not need."
    ),
    "layers.too_deep": _(
        "The file is nested too deeply, or has too many elements. Export it again, without folders in folders."
    ),
    "layers.doctype": _(
        "The file defines a document type of its own, which can hide harmful content, so it is not read. Export it again."
    ),
    "layers.empty": _("There is no point, line or area in this file."),
    "layers.too_many": _("The file has more than %(features)s features or %(points)s points. Cut it into parts."),
    "layers.off_globe": _(
        "A point of the file lies off the globe. Its coordinates must be degrees of longitude and latitude."
    ),
    "layers.swapped": _("Longitude and latitude are the wrong way round in this file. Swap them and export it again."),
    "layers.crs": _("The file is in another coordinate system. Export it in WGS-84 (EPSG:4326), GCJ-02 or BD-09."),
    "layers.datum_said": _("The file itself says that it is %(said)s. Choose that, or take the right file."),
    "layers.too_many_layers": _("There are %(most)s layers already. Remove one first."),
    "layers.unknown": _("There is no such layer any more. Load the page again."),
    "layers.format": _("Layers are given out as GeoJSON, GPX or KML. Choose one of these."),
}
