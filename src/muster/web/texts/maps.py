"""What to tell people about road networks and closures."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "maps.pbf_unreadable": _("The file is damaged, or no OpenStreetMap extract (.osm.pbf). Fetch it again."),
    "maps.pbf_cut": _("The file was cut short: its end is missing. Copy or fetch it again."),
    "maps.no_roads": _(
        "There are no roads in this file. Take an extract of OpenStreetMap that holds the whole district."
    ),
    "maps.network_elsewhere": _(
        "These roads lie elsewhere: not one unit or home of this office lies among them. Take an extract of this district."
    ),
    "maps.network_missing": _("The file of the road network is gone from the data folder. Import the roads again."),
    "maps.network_damaged": _("The file of the road network is damaged. Import the roads again."),
    "maps.no_network": _("No road network is in use."),
    "maps.closure_unknown": _("There is no such closure. Look for it in the list."),
    "maps.closure_ended": _("This closure is over already."),
    "maps.closure_kind": _("Choose what happened."),
    "maps.closure_modes": _("Choose at least one for whom the road is closed."),
    "maps.closure_times": _("The closure ends before it begins. Check both times."),
    "maps.closure_over": _("The closure would be over already. Check its end."),
    "maps.closure_where": _("Say where: name a bridge or road, tap points on the map, or type them."),
    "maps.points_text": _("Line %(line)s is no point. Write longitude and latitude, such as 113.0823, 27.8266."),
    "maps.too_few_points": _("At least %(least)s different points are needed: two for a line, three for an area."),
    "maps.too_many_points": _("At most %(most)s points are taken. Draw a simpler shape."),
    "maps.off_globe": _("A point lies off the globe. Longitude comes first, then latitude."),
    "maps.crosses_itself": _(
        "The border of the area crosses itself. Set its points one after the other round the area."
    ),
    "maps.cuts_nothing": _("This shape touches no road, so it would close nothing. Draw it across the road."),
    "maps.road_unknown": _(
        "No road or bridge is called “%(road)s” here. Choose one from the list, or draw on the map."
    ),
    "maps.too_many_closures": _("There are %(most)s closures already. End some first, or draw one area around them."),
    "maps.no_point": _("There is no muster point with this letter."),
}
