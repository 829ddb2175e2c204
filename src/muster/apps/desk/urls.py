"""Addresses of the duty page and the map."""

from django.urls import include, path

from muster.apps.desk import about, incident_list, pages, start, wall

urlpatterns = [
    path("about/", about.about_page, name="about"),
    path("privacy/", about.privacy_page, name="privacy"),
    path("duty/", pages.duty, name="duty"),
    path("duty/<int:incident_id>/", pages.duty_incident, name="duty-incident"),
    path("duty/<int:incident_id>/map.json", pages.duty_map, name="duty-map"),
    path("incidents/", incident_list.incident_list, name="incident-list"),
    path("incidents/map.json", incident_list.incident_map, name="incident-map"),
    path("wall/", wall.wall_page, name="wall"),
    path("wall/now.json", wall.wall_now, name="wall-now"),
    path("wall/<int:incident_id>/", wall.wall_incident, name="wall-incident"),
    path("wall/<int:incident_id>/map.json", wall.wall_map, name="wall-map"),
    path("start/", start.start_page, name="start"),
    path("start/demo/", start.start_demo, name="start-demo"),
    path("start/demo.xlsx", start.demo_file, name="start-demo-file"),
    path("start/rows/<int:sheet_row>/", start.start_row, name="start-row"),
    path("start/suggestions/", start.start_suggestions, name="start-suggestions"),
    path("start/ask/", start.start_ask, name="start-ask"),
    path("start/adopt/", start.start_adopt, name="start-adopt"),
    path("start/answers/<int:check_id>/", start.start_people, name="start-people"),
    path("", include("muster.apps.desk.town_urls")),
    path("", include("muster.apps.desk.daily.urls")),
    path("", include("muster.apps.desk.readiness.urls")),
    path("", include("muster.apps.desk.review.urls")),
    path("", include("muster.apps.desk.share.urls")),
    path("map/layers.json", pages.map_layers, name="map-layers"),
]
